/** `HTTPResponseStream`: a response whose head is there and whose content is read by its program. */
import { Readable } from "node:stream";
import type { HTTPHeaders } from "../message/headers.ts";
import { PulledSink } from "./content-sink.ts";
import { tooLarge } from "./decode.ts";
import type { JobEvents } from "./job-parts.ts";
import type { HTTPRequest } from "./request.ts";
import { HTTPResponse } from "./response.ts";
import type { Delimited, ResponseFacts } from "./response.ts";

/** Bytes that a program has left which are read all the same, and seconds for it: then the connection can be used again. */
const MAX_DRAINED = 65_536;
const DRAIN_TIME = 1;

export class HTTPResponseStream implements AsyncIterable<Buffer> {
  readonly request: HTTPRequest;
  readonly code: number;
  readonly reason: string;
  readonly headers: HTTPHeaders;
  readonly effectiveUrl: string;
  readonly delimited: Delimited;
  readonly reused: boolean;
  readonly remoteAddress: string | undefined;
  readonly #sink: PulledSink;
  readonly #abort: (error: unknown) => void;
  #left = false;

  /** For the client. */
  constructor(facts: ResponseFacts, sink: PulledSink, abort: (error: unknown) => void) {
    this.request = facts.request;
    this.code = facts.code;
    this.reason = facts.reason;
    this.headers = facts.headers;
    this.effectiveUrl = facts.effectiveUrl;
    this.delimited = facts.delimited;
    this.reused = facts.reused;
    this.remoteAddress = facts.remoteAddress;
    this.#sink = sink;
    this.#abort = abort;
  }
  get status(): number {
    return this.code;
  }

  /** The pieces, no faster than they are taken. Who leaves the loop gives the rest up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const piece = await this.#sink.pieces.take();
        if (piece === undefined) return;
        yield piece;
      }
    } finally {
      this.cancel();
    }
  }

  /** All of it. @throws HTTPLimitError over `limit` bytes; default 104,857,600. */
  async bytes(limit = 104_857_600): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of this) {
      size += piece.length;
      if (size > limit) throw tooLarge(limit);
      pieces.push(piece);
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, size);
  }
  /** All of it as UTF-8. */
  async text(limit?: number): Promise<string> {
    return (await this.bytes(limit)).toString("utf8");
  }
  toWeb(): ReadableStream<Uint8Array> {
    const { pieces } = this.#sink;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await pieces.take();
          if (piece === undefined) controller.close();
          else controller.enqueue(piece);
        },
        cancel: () => this.cancel(),
      },
      { highWaterMark: 0 },
    );
  }
  toNode(): Readable {
    return Readable.from(this, { objectMode: false });
  }

  /** Gives up what has not been read: a little is read for nothing, so that the connection can be used again; else it is closed. */
  cancel(): void {
    const { pieces } = this.#sink;
    if (this.#left || (pieces.over && pieces.length === 0)) return;
    this.#left = true;
    pieces.cancel();
    const stop = (): void => this.#abort(new Error("the rest of the response was not wanted"));
    const timer = setTimeout(stop, DRAIN_TIME * 1000);
    timer.unref();
    this.#sink.drain(MAX_DRAINED, stop, () => clearTimeout(timer));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
  }
}

/** Starts a request whose content is pulled. @param raiseError Reject where the status is not 2xx. */
export function streamed(
  start: (events: JobEvents) => { abort(error: unknown): void },
  raiseError: boolean,
): Promise<HTTPResponseStream> {
  return new Promise((resolve, reject) => {
    const sink = new PulledSink();
    let job: { abort(error: unknown): void } | undefined;
    job = start({
      sink: (facts) => {
        const stream = new HTTPResponseStream(facts, sink, (error) => job?.abort(error));
        const { error } = new HTTPResponse(facts);
        if (raiseError && error !== undefined) {
          reject(error);
          stream.cancel();
        } else resolve(stream);
        return sink;
      },
      settled: (_response, error) => {
        sink.ended();
        if (error === undefined) sink.pieces.end();
        else {
          sink.pieces.abort(error);
          reject(error);
        }
      },
    });
  });
}
