/**
 * An application as a listener of `node:http` (`(req, res) => void`) or as Connect middleware, for programs whose server is another's.
 * Requests run on connections in memory, so that parser, limits and answers are landspout's own.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HTTPServer } from "../http/server/httpserver.ts";
import { resolveLimits } from "../http/server/options.ts";
import type { HTTPServerOptions } from "../http/server/httpserver.ts";
import type { HTTPHeaders } from "../http/message/headers.ts";
import { belongsToConnection, InMemoryExchange } from "../http/memory/in-memory.ts";
import type { InMemorySink } from "../http/memory/in-memory.ts";
import type {
  Exchange,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
} from "../http/interfaces.ts";
import { HTTPServerRequest } from "../http/request.ts";

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
  const server = new HTTPServer(delegate, options);
  return (request, response) => void new NodeResponse(server, request, response);
}

/**
 * Middleware that answers what the application has a route for, and leaves the rest to `next`.
 *
 * @example
 * express().use(toMiddleware(app));
 */
export function toMiddleware(app: Routed, options: HTTPServerOptions = {}): ConnectMiddleware {
  resolveLimits(options);
  return (request, response, next) => {
    const answer = { current: undefined as NodeResponse | undefined };
    const asking = new Asking(app, () => {
      answer.current?.withdraw();
      next();
    });
    answer.current = new NodeResponse(new HTTPServer(asking, options), request, response);
  };
}

/** Passes a request on where the application has a route for it, else says so before any content is asked for. */
class Asking implements HTTPServerConnectionDelegate {
  readonly #app: Routed;
  readonly #none: () => void;

  constructor(app: Routed, none: () => void) {
    this.#app = app;
    this.#none = none;
  }
  startRequest(serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    let inner: HTTPMessageDelegate | undefined;
    return {
      headersReceived: (startLine: RequestStartLine, headers: HTTPHeaders) => {
        if (!this.#app.handles(new HTTPServerRequest(exchange, headers))) {
          this.#none();
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
}

class NodeResponse implements InMemorySink {
  readonly #response: ServerResponse;
  readonly #exchange: InMemoryExchange;
  #withdrawn = false;
  /** Content has been sent, and the head with it; or the end. */
  #begun = false;

  constructor(server: HTTPServer, request: IncomingMessage, response: ServerResponse) {
    this.#response = response;
    const { socket } = request;
    this.#exchange = new InMemoryExchange(
      server,
      {
        method: request.method ?? "GET",
        target: request.url ?? "/",
        fields: pairs(request.rawHeaders),
        content: contentOf(request),
      },
      this,
      { remoteAddress: socket?.remoteAddress, encrypted: socket !== null && "encrypted" in socket },
    );
    response.on("close", () => this.#exchange.abort());
    response.on("drain", () => this.#exchange.taken(this.#exchange.pending));
  }

  /** The request goes on to somebody else: nothing is answered here. */
  withdraw(): void {
    this.#withdrawn = true;
    this.#exchange.abort();
  }

  head(status: number, reason: string, fields: readonly (readonly [string, string])[]): void {
    if (this.#withdrawn) return;
    if (status === 101) throw new TypeError("a response of node:http cannot become an upgrade (101)");
    if (status < 200) return;
    const kept = fields.filter(([name]) => !belongsToConnection(name));
    this.#response.writeHead(status, reason, kept.flat() as unknown as string[]);
    // node:http keeps a head until there is content: for an event stream or a download that may be long after.
    queueMicrotask(() => {
      if (!this.#begun && !this.#withdrawn && !this.#response.destroyed) this.#response.flushHeaders();
    });
  }
  content(piece: Buffer): void {
    if (this.#withdrawn) return;
    this.#begun = true;
    // While more is waiting than the response likes, it counts as unsent here, too.
    if (this.#response.write(piece)) queueMicrotask(() => this.#exchange.taken(piece.length));
  }
  complete(): void {
    this.#begun = true;
    if (!this.#withdrawn) this.#response.end();
  }
  failed(): void {
    if (!this.#withdrawn) this.#response.destroy();
  }
}

function* pairs(raw: readonly string[]): Iterable<readonly [string, string]> {
  for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] as string, raw[i + 1] as string];
}

/** The content of a request that somebody may have read already: a body parser leaves it in `body`. */
function contentOf(request: IncomingMessage): Uint8Array | AsyncIterable<Uint8Array> | undefined {
  const { body } = request as { body?: unknown };
  if (body !== undefined && request.readableEnded) return encoded(body, request.headers["content-type"] ?? "");
  const { headers } = request;
  const none = headers["transfer-encoding"] === undefined && headers["content-length"] === undefined;
  return none ? undefined : request;
}

function encoded(body: unknown, type: string): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  if (type.startsWith("application/x-www-form-urlencoded"))
    return Buffer.from(new URLSearchParams(body as { [name: string]: string }).toString());
  return Buffer.from(JSON.stringify(body));
}
