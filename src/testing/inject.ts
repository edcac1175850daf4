/**
 * `inject`: one request to an application, and its answer, without a port. It runs through the real parser and writer on a connection in
 * memory, so what a test sees is what a client would; with `wire: false` it takes the short way of `app.fetch`.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { requestLine, targetBytes } from "../http/message/field-text.ts";
import { anything, checkOptions, flag, LONGEST_TIMER, object, seconds, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { HTTPHeaders } from "../http/message/headers.ts";
import { HTTPServer } from "../http/server/httpserver.ts";
import type { HTTPServerOptions } from "../http/server/httpserver.ts";
import { InMemoryExchange } from "../http/memory/in-memory.ts";
import type { MemoryConnection } from "../http/memory/memory-connection.ts";
import { MemoryServer } from "../http/memory/memory-server.ts";
import type { MemorySink } from "../http/memory/memory-sink.ts";
import type { HTTPServerConnectionDelegate } from "../http/interfaces.ts";
import type { RequestCallback } from "../http/delegates.ts";

export interface InjectRequest {
  /** Default `GET`, or `POST` where there is content. */
  method?: string;
  /** Path and query, as a client would send them. */
  url: string;
  headers?: Iterable<readonly [string, string]> | { readonly [name: string]: string };
  /** Text, bytes, a form (`URLSearchParams`, `FormData`), a `Blob`, or an object to be sent as JSON. Forms and blobs say their type. */
  body?: string | Uint8Array | ArrayBuffer | URLSearchParams | FormData | Blob | object;
  /** Address the request seems to come from. Default `127.0.0.1`. */
  remoteIp?: string;
  /** As if it had come by TLS. Default false. */
  secure?: boolean;
  /** Seconds after which no answer is an error. Default 5. */
  timeout?: number;
  /**
   * False: the request is not written and parsed as text of HTTP/1, nor is its answer, as with `app.fetch`. Limits, refusals and fields
   * are the same, but an answer of unknown length has no `Transfer-Encoding`. For tests that ask very often. Default true.
   */
  wire?: boolean;
}

const REQUEST: OptionTable<InjectRequest> = {
  method: text,
  url: text,
  headers: object,
  body: anything,
  remoteIp: text,
  secure: flag,
  timeout: seconds(0, LONGEST_TIMER),
  wire: flag,
};

export interface InjectedAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: HTTPHeaders;
  readonly body: Buffer;
  /** The content as UTF-8 text. */
  text(): string;
  /** The content as JSON. @throws SyntaxError where it is none. */
  json(): unknown;
}

type Delegate = HTTPServerConnectionDelegate | RequestCallback;

/** Servers of one kind that stand behind injected requests: without options, one for each application. */
class Servers<T extends object> {
  readonly #made = new WeakMap<object, T>();
  readonly #make: (delegate: Delegate, options?: HTTPServerOptions) => T;

  constructor(make: (delegate: Delegate, options?: HTTPServerOptions) => T) {
    this.#make = make;
  }
  for(delegate: Delegate, options: HTTPServerOptions | undefined): T {
    if (options !== undefined) return this.#make(delegate, options);
    let server = this.#made.get(delegate);
    if (server === undefined) this.#made.set(delegate, (server = this.#make(delegate)));
    return server;
  }
}

const wired = new Servers((delegate, options) => new HTTPServer(delegate, options));
const direct = new Servers((delegate, options) => new MemoryServer(delegate, options));

/**
 * Asks an application (or another delegate, or a callback) and gives its answer.
 *
 * @example
 * const answer = await inject(app, "/hello?name=you");
 * assert.equal(answer.text(), "Hello, you");
 * @throws UsageError where no answer comes in time, or it is cut short.
 */
