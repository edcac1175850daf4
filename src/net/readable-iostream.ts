/**
 * The reads of a stream: each asks for a shape (see read-shapes.ts) and gives a promise, or calls back where a callback is its last
 * argument. Knows nothing of how a stream is connected, written or closed; `IOStream` adds that.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { guardCallback } from "../async/stack-context/frames.ts";
import { logFailure } from "../user-code.ts";
import type { HttpParser } from "../parser/types.ts";
import { BaseIOStream } from "./base-iostream.ts";
import type { Context } from "../async/context.ts";
import { callbackOf, maxBytesOf, partialOf } from "./iostream-options.ts";
import type { MaxBytes, Partly, StreamCallback } from "./iostream-options.ts";
import type { ReadBuffer } from "./read-buffer.ts";
import { bytesShape, closeShape, delimiterShape, regexShape } from "./read-shapes.ts";
import type { Shape } from "./read-shapes.ts";
import { StreamReader } from "./stream-reader.ts";
import type { Transport } from "./transport.ts";

export abstract class ReadableIOStream extends BaseIOStream {
  readonly maxBufferSize: number;
  protected reader: StreamReader | undefined = undefined;
  /** Closed, by the peer or by us: nothing more is read or written. */
  protected over = false;
  /** Why the stream closed, where it was no orderly end. */
  error: Error | undefined = undefined;

  constructor(parser: HttpParser, transport: Transport | undefined, maxBufferSize = 104_857_600, context?: Context) {
    super(parser, transport, context);
    this.maxBufferSize = maxBufferSize;
  }

  abstract close(error?: Error): void;

  /** Exactly `size` bytes; with `partial`, 1 to `size`, as soon as there are any. 0 bytes are there at once. */
  readBytes(size: number, options?: Partly): Promise<Buffer>;
  readBytes(size: number, callback: StreamCallback<Buffer>): void;
  readBytes(size: number, options: Partly | undefined, callback: StreamCallback<Buffer>): void;
  readBytes(
    size: number,
    options?: Partly | StreamCallback<Buffer>,
    callback: StreamCallback<Buffer> | undefined = callbackOf(options),
  ): Promise<Buffer> | void {
    if (!Number.isInteger(size) || size < 0) {
      throw new UsageError("ERR_LANDSPOUT_READ_SIZE", `readBytes takes a number of bytes from 0, not ${String(size)}`);
    }
    return this.answer(this.#read(bytesShape(size, partialOf(options)), take), callback);
  }

  /** Everything up to and with a delimiter. `maxBytes` bounds the result; over it the stream closes. */
  readUntil(delimiter: string | Uint8Array, options?: MaxBytes): Promise<Buffer>;
  readUntil(delimiter: string | Uint8Array, callback: StreamCallback<Buffer>): void;
  readUntil(delimiter: string | Uint8Array, options: MaxBytes | undefined, callback: StreamCallback<Buffer>): void;
  readUntil(
    delimiter: string | Uint8Array,
    options?: MaxBytes | StreamCallback<Buffer>,
    callback: StreamCallback<Buffer> | undefined = callbackOf(options),
  ): Promise<Buffer> | void {
    const bytes = typeof delimiter === "string" ? Buffer.from(delimiter) : delimiter;
    if (bytes.length === 0)
      throw new UsageError("ERR_LANDSPOUT_DELIMITER", "readUntil needs a delimiter of at least one byte");
    return this.answer(this.#read(delimiterShape(this.parser, bytes, maxBytesOf(options)), take), callback);
  }

  /** Everything up to the end of the first match; each byte is one character to the expression. */
  readUntilRegex(regex: RegExp, options?: MaxBytes): Promise<Buffer>;
  readUntilRegex(regex: RegExp, callback: StreamCallback<Buffer>): void;
  readUntilRegex(regex: RegExp, options: MaxBytes | undefined, callback: StreamCallback<Buffer>): void;
  readUntilRegex(
    regex: RegExp,
    options?: MaxBytes | StreamCallback<Buffer>,
    callback: StreamCallback<Buffer> | undefined = callbackOf(options),
  ): Promise<Buffer> | void {
    return this.answer(this.#read(regexShape(regex, maxBytesOf(options)), take), callback);
  }

  /** Fills a buffer of the caller's, or part of it; gives the number of bytes. */
  readInto(target: Uint8Array, options?: Partly): Promise<number>;
  readInto(target: Uint8Array, callback: StreamCallback<number>): void;
  readInto(target: Uint8Array, options: Partly | undefined, callback: StreamCallback<number>): void;
  readInto(
    target: Uint8Array,
    options?: Partly | StreamCallback<number>,
    callback: StreamCallback<number> | undefined = callbackOf(options),
  ): Promise<number> | void {
    const shape = bytesShape(target.length, partialOf(options));
    const read = this.#read(shape, (buffer, size) => buffer.takeInto(target.subarray(0, size)));
    return this.answer(read, callback);
  }

  /** Everything until the peer closes, at most `maxBufferSize`. */
  readUntilClose(): Promise<Buffer>;
  readUntilClose(callback: StreamCallback<Buffer>): void;
  readUntilClose(callback?: StreamCallback<Buffer>): Promise<Buffer> | void {
    return this.answer(this.#read(closeShape(), take), callback);
  }

  #read<T>(shape: Shape, result: (buffer: ReadBuffer, size: number) => T): Promise<T> {
    return this.readerOf().read(shape, result);
  }

  /** Gives a promise that nobody has to look at, or sees to the callback. */
  protected answer<T>(promise: Promise<T>, callback: StreamCallback<T> | undefined): Promise<T> | void {
    if (callback === undefined) {
      promise.catch(ignore);
      return promise;
    }
    promise.then(
      (value) => this.call(callback, undefined, value),
      (error: unknown) => this.call(callback, error as Error),
    );
    return undefined;
  }

  protected call<T>(callback: StreamCallback<T>, error: Error | undefined, result?: T): void {
    guardCallback(
      () => (error === undefined ? callback(undefined, result as T) : callback(error)),
      (thrown) => logFailure(`a stream callback${callback.name === "" ? "" : `, ${callback.name}`}`, thrown),
    );
  }

  protected readerOf(): StreamReader {
    if (this.reader !== undefined) return this.reader;
    const reader = new StreamReader(this, this.maxBufferSize, (error) => this.close(error));
    this.reader = reader;
    if (this.over) reader.close(this.error);
    else {
      this.attach(reader);
      // It ended before: whoever comes to read is told, behind the bytes that were kept.
      if (this.peerEnded) queueMicrotask(() => reader.streamEnded());
    }
    return reader;
  }

  override transportClose(error: Error | undefined, unread?: readonly Uint8Array[]): void {
    if (unread !== undefined && !this.over) this.keepUnread(unread);
    // Bytes that came before anybody read can still be read.
    if (!this.attached && this.unreadLength > 0) this.readerOf();
    super.transportClose(error);
  }

  /** A read is pending. */
  reading(): boolean {
    return this.reader?.reading === true;
  }
}

const ignore = (): void => undefined;
const take = (buffer: ReadBuffer, size: number): Buffer => buffer.take(size);
