/**
 * An application as a Fetch handler (`(request: Request) => Promise<Response>`), for servers that speak in those: `Bun.serve`, Deno, Hono,
 * hosts at the edge. Limits, refusals and responses are those of a socket; nothing is written or parsed as text.
 */
import { Buffer } from "node:buffer";
import type { HTTPServerConnectionDelegate } from "../interfaces.ts";
import { hasNoContent } from "../message/status.ts";
import type { HTTPServerOptions } from "../server/options.ts";
import type { MemoryConnection } from "./memory-connection.ts";
import { MemoryServer } from "./memory-server.ts";
import type { MemorySink } from "./memory-sink.ts";

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
  const server = new MemoryServer(delegate, options);
  return (request, context) => answerFetch(server, request, context?.remoteAddress ?? "127.0.0.1");
}

/**
 * A URL that `new URL` would not change: scheme, host of a name that is no number or of 127.0.0.1, no default port, path without dot
 * segments and escapes, query without what would be encoded.
 */
const PLAIN_URL =
  /^(https?):\/\/((?:(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*|127\.0\.0\.1)(?::(?!80(?:\/|$)|443(?:\/|$))[1-9][0-9]{0,3})?)((?:\/(?!\.)[A-Za-z0-9\-._~!$&()*+,;=:@]*)+(?:\?[A-Za-z0-9\-._~!$&()*+,;=:@/?%]*)?)$/;

interface Address {
  readonly secure: boolean;
  readonly host: string;
  readonly target: string;
}

function addressOf(text: string): Address {
  const match = PLAIN_URL.exec(text);
  if (match !== null) return { secure: match[1] === "https", host: match[2] as string, target: match[3] as string };
  const url = new URL(text);
  return { secure: url.protocol === "https:", host: url.host, target: url.pathname + url.search };
}

const MAY_HAVE_CONTENT = /^(?:POST|PUT|PATCH)$/;

async function answerFetch(server: MemoryServer, request: Request, remoteAddress: string): Promise<Response> {
  const { method, signal } = request;
  const { secure, host, target } = addressOf(request.url);
  if (signal.aborted) throw signal.reason as Error;
  const body = method === "GET" || method === "HEAD" ? null : request.body;
  const fields: string[] = [];
  let named = false;
  for (const [name, value] of request.headers) {
    if (name === "host") named = true;
    fields.push(name, value);
  }
  if (!named) fields.push("Host", host);
  // A method that usually has content says that there is none (RFC 9110 §8.6).
  if (body === null && MAY_HAVE_CONTENT.test(method)) fields.push("Content-Length", "0");
  const response = new FetchResponse();
  const connection = server.connect(response, { remoteAddress, encrypted: secure });
  response.connection = connection;
  connection.begin({ method, target, fields, content: body === null ? undefined : piecesOf(body) });
  return response.take(signal);
}

/** The content of a request, which is not touched before somebody wants it. A reader by hand costs half of the stream's own iterator. */
const piecesOf = (body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const reader = body.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
      return: async () => {
        await reader.cancel();
        return { value: undefined, done: true };
      },
    };
  },
});

/** Collects an answer as a `Response`: whole, if it is complete when its head is looked at, else as a stream. */
class FetchResponse implements MemorySink {
  connection: MemoryConnection | undefined = undefined;
  #response: Response | undefined = undefined;
  #error: Error | undefined = undefined;
  #settle: { resolve: (response: Response) => void; reject: (error: Error) => void } | undefined = undefined;
  #init: ResponseInit | undefined = undefined;
  #empty = false;
  #typed = false;
  #pieces: Buffer[] = [];
  #complete = false;
  #answered = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined = undefined;

  /** The response; later, where it is not there yet. */
  take(signal: AbortSignal): Response | Promise<Response> {
    if (this.#response === undefined || !this.#complete) this.#watch(signal);
    if (this.#error !== undefined) throw this.#error;
    if (this.#response !== undefined) return this.#response;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }
  #watch(signal: AbortSignal): void {
    signal.addEventListener("abort", () => this.connection?.abort(), { once: true });
  }

  whole(status: number, reason: string, lines: string[], content: string | Uint8Array): void {
    this.#prepare(status, reason, lines);
    this.#complete = this.#answered = true;
    this.#give(() => this.#make(content));
  }

  head(status: number, reason: string, lines: string[]): void {
    // Fetch knows no other protocol on the same connection.
    if (status === 101) throw new TypeError("a Response of Fetch cannot be an upgrade (101)");
    if (status < 200) return;
    this.#prepare(status, reason, lines);
    queueMicrotask(() => this.#answer());
  }
  #prepare(status: number, reason: string, lines: string[]): void {
    const headers: [string, string][] = [];
    for (let i = 0; i < lines.length; i += 2) {
      const name = lines[i] as string;
      this.#typed ||= name.length === 12 && name.toLowerCase() === "content-type";
      headers.push([name, lines[i + 1] as string]);
    }
    this.#empty = hasNoContent(status) || status === 205;
    this.#init = { status, statusText: reason, headers };
  }

  content(piece: Buffer): void {
    if (this.#controller === undefined) this.#pieces.push(piece);
    else {
      this.#controller.enqueue(piece);
      this.#passOn();
    }
  }

  complete(): void {
    this.#complete = true;
    this.#controller?.close();
  }

  failed(): void {
    const error = new TypeError("the answer ended before it was complete");
    if (!this.#answered) this.#fail(error);
    this.#controller?.error(error);
  }

  #fail(error: Error): void {
    this.#answered = true;
    this.#error = error;
    this.#settle?.reject(error);
  }
  #give(make: () => Response): void {
    let response: Response;
    try {
      response = make();
    } catch (error) {
      // `Response` takes no status above 599.
      this.#fail(error as Error);
      this.connection?.abort();
      return;
    }
    this.#response = response;
    this.#settle?.resolve(response);
  }

  /** What the reader has taken is sent. */
  #passOn(): void {
    const { connection } = this;
    const controller = this.#controller;
    if (connection === undefined || controller === undefined) return;
    const unread = HIGH_WATER_MARK - (controller.desiredSize ?? HIGH_WATER_MARK);
    const sent = connection.unsentLength - unread;
    if (sent > 0) connection.taken(sent);
  }

  #make(content: string | Uint8Array): Response {
    if (this.#empty) return new Response(null, this.#init);
    // Of text that has no type, Fetch would say that it is plain.
    const body = typeof content === "string" && !this.#typed ? Buffer.from(content) : content;
    return new Response(body as unknown as string, this.#init);
  }

  #answer(): void {
    if (this.#init === undefined || this.#answered) return;
    this.#answered = true;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#give(() => {
      if (this.#empty || this.#complete)
        return this.#make(pieces.length === 1 ? (pieces[0] as Buffer) : joined(pieces));
      return new Response(this.#streamOf(pieces), this.#init);
    });
  }

  #streamOf(pieces: readonly Buffer[]): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          for (const piece of pieces) controller.enqueue(piece);
        },
        pull: () => this.#passOn(),
        cancel: () => this.connection?.abort(),
      },
      { highWaterMark: HIGH_WATER_MARK, size: (piece) => piece?.byteLength ?? 0 },
    );
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