export async function inject(
  delegate: HTTPServerConnectionDelegate | RequestCallback,
  what: string | InjectRequest,
  options?: HTTPServerOptions,
): Promise<InjectedAnswer> {
  const request = typeof what === "string" ? { url: what } : what;
  checkOptions("inject", request, REQUEST);
  const headers = headersOf(request.headers);
  const content = await contentOf(request.body, headers);
  if (!headers.has("Host")) headers.add("Host", "localhost");
  const method = request.method ?? (content === undefined ? "GET" : "POST");
  if (content === undefined && /^(?:POST|PUT|PATCH)$/.test(method)) headers.set("Content-Length", 0);
  // A wrong call is told apart from a connection that ends.
  requestLine(method, request.url);
  const { timeout = 5, wire = true } = request;
  const addresses = { remoteAddress: request.remoteIp ?? "127.0.0.1", encrypted: request.secure === true };
  return new Promise((resolve, reject) => {
    const answer = new Answer();
    let exchange: InMemoryExchange | MemoryConnection | undefined;
    const timer = setTimeout(() => {
      reject(new UsageError("ERR_LANDSPOUT_INJECT", `${method} ${request.url} was not answered in ${timeout} seconds`));
      exchange?.abort();
    }, timeout * 1000);
    const complete = (): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const failed = (): void => {
      clearTimeout(timer);
      reject(new UsageError("ERR_LANDSPOUT_INJECT", `${method} ${request.url}: the connection was closed early`));
    };
    if (!wire) {
      const target = targetBytes(request.url);
      const sink = new DirectSink(answer, complete, failed);
      const connection = direct.for(delegate, options).connect(sink, addresses);
      exchange = sink.connection = connection;
      connection.begin({ method, target, fields: headers.toLines(), content });
      return;
    }
    exchange = new InMemoryExchange(
      wired.for(delegate, options),
      { method, target: request.url, fields: headers, content },
      {
        head: (status, reason, fields) => answer.head(status, reason, fields),
        content: (piece) => {
          answer.pieces.push(piece);
          queueMicrotask(() => exchange?.taken(piece.length));
        },
        complete,
        failed,
      },
      addresses,
    );
  });
}

function headersOf(given: InjectRequest["headers"]): HTTPHeaders {
  return given === undefined ? new HTTPHeaders() : new HTTPHeaders(given);
}

/** Bytes of a body; sets the content type that goes with it unless there is one. */
async function contentOf(body: InjectRequest["body"], headers: HTTPHeaders): Promise<Uint8Array | undefined> {
  if (body === undefined || body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (body instanceof URLSearchParams || body instanceof FormData || body instanceof Blob) {
    const encoded = new Response(body);
    const type = encoded.headers.get("Content-Type");
    if (type !== null && type !== "" && !headers.has("Content-Type")) headers.set("Content-Type", type);
    return new Uint8Array(await encoded.arrayBuffer());
  }
  if (!headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  return Buffer.from(JSON.stringify(body));
}

class Answer implements InjectedAnswer {
  status = 0;
  reason = "";
  headers: HTTPHeaders = new HTTPHeaders();
  readonly pieces: Buffer[] = [];

  head(status: number, reason: string, fields: readonly (readonly [string, string])[]): void {
    this.status = status;
    this.reason = reason;
    this.headers = new HTTPHeaders(fields.filter(([name]) => name.toLowerCase() !== "connection"));
  }
  get body(): Buffer {
    return Buffer.concat(this.pieces);
  }
  text(): string {
    return this.body.toString();
  }
  json(): unknown {
    return JSON.parse(this.text());
  }
}

/** Takes the answer where it comes without text. */
class DirectSink implements MemorySink {
  connection: MemoryConnection | undefined = undefined;
  readonly #answer: Answer;
  readonly complete: () => void;
  readonly failed: () => void;

  constructor(answer: Answer, complete: () => void, failed: () => void) {
    this.#answer = answer;
    this.complete = complete;
    this.failed = failed;
  }
  whole(status: number, reason: string, lines: string[], content: string | Uint8Array): void {
    this.head(status, reason, lines);
    if (content.length > 0) this.#answer.pieces.push(Buffer.from(content as string));
    this.complete();
  }
  head(status: number, reason: string, lines: string[]): void {
    const fields: [string, string][] = [];
    for (let i = 0; i < lines.length; i += 2) fields.push([lines[i] as string, lines[i + 1] as string]);
    this.#answer.head(status, reason, fields);
  }
  content(piece: Buffer): void {
    this.#answer.pieces.push(piece);
    queueMicrotask(() => this.connection?.taken(piece.length));
  }
}
