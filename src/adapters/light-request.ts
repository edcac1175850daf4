/**
 * A `Request` (Fetch standard) over one of ours, as cheap as what is asked of it: method, address and fields are made when first read, a
 * real `Request` only for the rest.
 */
import type { Buffer } from "node:buffer";
import { percentEncoded } from "../escape/percent.ts";
import type { HTTPServerRequest } from "../http/request.ts";

/** Content that has come whole, comes as a stream, or is not there. */
export type RequestContent = Buffer | ReadableStream<Uint8Array> | undefined;

/**
 * Addresses that the URL standard spells as they stand: a host of lower-case letters, no default port, no segment that begins with a dot, nothing
 * to be encoded or decoded.
 */
const PLAIN =
  /^https?:\/\/(?:[a-z0-9]+\.)*[a-z][a-z0-9]*(?::(?!80\/|443\/)[1-9][0-9]{0,3})?\/(?:[\w~-][\w~.-]*\/?)*(?:\?[\w~.=&%+,:;@/?-]*)?$/;

/** A target may hold it as it is; the URL standard would make a slash of a backslash, and another path of the path. */
const ESCAPED = /["<>\\^`{|}]/g;
/** The zone of an address, which the URL standard has no place for. */
const ZONE = /^(https?:\/\/\[[0-9A-Fa-f:.]+)%[^\]]*\]/;

function addressOf(request: HTTPServerRequest): string {
  // RFC 9112 §3.3: an authority that is missing is the server's own to choose, and the target `*` has no path.
  const { host, uri, protocol } = request;
  const authority = host === "" ? "localhost" : host;
  const url = uri.startsWith("/")
    ? `${protocol}://${authority}${uri}`
    : uri === "*"
      ? `${protocol}://${authority}/`
      : uri;
  return PLAIN.test(url) ? url : new URL(url.replace(ZONE, "$1]").replace(ESCAPED, percentEncoded)).href;
}

/** The one it stands in for. */
let original: typeof Request | undefined;

class LightRequest {
  readonly #request: HTTPServerRequest;
  readonly #content: RequestContent;
  #url: string | undefined = undefined;
  #headers: Headers | undefined = undefined;
  #real: Request | undefined = undefined;
  /** The content has been given away, without a real request. */
  #used = false;

  constructor(request: HTTPServerRequest, content: RequestContent) {
    this.#request = request;
    // "If inputOrInit's body is non-null and request's method is `GET` or `HEAD`, then throw a TypeError": they have none.
    const none = request.method === "GET" || request.method === "HEAD";
    this.#content = none ? undefined : content;
  }

  get method(): string {
    return this.#request.method;
  }
  /** "The serialization of this's URL": as the URL standard spells it. */
  get url(): string {
    return (this.#url ??= addressOf(this.#request));
  }
  /** Always the same object. */
  get headers(): Headers {
    return (this.#headers ??= headersOf(this.#request));
  }
  get signal(): AbortSignal {
    return this.#request.signal;
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#content === undefined ? null : this.real().body;
  }
  get bodyUsed(): boolean {
    return this.#real === undefined ? this.#used : this.#real.bodyUsed;
  }
  get duplex(): "half" {
    return "half";
  }

  /** The content at once, where it is there and nobody has taken it. */
  #take(): Buffer | undefined {
    if (this.#real !== undefined || this.#used || this.#content instanceof ReadableStream) return undefined;
    this.#used = this.#content !== undefined;
    return this.#content;
  }
  async text(): Promise<string> {
    const there = this.#take();
    return there === undefined ? this.real().text() : new TextDecoder().decode(there);
  }
  async json(): Promise<unknown> {
    const there = this.#take();
    return there === undefined ? this.real().json() : JSON.parse(new TextDecoder().decode(there));
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    const there = this.#take();
    return there === undefined ? this.real().arrayBuffer() : new Uint8Array(there).buffer;
  }
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }
  clone(): Request {
    // The fields may have changed since the real one was made.
    return new (original ?? Request)(this.real().clone(), { headers: this.headers });
  }

  /** The request as the runtime makes them, for everything not answered here. */
  real(): Request {
    if (this.#real !== undefined) return this.#real;
    const content = this.#content;
    const init: RequestInit & { duplex?: "half" } = { method: this.method, headers: this.headers, signal: this.signal };
    if (content !== undefined) {
      init.body = content instanceof ReadableStream ? content : new Uint8Array(content);
      init.duplex = "half";
    }
    const real = new (original ?? Request)(this.url, init);
    this.#real = real;
    // It refuses to give again what was given.
    if (this.#used) real.arrayBuffer().catch(() => undefined);
    return real;
  }
}

for (const name of ["blob", "formData"] as const) {
  Object.defineProperty(LightRequest.prototype, name, {
    value(this: LightRequest): unknown {
      return this.real()[name]();
    },
  });
}
for (const name of [
  "cache",
  "credentials",
  "destination",
  "integrity",
  "keepalive",
  "mode",
  "redirect",
  "referrer",
  "referrerPolicy",
] as const) {
  Object.defineProperty(LightRequest.prototype, name, {
    get(this: LightRequest): unknown {
      return this.real()[name];
    },
  });
}
/** A light request. It is no request to the runtime: `new Request` and `fetch` take it where light-fetch.ts is installed. */
export function lightRequest(request: HTTPServerRequest, content: RequestContent): Request {
  return new LightRequest(request, content) as unknown as Request;
}

/** A request as the runtime makes them. Methods that Fetch forbids (TRACE) have none. */
export function runtimeRequest(request: HTTPServerRequest, content: RequestContent): Request {
  const light = new LightRequest(request, content);
  return /^(?:CONNECT|TRACE|TRACK)$/i.test(request.method) ? (light as unknown as Request) : light.real();
}

/** The request that a light one stands for; whatever else, as it is. */
export const withoutLight = <T>(input: T): T | Request => (input instanceof LightRequest ? input.real() : input);

/** A global `Request` that takes light ones, over the runtime's own; `instanceof` holds for both kinds. */
export function lightRequestOver(own: typeof Request): typeof Request {
  original = own;
  Object.setPrototypeOf(LightRequest.prototype, own.prototype);
  const taking = class extends own {
    constructor(input: ConstructorParameters<typeof Request>[0], init?: RequestInit) {
      super(withoutLight(input), init);
    }
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof own;
    }
  };
  Object.defineProperty(taking, "name", { value: "Request", configurable: true });
  Object.defineProperty(LightRequest.prototype, "constructor", { value: taking, configurable: true, writable: true });
  return taking;
}

function headersOf(request: HTTPServerRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of request.headers.getAll()) headers.append(name, value);
  return headers;
}
