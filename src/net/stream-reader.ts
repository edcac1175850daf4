/**
 * Tornado's reads: each asks for a shape (see read-shapes.ts) and waits until the bytes received have it. One at a time. With no read
 * pending, at most READ_AHEAD bytes are taken from the peer, so that it is slowed down while its leaving is still noticed.
 *
 * A peer that has closed its side (FIN) ends the read that waits for more, and with it the stream, as in Tornado. Where nobody
 * waits for anything the stream goes on: it may still answer, until somebody reads beyond what there is.
 */
import { UsageError } from "../errors.ts";
import { loggers } from "../log.ts";
import type { BaseIOStream, StreamConsumer } from "./base-iostream.ts";
import { StreamBufferFullError, StreamClosedError, UnsatisfiableReadError } from "./errors.ts";
import { ReadBuffer } from "./read-buffer.ts";
import type { Shape } from "./read-shapes.ts";

/** Bytes taken from the peer although nobody reads. */
const READ_AHEAD = 64 * 1024;

interface Pending {
  readonly shape: Shape;
  /** Gives the bytes to whoever reads. */
  deliver(buffer: ReadBuffer, size: number): void;
  reject(error: Error): void;
}

export class StreamReader implements StreamConsumer {
  readonly #stream: BaseIOStream;
  readonly #maxBufferSize: number;
  readonly #buffer = new ReadBuffer();
  readonly #closing: (error: Error | undefined) => void;
  #pending: Pending | undefined = undefined;
  #peerEnded = false;
  #watched = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #holding = false;
  /** A search has been put off. */
  #asking = false;

  /** @param closing Called when the peer or a read that cannot be satisfied ends the stream. */
  constructor(stream: BaseIOStream, maxBufferSize: number, closing: (error: Error | undefined) => void) {
    this.#stream = stream;
    this.#maxBufferSize = maxBufferSize;
    this.#closing = closing;
  }

  get reading(): boolean {
    return this.#pending !== undefined;
  }
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Somebody wants to hear of the end though nobody reads. */
  set watched(on: boolean) {
    this.#watched = on;
    if (on && this.#peerEnded) this.#end();
  }

  /** Starts a read. `take` makes its result of the first `size` bytes. */
  read<T>(shape: Shape, take: (buffer: ReadBuffer, size: number) => T): Promise<T> {
    if (this.#pending !== undefined) {
      throw new UsageError("ERR_LANDSPOUT_ALREADY_READING", "Already reading: await the read before it first");
    }
    const promise = new Promise<T>((resolve, reject) => {
      this.#pending = { shape, deliver: (buffer, size) => resolve(take(buffer, size)), reject };
    });
    // Nobody has to look at a read of a stream that closes.
    promise.catch(() => undefined);
    this.#advance(this.#peerEnded);
    if (this.#peerEnded && this.#pending !== undefined) this.#end();
    return promise;
  }

  /** Satisfies or fails the pending read with what is buffered. `final`: nothing more is coming now. */
  #advance(final: boolean): void {
    const pending = this.#pending;
    if (pending !== undefined) {
      const { shape } = pending;
      const size = this.#closed && shape.untilClose ? this.#buffer.length : shape.measure(this.#buffer, final);
      if (size > shape.maxBytes || (size < 0 && this.#buffer.length >= shape.maxBytes)) {
        this.#fail(new UnsatisfiableReadError(`${shape.what} within ${shape.maxBytes} bytes`));
      } else if (size >= 0) {
        this.#pending = undefined;
        pending.deliver(this.#buffer, size);
      } else if (this.#closed) this.#rejectClosed();
      else if (this.#buffer.length > this.#maxBufferSize) {
        this.#fail(
          new StreamBufferFullError(`more than ${this.#maxBufferSize} bytes came without satisfying the read`),
        );
      } else if (shape.patient && !final && !this.#asking) this.#askAtPause(this.#buffer.length);
    }
    this.#balance();
  }

  /** A search that was put off takes place when a turn of the loop brings no bytes: the peer may be waiting for us. */
  #askAtPause(length: number): void {
    this.#asking = true;
    setImmediate(() => {
      this.#asking = false;
      if (this.#pending?.shape.patient !== true) return;
      if (this.#buffer.length === length) this.#advance(true);
      else this.#askAtPause(this.#buffer.length);
    });
  }

  /** A read that can never be satisfied closes the stream, as in Tornado. */
  #fail(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#error ??= error;
    this.#closed = true;
    loggers.general.info(`${error.message}, closing connection`);
    pending?.reject(error instanceof StreamBufferFullError ? error : new StreamClosedError(error));
    this.#closing(error);
  }

  #rejectClosed(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(new StreamClosedError(this.#error));
  }

  /** Lets the peer send, or not. On a closed stream it may: nothing is kept, and its end is noticed. */
  #balance(): void {
    const hold = this.#pending === undefined && !this.#closed && this.#buffer.length >= READ_AHEAD;
    if (hold === this.#holding) return;
    this.#holding = hold;
    if (hold) this.#stream.hold();
    else this.#stream.release();
  }

  bytesReceived(start: number, end: number): number {
    if (this.#closed) return end;
    this.#buffer.append(this.#stream.parser.buffer.subarray(start, end));
    this.#advance(false);
    return end;
  }

  streamEnded(): void {
    this.#peerEnded = true;
    this.#takeKept();
    if (this.#pending !== undefined || this.#watched) this.#end();
  }
  streamClosed(error: Error | undefined): void {
    this.#finishReads(error);
  }
  streamDrained(): void {}

  /** The peer's end is the stream's. */
  #end(): void {
    this.#finishReads(undefined);
    this.#closing(undefined);
  }

  /** No more bytes will come: what is buffered is the last there is. */
  #finishReads(error: Error | undefined): void {
    if (this.#closed) return;
    this.#takeKept();
    this.#closed = true;
    this.#error = error;
    this.#advance(true);
  }

  /** Bytes the stream has kept for us while we held it. */
  #takeKept(): void {
    const kept = this.#stream.takeKept();
    if (kept !== undefined) this.#buffer.append(kept);
  }

  /** For a stream that closes by its own will. */
  close(error: Error | undefined): void {
    this.#finishReads(error);
  }
}
