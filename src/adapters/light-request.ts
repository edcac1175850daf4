/**
 * A `Request` (Fetch standard) over one of ours, as cheap as what is asked of it: method, address and fields are made when first read, a
 * real `Request` only for the rest.
 */
import type { Buffer } from "node:buffer";
import type { HTTPServerRequest } from "../http/request.ts";

/** Content that has come whole, comes as a stream, or is not there. */
export type RequestContent = Buffer | ReadableStream<Uint8Array> | undefined;

class LightRequestParts {
  readonly #request: HTTPServerRequest;
  readonly #content: RequestContent;
  #headers: Headers | undefined = undefined;
  #real: Request | undefined = undefined;
  #used = false;

  constructor(request: HTTPServerRequest, content: RequestContent) {
    this.#request = request;
    this.#content = content;
  }

  get method(): string {
    return this.#request.method;
  }
  get url(): string {
    return this.#request.fullUrl();
  }
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

  /** The content at once, where it is there and nobody has taken it. */
  #take(): Buffer | undefined {
    if (this.#real !== undefined || this.#used || this.#content instanceof ReadableStream) return undefined;
    this.#used = true;
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

  /** The request as the runtime makes them, for everything not answered here. */
  real(): Request {
    if (this.#real !== undefined) return this.#real;
    const content = this.#used ? undefined : this.#content;
    const init: RequestInit & { duplex?: "half" } = { method: this.method, headers: this.headers, signal: this.signal };
    if (content !== undefined && this.method !== "GET" && this.method !== "HEAD") {
      init.body = content instanceof ReadableStream ? content : new Uint8Array(content);
      init.duplex = "half";
    }
    const real = new Request(this.url, init);
    this.#real = real;
    return real;
  }
}

for (const name of ["blob", "clone", "formData"] as const) {
  Object.defineProperty(LightRequestParts.prototype, name, {
    value(this: LightRequestParts): unknown {
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
  Object.defineProperty(LightRequestParts.prototype, name, {
    get(this: LightRequestParts): unknown {
      return this.real()[name];
    },
  });
}
let inherits = false;

/** @throws TypeError where there is no Fetch in the runtime. */
export function lightRequest(request: HTTPServerRequest, content: RequestContent): Request {
  if (!inherits) {
    // So that `instanceof Request` holds.
    Object.setPrototypeOf(LightRequestParts.prototype, Request.prototype);
    inherits = true;
  }
  return new LightRequestParts(request, content) as unknown as Request;
}

function headersOf(request: HTTPServerRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of request.headers.getAll()) headers.append(name, value);
  return headers;
}
