/**
 * `IOStream` (Tornado's `tornado.iostream`): a connection read by asking for shapes and written by promises. Every call that takes
 * time returns a promise, or calls back where a callback is its last argument. A promise nobody looks at is never an unhandled
 * rejection: a peer that leaves must not end the process.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { describeError, loggers } from "../log.ts";
import { sharedParser } from "../parser/choose.ts";
import type { HttpParser } from "../parser/types.ts";
import { BaseIOStream } from "./base-iostream.ts";
import { StreamBufferFullError, StreamClosedError } from "./errors.ts";
import { limitHandshake, verifiable } from "./handshake.ts";
import type { ConnectOptions, IOStreamOptions, StreamCallback } from "./iostream-options.ts";
import type { ReadBuffer } from "./read-buffer.ts";
import { currentRuntime } from "./runtime/index.ts";
import { bytesShape, closeShape, delimiterShape, regexShape, StreamReader } from "./stream-reader.ts";
import type { Shape } from "./stream-reader.ts";
import type { TlsClientOptions, TlsServerOptions, Transport, TransportRoad } from "./transport.ts";

export type { ConnectOptions, IOStreamOptions, StreamCallback } from "./iostream-options.ts";

interface QueuedWrite {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class IOStream extends BaseIOStream {
  readonly maxBufferSize: number;
  readonly maxWriteBufferSize: number;
  readonly #road: TransportRoad | undefined;
  #reader: StreamReader | undefined = undefined;
  /** Writes not yet taken by the system, in order; those before the connection stands keep their bytes here. */
  #writes: QueuedWrite[] | undefined = undefined;
  #unsent = 0;
  #connecting = false;
  #closeCallback: (() => void) | undefined = undefined;
  /** Where `connect` went: the name a certificate must be for. */
  #host: string | undefined = undefined;
  /** What `startTls` is making of this stream. */
  #successor: SSLIOStream | undefined = undefined;
  #closed = false;
  /** Why the stream closed, where it was no orderly end. */
  error: Error | undefined = undefined;

  /** @param parser From a server; a stream to `connect` needs none. */
  constructor(options?: IOStreamOptions);
  constructor(parser: HttpParser, transport: Transport | undefined, options?: IOStreamOptions);
  constructor(first: IOStreamOptions | HttpParser = {}, transport?: Transport, more: IOStreamOptions = {}) {
    const given = "parseRequestHead" in first;
    const options = given ? more : first;
    super(given ? first : sharedParser(options.parser).parser, transport);
    this.maxBufferSize = options.maxBufferSize ?? 104_857_600;
    this.maxWriteBufferSize = options.maxWriteBufferSize ?? Infinity;
    this.#road = options.transport;
  }

  /** Connects to a port and host, a unix socket, or with TLS. Writes may be made before it settles; they follow it. */
  async connect(where: ConnectOptions | number, host?: string): Promise<this> {
    if (this.transport !== undefined || this.#connecting) {
      throw new UsageError("ERR_LANDSPOUT_CONNECTED", "connect() needs a stream that is not connected: make a new one");
    }
    const { ssl, ...address }: ConnectOptions =
      typeof where === "number" ? { port: where, ...(host === undefined ? {} : { host }) } : where;
    this.#connecting = true;
    if (address.path === undefined) this.#host = address.host ??= "localhost";
    try {
      const options = {
        ...address,
        parser: this.parser,
        ...(ssl === undefined ? {} : { tls: verifiable(ssl, this.#host) }),
        ...(this.#road === undefined ? {} : { road: this.#road }),
      };
      const connected = currentRuntime().connect(options, (transport) => this.adopt(transport));
      await (ssl === undefined ? connected : limitHandshake(connected, ssl.handshakeTimeout));
    } catch (error) {
      this.#connecting = false;
      const cause = error instanceof Error ? error : new Error(String(error));
      this.destroy();
      this.#ended(cause);
      throw new StreamClosedError(cause);
    }
    this.#connecting = false;
    this.#sendQueued();
    return this;
  }

  /** Takes a transport that has just been made: not for users. */
  adopt(transport: Transport): void {
    this.transport = transport;
    transport.handler = this;
    if (this.#closed) transport.destroy();
  }

  // --- reading ---

  /** Exactly `size` bytes; with `partial`, 1 to `size`, as soon as there are any. 0 bytes are there at once. */
  readBytes(size: number, options?: { partial?: boolean }): Promise<Buffer>;
  readBytes(size: number, options: { partial?: boolean } | undefined, callback: StreamCallback<Buffer>): void;
  readBytes(
    size: number,
    options: { partial?: boolean } = {},
    callback?: StreamCallback<Buffer>,
  ): Promise<Buffer> | void {
    if (!Number.isInteger(size) || size < 0) {
      throw new UsageError("ERR_LANDSPOUT_READ_SIZE", `readBytes takes a number of bytes from 0, not ${String(size)}`);
    }
    return this.#read(bytesShape(size, options.partial === true), take, callback);
  }

  /** Everything up to and with a delimiter. `maxBytes` bounds the result; over it the stream closes. */
  readUntil(delimiter: string | Uint8Array, options?: { maxBytes?: number }): Promise<Buffer>;
  readUntil(
    delimiter: string | Uint8Array,
    options: { maxBytes?: number } | undefined,
    callback: StreamCallback<Buffer>,
  ): void;
  readUntil(
    delimiter: string | Uint8Array,
    options: { maxBytes?: number } = {},
    callback?: StreamCallback<Buffer>,
  ): Promise<Buffer> | void {
    const bytes = typeof delimiter === "string" ? Buffer.from(delimiter) : delimiter;
    if (bytes.length === 0)
      throw new UsageError("ERR_LANDSPOUT_DELIMITER", "readUntil needs a delimiter of at least one byte");
    return this.#read(delimiterShape(this.parser, bytes, options.maxBytes ?? Infinity), take, callback);
  }

  /** Everything up to the end of the first match; each byte is one character to the expression. */
  readUntilRegex(regex: RegExp, options?: { maxBytes?: number }): Promise<Buffer>;
  readUntilRegex(regex: RegExp, options: { maxBytes?: number } | undefined, callback: StreamCallback<Buffer>): void;
  readUntilRegex(
    regex: RegExp,
    options: { maxBytes?: number } = {},
    callback?: StreamCallback<Buffer>,
  ): Promise<Buffer> | void {
    return this.#read(regexShape(regex, options.maxBytes ?? Infinity), take, callback);
  }

  /** Fills a buffer of the caller's, or part of it; gives the number of bytes. */
  readInto(target: Uint8Array, options?: { partial?: boolean }): Promise<number>;
  readInto(target: Uint8Array, options: { partial?: boolean } | undefined, callback: StreamCallback<number>): void;
  readInto(
    target: Uint8Array,
    options: { partial?: boolean } = {},
    callback?: StreamCallback<number>,
  ): Promise<number> | void {
    const shape = bytesShape(target.length, options.partial === true);
    return this.#read(shape, (buffer, size) => buffer.takeInto(target.subarray(0, size)), callback);
  }

  /** Everything until the peer closes, at most `maxBufferSize`. */
  readUntilClose(): Promise<Buffer>;
  readUntilClose(callback: StreamCallback<Buffer>): void;
  readUntilClose(callback?: StreamCallback<Buffer>): Promise<Buffer> | void {
    return this.#read(closeShape(), take, callback);
  }

  #read<T>(
    shape: Shape,
    result: (buffer: ReadBuffer, size: number) => T,
    callback: StreamCallback<T> | undefined,
  ): Promise<T> | void {
    const promise = this.#readerOf().read(shape, result);
    if (callback === undefined) return promise;
    promise.then(
      (value) => this.#call(callback, undefined, value),
      (error: unknown) => this.#call(callback, error as Error),
    );
    return undefined;
  }

  #call<T>(callback: StreamCallback<T>, error: Error | undefined, result?: T): void {
    try {
      if (error === undefined) callback(undefined, result as T);
      else callback(error);
    } catch (thrown) {
      loggers.application.error(`Exception in a stream callback\n${describeError(thrown)}`);
    }
  }

  #readerOf(): StreamReader {
    if (this.#reader !== undefined) return this.#reader;
    const reader = new StreamReader(this, this.maxBufferSize, (error) => this.close(error));
    this.#reader = reader;
    if (this.#closed) reader.close(this.error);
    else this.attach(reader);
    return reader;
  }

  /** A read is pending. */
  reading(): boolean {
    return this.#reader?.reading === true;
  }

  // --- writing ---

  /**
   * Sends bytes, or text as UTF-8, in order. Settles when the operating system has taken them; need not be waited for.
   * Bytes are not copied: do not change them before.
   */
  write(data: string | Uint8Array): Promise<void>;
  write(data: string | Uint8Array, callback: StreamCallback<void>): void;
  write(data: string | Uint8Array, callback?: StreamCallback<void>): Promise<void> | void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    const promise = new Promise<void>((resolve, reject) => this.#write({ bytes, resolve, reject }));
    promise.catch(() => undefined);
    if (callback === undefined) return promise;
    promise.then(
      () => this.#call(callback, undefined),
      (error: unknown) => this.#call(callback, error as Error),
    );
    return undefined;
  }

  #write(entry: QueuedWrite): void {
    const { bytes } = entry;
    if (this.#closed) entry.reject(new StreamClosedError(this.error));
    else if (this.#unsent + bytes.length > this.maxWriteBufferSize) {
      entry.reject(new StreamBufferFullError(`more than ${this.maxWriteBufferSize} bytes would wait to be sent`));
    } else if (this.transport === undefined && !this.#connecting) entry.reject(new StreamClosedError());
    else {
      this.#unsent += bytes.length;
      (this.#writes ??= []).push(entry);
      if (!this.#connecting) this.#send(entry);
    }
  }

  #send({ bytes }: QueuedWrite): void {
    this.flush();
    this.transport?.write(bytes, "latin1", () => this.#sent());
  }
  #sendQueued(): void {
    for (const entry of this.#writes?.slice() ?? []) this.#send(entry);
  }
  /** The system has taken the oldest write. */
  #sent(): void {
    const entry = this.#writes?.shift();
    if (entry === undefined) return;
    this.#unsent -= entry.bytes.length;
    entry.resolve();
  }

  /** Written bytes wait to be sent. */
  writing(): boolean {
    return this.#unsent > 0;
  }

  // --- closing ---

  /** Called once when the stream is closed, after everything that was waiting has been told. */
  setCloseCallback(callback: (() => void) | undefined): void {
    this.#closeCallback = callback;
    if (callback !== undefined && !this.#closed && this.#reader === undefined) this.#readerOf();
    if (this.#closed) this.#callClose();
  }

  closed(): boolean {
    return this.#closed || this.isClosed;
  }

  /** Closes: what was written is still sent, pending reads get what is there or fail. `error` becomes the stream's `error`. */
  close(error?: Error): void {
    if (this.#closed) return this.#successor?.close(error);
    const { transport } = this;
    this.#ended(error, false);
    if (transport === undefined) this.#rejectWrites();
    else if (error === undefined) {
      this.flush();
      transport.end();
      // The peer need not close its side for ours to be over.
      const rest = this.#writes?.at(-1);
      if (rest === undefined || this.#unsent === 0) setImmediate(() => transport.destroy());
      else void this.#lastWrite(rest).finally(() => setImmediate(() => transport.destroy()));
    } else transport.destroy();
  }

  #lastWrite(entry: QueuedWrite): Promise<void> {
    return new Promise((resolve) => {
      const { resolve: done, reject } = entry;
      Object.assign(entry, {
        resolve: () => {
          done();
          resolve();
        },
        reject: (error: Error) => {
          reject(error);
          resolve();
        },
      });
    });
  }

  protected override didClose(error: Error | undefined): void {
    this.#ended(error);
  }

  #ended(error: Error | undefined, rejectWrites = true): void {
    if (rejectWrites) this.#rejectWrites(error);
    if (this.#closed) return;
    this.#closed = true;
    this.error = error;
    this.#reader?.close(error);
    this.#callClose();
  }

  #rejectWrites(error?: Error): void {
    const writes = this.#writes;
    this.#writes = undefined;
    this.#unsent = 0;
    for (const entry of writes ?? []) entry.reject(new StreamClosedError(error ?? this.error));
  }

  /** After the reactions of the promises that have just been settled. */
  #callClose(): void {
    const callback = this.#closeCallback;
    if (callback === undefined) return;
    this.#closeCallback = undefined;
    setImmediate(() => this.#call(callback, undefined));
  }

  // --- TLS ---

  /**
   * Puts TLS on this connection, which must be idle, with nothing unread. The new stream takes over, close callback included; this
   * one must not be used any more, but to `close` it before the handshake is over. `options`: a key and certificate as a
   * server, `ca` and the like as a client.
   * @param serverHostname As a client: the name the certificate must be for; default: the host that `connect` was given.
   */
  async startTls(
    serverSide: boolean,
    options: TlsServerOptions | TlsClientOptions = {},
    serverHostname?: string,
  ): Promise<SSLIOStream> {
    const { transport } = this;
    if (transport === undefined || this.#closed) throw new StreamClosedError(this.error);
    if (this.reading() || this.writing() || (this.#reader?.buffered ?? 0) > 0 || this.unreadLength > 0) {
      throw new UsageError("ERR_LANDSPOUT_STREAM_BUSY", "IOStream is not idle; cannot convert to SSL");
    }
    const sides = serverSide
      ? { server: options as TlsServerOptions }
      : { client: verifiable(options as TlsClientOptions, serverHostname ?? this.#host) };
    const { maxBufferSize, maxWriteBufferSize } = this;
    const secure = new SSLIOStream(this.parser, undefined, { maxBufferSize, maxWriteBufferSize });
    const started = currentRuntime().startTls(transport, sides, this.parser, (next) => secure.adopt(next));
    const callback = this.#closeCallback;
    this.#closeCallback = undefined;
    this.#closed = true;
    this.transport = undefined;
    this.#successor = secure;
    // Until the handshake is over the connection may still be the plain transport's.
    secure.handshake(limitHandshake(started, options.handshakeTimeout), () => transport.destroy());
    await secure.waitForHandshake();
    secure.setCloseCallback(callback);
    return secure;
  }
}

const take = (buffer: ReadBuffer, size: number): Buffer => buffer.take(size);

/** A stream with TLS: what `startTls` gives, and the connections of a server with certificates. Its `connect` always uses TLS. */
export class SSLIOStream extends IOStream {
  #handshake: Promise<void> = Promise.resolve();
  #abort: (() => void) | undefined = undefined;

  /** Settles when the handshake is complete. */
  waitForHandshake(): Promise<this> {
    return this.#handshake.then(() => this);
  }

  override connect(where: ConnectOptions | number, host?: string): Promise<this> {
    const address = typeof where === "number" ? { port: where, ...(host === undefined ? {} : { host }) } : where;
    const connected = super.connect({ ssl: {}, ...address });
    this.#handshake = connected.then(() => undefined);
    this.#handshake.catch(() => undefined);
    return connected;
  }

  /** Watches a handshake that has begun; `abort` ends it where there is no transport yet. */
  handshake(pending: Promise<void>, abort: () => void): void {
    this.#abort = abort;
    this.#handshake = pending.then(
      () => void (this.#abort = undefined),
      (error: unknown) => {
        const cause = this.error ?? (error instanceof Error ? error : new Error(String(error)));
        this.close(cause);
        throw new StreamClosedError(cause);
      },
    );
    this.#handshake.catch(() => undefined);
  }

  override close(error?: Error): void {
    const abort = this.#abort;
    this.#abort = undefined;
    super.close(error);
    abort?.();
  }
}
