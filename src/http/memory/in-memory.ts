/**
 * Requests from somewhere else than a socket: another server's, a test's. They go through the same connection, parser and writer as
 * all others, over a transport in memory; so limits, framing and answers are the same.
 */
import { Buffer } from "node:buffer";
import type { MemoryAddresses } from "../../net/memory-transport.ts";
import { MemoryTransport } from "../../net/memory-transport.ts";
import { IOStream } from "../../net/iostream.ts";
import { guard, logFailure } from "../../user-code.ts";
import { ResponseReader } from "../http1/response-reader.ts";
import type { ResponseSink } from "../http1/response-reader.ts";
import { belongsToConnection } from "../message/connection-fields.ts";
import { fieldLine, requestLine } from "../message/field-text.ts";
import type { HTTPServer } from "../server/httpserver.ts";

/** A request in parts. The target is that of the request line, as sent. */
export interface InMemoryRequest {
  readonly method: string;
  readonly target: string;
  /** Fields in order; those of the connection and of framing are left out and made anew. */
  readonly fields: Iterable<readonly [name: string, value: string]>;
  /** Content, or undefined for none. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array | string> | undefined;
}

/** What hears of the answer. */
export interface InMemorySink extends ResponseSink {
  /** The connection ended before the answer was complete. */
  failed(): void;
}

/** One request on a connection of its own. */
export class InMemoryExchange {
  readonly #transport: MemoryTransport;
  readonly #reader: ResponseReader;
  readonly #sink: InMemorySink;

  constructor(server: HTTPServer, request: InMemoryRequest, sink: InMemorySink, addresses: MemoryAddresses = {}) {
    this.#sink = sink;
    let given = 0;
    const counting: ResponseSink = {
      head: (status, reason, fields) => sink.head(status, reason, fields),
      content: (piece) => {
        given += piece.length;
        sink.content(piece);
      },
      complete: () => {
        sink.complete();
        // Nobody has to wait for the reader of a whole answer: a handler may flush its last piece before it finishes.
        queueMicrotask(() => this.taken(this.pending));
      },
    };
    this.#reader = new ResponseReader(counting, request.method === "HEAD");
    const peer = {
      bytes: (chunk: Buffer): number => {
        given = 0;
        try {
          this.#reader.add(chunk);
        } catch (error) {
          this.#refused(error);
        }
        return given;
      },
      ended: (): void => this.#over(),
      closed: (): void => this.#over(),
    };
    this.#transport = new MemoryTransport(server.parserInstance, peer, addresses);
    server.handleStream(new IOStream(server.parserInstance, this.#transport));
    // A failure to deliver is a connection that ended; `closed` tells of it.
    this.#send(request).catch(() => this.#transport.close());
  }

  async #send({ method, target, fields, content }: InMemoryRequest): Promise<void> {
    let head = requestLine(method, target);
    let length: string | undefined;
    for (const [name, value] of fields) {
      if (belongsToConnection(name)) continue;
      if (name.toLowerCase() === "content-length") length = value;
      else head += fieldLine(name, value);
    }
    head += "Connection: close\r\n";
    if (content === undefined) {
      await this.#transport.deliver(
        Buffer.from(`${head}${length === "0" ? "Content-Length: 0\r\n" : ""}\r\n`, "latin1"),
      );
    } else if (content instanceof Uint8Array) {
      const start = Buffer.from(`${head}Content-Length: ${content.length}\r\n\r\n`, "latin1");
      await this.#transport.deliver(Buffer.concat([start, content]));
    } else await this.#sendPieces(head, length, content);
  }

  async #sendPieces(
    head: string,
    length: string | undefined,
    content: AsyncIterable<Uint8Array | string>,
  ): Promise<void> {
    const framing = length === undefined ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`;
    await this.#transport.deliver(Buffer.from(`${head}${framing}\r\n\r\n`, "latin1"));
    // Whoever did not want it has not touched it.
    if (this.#transport.isClosed) return;
    for await (const piece of content) {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      if (bytes.length === 0) continue;
      if (length === undefined) await this.#transport.deliver(chunkOf(bytes));
      else await this.#transport.deliver(bytes);
      // Whoever has answered wants no more of it.
      if (this.#reader.complete) return;
    }
    if (length === undefined) await this.#transport.deliver(Buffer.from("0\r\n\r\n"));
  }

  /** Content that was given to the sink has been passed on. Until then the connection counts it as unsent. */
  taken(size: number): void {
    this.#transport.taken(size);
  }

  /** Bytes given to the sink and not `taken`. */
  get pending(): number {
    return this.#transport.bufferedAmount;
  }

  /** The client leaves. */
  abort(): void {
    this.#transport.close();
  }

  /** The other server takes no answer, or not this one (its head was sent by somebody else). */
  #refused(error: unknown): void {
    logFailure("the server that a response was handed to", error);
    guard(
      () => this.#sink.failed(),
      (second) => logFailure("the server that a response was handed to", second),
    );
    queueMicrotask(() => this.#transport.close());
  }

  #over(): void {
    if (!this.#reader.complete && !this.#reader.end()) {
      this.#sink.failed();
    }
    queueMicrotask(() => this.#transport.close());
  }
}

const chunkOf = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
