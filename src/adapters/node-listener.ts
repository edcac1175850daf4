/**
 * An application as a listener of `node:http` (`(req, res) => void`) or as Connect middleware, for programs whose server is another's.
 * Limits, refusals and responses are landspout's own; nothing is written or parsed as text.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HTTPServerOptions } from "../http/server/httpserver.ts";
import type { HTTPHeaders } from "../http/message/headers.ts";
import type { MemoryConnection } from "../http/memory/memory-connection.ts";
import { MemoryServer } from "../http/memory/memory-server.ts";
import type { MemorySink } from "../http/memory/memory-sink.ts";
import type {
  Exchange,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
} from "../http/interfaces.ts";
import { HTTPServerRequest } from "../http/request.ts";
import { StreamClosedError } from "../net/errors.ts";

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void;
export type ConnectMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** A delegate that can tell whether it has an answer of its own: an `Application`. */
export interface Routed extends HTTPServerConnectionDelegate {
  handles(request: HTTPServerRequest): boolean;
}

/**
 * @example
 * http.createServer(toNodeListener(app)).listen(8888);
 */
export function toNodeListener(delegate: HTTPServerConnectionDelegate, options: HTTPServerOptions = {}): NodeListener {
  const server = new MemoryServer(delegate, options);
  return (request, response) => {
    new NodeResponse(server, request, response).begin(request);
  };
}

/**
 * Middleware that answers what the application has a route for, and leaves the rest to `next`.
 *
 * @example
 * express().use(toMiddleware(app));
 */
export function toMiddleware(app: Routed, options: HTTPServerOptions = {}): ConnectMiddleware {
  const server = new MemoryServer(new Asking(app), options);
  return (request, response, next) => {
    const answer = new NodeResponse(server, request, response);
    answer.begin(request);
    // Behind `begin`: what `next` throws is no failure of ours.
    if (answer.isWithdrawn) next();
  };
}

/** Passes a request on where the application has a route for it, else withdraws its response before any content is asked for. */
class Asking implements HTTPServerConnectionDelegate {
  readonly #app: Routed;

  constructor(app: Routed) {
    this.#app = app;
  }
  startRequest(serverConnection: MemoryConnection, exchange: Exchange): HTTPMessageDelegate {
    let inner: HTTPMessageDelegate | undefined;
    return {
      headersReceived: (startLine: RequestStartLine, headers: HTTPHeaders) => {
        if (!this.#app.handles(new HTTPServerRequest(exchange, headers))) {
          (serverConnection.sink as NodeResponse).withdraw();
          return undefined;
        }
        inner = this.#app.startRequest(serverConnection, exchange);
        return inner.headersReceived(startLine, headers);
      },
      dataReceived: (chunk) => inner?.dataReceived(chunk),
      finish: () => inner?.finish(),
      onConnectionClose: (error) => inner?.onConnectionClose(error),
    };
  }
  onClose(serverConnection: object): void {
    this.#app.onClose?.(serverConnection);
  }
}

class NodeResponse implements MemorySink {
  readonly #response: ServerResponse;
  readonly #connection: MemoryConnection;
  #withdrawn = false;
  /** Content has been sent, and the head with it; or the end. */
  #begun = false;

  constructor(server: MemoryServer, { socket }: IncomingMessage, response: ServerResponse) {
    this.#response = response;
    this.#connection = server.connect(this, {
      remoteAddress: socket?.remoteAddress,
      encrypted: socket !== null && "encrypted" in socket,
    });
  }

  begin(request: IncomingMessage): void {
    const { method = "GET", url: target = "/", rawHeaders: fields } = request;
    this.#connection.begin({ method, target, fields, content: contentOf(request) });
    const response = this.#response;
    if (this.#withdrawn || this.#connection.isClosed) return;
    response.on("close", () => this.#connection.abort());
    response.on("drain", () => this.#connection.taken(this.#connection.unsentLength));
  }

  /** The request goes on to another program: nothing is answered here. */
  withdraw(): void {
    this.#withdrawn = true;
    this.#connection.abort();
  }
  get isWithdrawn(): boolean {
    return this.#withdrawn;
  }

  whole(status: number, reason: string, lines: string[], content: string | Uint8Array): void {
    if (this.#withdrawn) return;
    this.#begun = true;
    this.#response.writeHead(status, reason, lines as unknown as string[]);
    this.#response.end(content);
  }
  head(status: number, reason: string, lines: string[]): void {
    if (this.#withdrawn) return;
    if (status === 101) throw new TypeError("a response of node:http cannot become an upgrade (101)");
    if (status < 200) return;
    this.#response.writeHead(status, reason, lines as unknown as string[]);
    // node:http keeps a head until there is content: for an event stream or a download that may be long after.
    queueMicrotask(() => {
      if (!this.#begun && !this.#withdrawn && !this.#response.destroyed) this.#response.flushHeaders();
    });
  }
  content(piece: Buffer): void {
    if (this.#withdrawn) return;
    this.#begun = true;
    // While more is waiting than the response likes, it counts as unsent here, too.
    if (this.#response.write(piece)) queueMicrotask(() => this.#connection.taken(piece.length));
  }
  complete(): void {
    this.#begun = true;
    if (!this.#withdrawn) this.#response.end();
  }
  failed(): void {
    if (!this.#withdrawn) this.#response.destroy();
  }
}

/** The content of a request that somebody may have read already: a body parser leaves it in `body`. */
function contentOf(request: IncomingMessage): Uint8Array | AsyncIterable<Uint8Array> | undefined {
  const { body } = request as { body?: unknown };
  if (body !== undefined && request.readableEnded) return encoded(body, request.headers["content-type"] ?? "");
  const { headers } = request;
  const none = headers["transfer-encoding"] === undefined && headers["content-length"] === undefined;
  return none ? undefined : { [Symbol.asyncIterator]: () => new RequestPieces(request) };
}

/** Reads a request by hand, from the first piece that somebody wants: half the price of its own iterator, and what is left over is dropped. */
class RequestPieces implements AsyncIterator<Uint8Array> {
  readonly #request: IncomingMessage;
  readonly #wake = (): void => this.#awake();
  readonly #failed = (error: Error): void => {
    this.#error = error;
    this.#awake();
  };
  #awake: () => void = () => undefined;
  #error: Error | undefined = undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
    for (const event of ["readable", "end", "close"]) request.on(event, this.#wake);
    request.on("error", this.#failed);
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const request = this.#request;
    for (;;) {
      const value = request.read() as Uint8Array | null;
      if (value !== null) return { value, done: false };
      if (request.readableEnded) return this.#over();
      if (this.#error !== undefined) throw this.#error;
      if (request.destroyed) throw new StreamClosedError();
      await new Promise<void>((resolve) => (this.#awake = resolve));
    }
  }
  return(): Promise<IteratorResult<Uint8Array>> {
    const over = this.#over();
    this.#request.resume();
    return Promise.resolve(over);
  }
  #over(): IteratorResult<Uint8Array> {
    for (const event of ["readable", "end", "close"]) this.#request.off(event, this.#wake);
    return { value: undefined, done: true };
  }
}

function encoded(body: unknown, type: string): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  if (type.startsWith("application/x-www-form-urlencoded"))
    return Buffer.from(new URLSearchParams(body as { [name: string]: string }).toString());
  return Buffer.from(JSON.stringify(body));
}
