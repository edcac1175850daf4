/**
 * An application as a Fetch handler (`(request: Request) => Promise<Response>`), for servers that speak in those: `Bun.serve`, Deno, Hono,
 * hosts at the edge. Each request runs on a connection in memory, so that parser, limits and answers are those of a socket.
 */
import type { Buffer } from "node:buffer";
import { InMemoryExchange } from "./in-memory.ts";
import type { InMemorySink } from "./in-memory.ts";
import { HTTPServer } from "../server/httpserver.ts";
import type { HTTPServerOptions } from "../server/httpserver.ts";
import type { HTTPServerConnectionDelegate } from "../interfaces.ts";
import { belongsToConnection } from "./in-memory.ts";
import { hasNoContent } from "../message/status.ts";

export interface FetchContext {
  /** Address of the client, where the host knows it. Default `127.0.0.1`. */
  readonly remoteAddress?: string | undefined;
}

export type FetchHandler = (request: Request, context?: FetchContext) => Promise<Response>;

/** What is kept of an answer for a reader that does not read. Bytes. */
const HIGH_WATER_MARK = 65_536;

/**
 * Makes a Fetch handler of an application, or of any other delegate.
 *
 * @example
 * Bun.serve({ fetch: toFetchHandler(app) });
 */
export function toFetchHandler(delegate: HTTPServerConnectionDelegate, options: HTTPServerOptions = {}): FetchHandler {
  const server = new HTTPServer(delegate, options);
  return (request, context) => answerFetch(server, request, context ?? {});
}

function answerFetch(server: HTTPServer, request: Request, context: FetchContext): Promise<Response> {
  const url = new URL(request.url);
  return new Promise((resolve, reject) => {
    const answer = new FetchResponse(resolve, reject);
    const { signal } = request;
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const exchange = new InMemoryExchange(
      server,
      {
        method: request.method,
        target: url.pathname + url.search,
        fields: fieldsOf(request, url),
        content: request.body === null ? undefined : (request.body as unknown as AsyncIterable<Uint8Array>),
      },
      answer,
      { remoteAddress: context.remoteAddress ?? "127.0.0.1", encrypted: url.protocol === "https:" },
    );
    answer.exchange = exchange;
    signal.addEventListener("abort", () => exchange.abort(), { once: true });
  });
}

function* fieldsOf(request: Request, url: URL): Iterable<readonly [string, string]> {
  let host = false;
  for (const [name, value] of request.headers) {
    host ||= name === "host";
    yield [name, value];
  }
  if (!host) yield ["Host", url.host];
  // A method that usually has content says that there is none (RFC 9110 §8.6).
  if (request.body === null && /^(?:POST|PUT|PATCH)$/.test(request.method)) yield ["Content-Length", "0"];
}

/** Collects an answer as a `Response`: whole, if it is complete when its head is looked at, else as a stream. */
class FetchResponse implements InMemorySink {
  exchange: InMemoryExchange | undefined = undefined;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: Error) => void;
  #init: ResponseInit | undefined = undefined;
  #empty = false;
  #pieces: Buffer[] = [];
  #complete = false;
  #answered = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined = undefined;

  constructor(resolve: (response: Response) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  head(status: number, reason: string, fields: readonly (readonly [string, string])[]): void {
    // Fetch knows no interim answers, and no other protocol on the same connection.
    if (status === 101) throw new TypeError("a Response of Fetch cannot be an upgrade (101)");
    if (status < 200) return;
    const headers = new Headers();
    for (const [name, value] of fields) if (!belongsToConnection(name)) headers.append(name, value);
    this.#empty = hasNoContent(status) || status === 205;
    this.#init = { status, statusText: reason, headers };
    queueMicrotask(() => {
      try {
        this.#answer();
      } catch (error) {
        // `Response` takes no status above 599.
        this.#reject(error as Error);
        this.exchange?.abort();
      }
    });
  }

  content(piece: Buffer): void {
    if (this.#controller === undefined) this.#pieces.push(piece);
    else {
      this.#controller.enqueue(piece);
      this.#settle();
    }
  }

  complete(): void {
    this.#complete = true;
    this.#controller?.close();
  }

  failed(): void {
    const error = new TypeError("the answer ended before it was complete");
    if (!this.#answered) this.#reject(error);
    this.#controller?.error(error);
  }

  /** What the reader has taken is sent. */
  #settle(): void {
    const { exchange } = this;
    const controller = this.#controller;
    if (exchange === undefined || controller === undefined) return;
    const unread = HIGH_WATER_MARK - (controller.desiredSize ?? HIGH_WATER_MARK);
    const sent = exchange.pending - unread;
    if (sent > 0) exchange.taken(sent);
  }

  #answer(): void {
    if (this.#init === undefined || this.#answered) return;
    this.#answered = true;
    const { exchange } = this;
    if (this.#empty) {
      this.#resolve(new Response(null, this.#init));
      return;
    }
    const pieces = this.#pieces;
    this.#pieces = [];
    if (this.#complete) {
      const [first] = pieces;
      const whole = pieces.length === 1 && first !== undefined ? first : joined(pieces);
      this.#resolve(new Response(whole as unknown as string, this.#init));
      return;
    }
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          for (const piece of pieces) controller.enqueue(piece);
        },
        pull: () => this.#settle(),
        cancel: () => exchange?.abort(),
      },
      { highWaterMark: HIGH_WATER_MARK, size: (piece) => piece?.byteLength ?? 0 },
    );
    this.#resolve(new Response(body, this.#init));
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
