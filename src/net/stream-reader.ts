/**
 * Tornado's reads: each asks for a shape (a number of bytes, everything up to a delimiter …) and waits until the bytes received
 * have it. One at a time. With no read pending, at most READ_AHEAD bytes are taken from the peer, so that it is slowed down while
 * its leaving is still noticed.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { loggers } from "../log.ts";
import { NEEDLE, NEEDLE_SIZE, SCRATCH, SCRATCH_SIZE } from "../parser/abi.ts";
import type { HttpParser } from "../parser/types.ts";
import type { BaseIOStream, StreamConsumer } from "./base-iostream.ts";
import { StreamBufferFullError, StreamClosedError, UnsatisfiableReadError } from "./errors.ts";
import { ReadBuffer } from "./read-buffer.ts";

/** Bytes taken from the peer although nobody reads. */
const READ_AHEAD = 64 * 1024;

/** A shape that is waited for. */
export interface Shape {
  /** Bytes at the front of the buffer that satisfy it; -1 while they do not. `ended`: no more will come. */
  measure(buffer: ReadBuffer, ended: boolean): number;
  /** The most bytes it may need; more is an UnsatisfiableReadError. */
  readonly maxBytes: number;
  /** How to say so. */
  readonly what: string;
  /** The end of the stream satisfies it with what there is. */
  readonly untilClose: boolean;
}

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
  #closed = false;
  #error: Error | undefined = undefined;
  #holding = false;

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
    this.#advance();
    return promise;
  }

  /** Satisfies or fails the pending read with what is buffered. */
  #advance(): void {
    const pending = this.#pending;
    if (pending !== undefined) {
      const { shape } = pending;
      const size = shape.measure(this.#buffer, this.#closed);
      if (size > shape.maxBytes || (size < 0 && this.#buffer.length >= shape.maxBytes && !shape.untilClose)) {
        this.#fail(new UnsatisfiableReadError(`${shape.what} within ${shape.maxBytes} bytes`));
      } else if (size >= 0) {
        this.#pending = undefined;
        pending.deliver(this.#buffer, size);
      } else if (this.#closed) this.#rejectClosed();
      else if (this.#buffer.length > this.#maxBufferSize) {
        this.#fail(
          new StreamBufferFullError(`more than ${this.#maxBufferSize} bytes came without satisfying the read`),
        );
      }
    }
    this.#balance();
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

  /** Lets the peer send, or not. */
  #balance(): void {
    const hold = this.#pending === undefined && this.#buffer.length >= READ_AHEAD;
    if (hold === this.#holding) return;
    this.#holding = hold;
    if (hold) this.#stream.hold();
    else this.#stream.release();
  }

  bytesReceived(start: number, end: number): number {
    this.#buffer.append(this.#stream.parser.buffer.subarray(start, end));
    this.#advance();
    return end;
  }

  /** Tornado takes a FIN for the end of the stream in both directions; so do reads here. */
  streamEnded(): void {
    this.#finishReads(undefined);
    this.#closing(undefined);
  }
  streamClosed(error: Error | undefined): void {
    this.#finishReads(error);
  }
  streamDrained(): void {}

  /** No more bytes will come: what is buffered is the last there is. */
  #finishReads(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    if (this.#pending?.shape.untilClose === true) {
      const pending = this.#pending;
      this.#pending = undefined;
      pending.deliver(this.#buffer, this.#buffer.length);
    } else this.#advance();
  }

  /** For a stream that closes by its own will. */
  close(error: Error | undefined): void {
    this.#finishReads(error);
  }
}

/** Exactly `size` bytes; with `partial`, at least one of them. */
export function bytesShape(size: number, partial: boolean): Shape {
  return {
    measure: ({ length }) => (length >= size ? size : partial && length > 0 ? length : -1),
    maxBytes: Infinity,
    what: "",
    untilClose: false,
  };
}

/** Everything until the peer closes; if it has, what is left, possibly nothing. */
export function closeShape(): Shape {
  return { measure: ({ length }, ended) => (ended ? length : -1), maxBytes: Infinity, what: "", untilClose: true };
}

/** Everything up to and with a delimiter, found by the parser's scan; bytes once searched are not searched again. */
export function delimiterShape(parser: HttpParser, delimiter: Uint8Array, maxBytes: number): Shape {
  let searched = 0;
  return {
    measure(buffer) {
      const bytes = buffer.view();
      const found = scan(parser, bytes, delimiter, searched);
      if (found >= 0) return found + delimiter.length;
      searched = Math.max(0, bytes.length - delimiter.length + 1);
      return -1;
    },
    maxBytes,
    what: `delimiter ${JSON.stringify(Buffer.from(delimiter).toString("latin1"))} not found`,
    untilClose: false,
  };
}

/** Offset of the delimiter in `bytes` at or after `from`, or -1. The bytes are brought to SCRATCH piece by piece. */
function scan(parser: HttpParser, bytes: Buffer, delimiter: Uint8Array, from: number): number {
  const { length } = delimiter;
  // A delimiter longer than the parser's memory has room for is nothing anybody uses.
  if (length > NEEDLE_SIZE) return bytes.indexOf(delimiter, from);
  parser.buffer.set(delimiter, NEEDLE);
  for (let at = from; at + length <= bytes.length; at += SCRATCH_SIZE - length + 1) {
    const piece = bytes.subarray(at, at + SCRATCH_SIZE);
    parser.buffer.set(piece, SCRATCH);
    const found = parser.indexOf(SCRATCH, SCRATCH + piece.length, length);
    if (found >= 0) return at + found - SCRATCH;
  }
  return -1;
}

/**
 * Everything up to the end of the first match. The bytes are taken for latin1, one character each. Searched again only when they
 * have doubled, and when the stream ends: a match may begin anywhere.
 */
export function regexShape(regex: RegExp, maxBytes: number): Shape {
  const pattern = new RegExp(regex.source, regex.flags.replace(/[gy]/g, ""));
  let next = 0;
  return {
    measure(buffer, ended) {
      if (!ended && buffer.length < next && buffer.length < maxBytes) return -1;
      const match = pattern.exec(buffer.view().toString("latin1"));
      if (match !== null) return match.index + match[0].length;
      next = buffer.length * 2;
      return -1;
    },
    maxBytes,
    what: `${String(regex)} not found`,
    untilClose: false,
  };
}
