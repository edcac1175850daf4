/**
 * `IOStream` (Tornado's `tornado.iostream`): a connection read by asking for shapes and written by promises. Every call that takes
 * time returns a promise, or calls back where a callback is its last argument. A promise nobody looks at is never an unhandled
 * rejection: a peer that leaves must not end the process.
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { UsageError } from "../errors.ts";
import { sharedParser } from "../parser/choose.ts";
import type { HttpParser } from "../parser/types.ts";
import { policyOf } from "./bytes-policy.ts";
import type { WriteOptions } from "./bytes-policy.ts";
import { callIn, captureContext } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { StreamBufferFullError, StreamClosedError } from "./errors.ts";
import { checkOptions } from "../options-check.ts";
import { limitHandshake, verifiable } from "./handshake.ts";
import { TLS_CLIENT_OPTIONS, TLS_SERVER_OPTIONS } from "./tls-options.ts";
import { Connecting } from "./connecting.ts";
import { addressOf, callbackOf, STREAM_OPTIONS } from "./iostream-options.ts";
import type { ConnectOptions, IOStreamOptions, StreamCallback } from "./iostream-options.ts";
import { ReadableIOStream } from "./readable-iostream.ts";
import { currentRuntime } from "./runtime/index.ts";
import type { TlsClientOptions, TlsServerOptions, Transport, TransportRoad } from "./transport.ts";
import { WriteQueue } from "./write-queue.ts";
import type { QueuedWrite } from "./write-queue.ts";

export type { BytesPolicy, WriteOptions } from "./bytes-policy.ts";
export type { ConnectOptions, IOStreamOptions, StreamCallback } from "./iostream-options.ts";
export { StreamBufferFullError, StreamClosedError, UnsatisfiableReadError } from "./errors.ts";

const ignore = (): void => undefined;

export class IOStream extends ReadableIOStream {
  readonly maxWriteBufferSize: number;
  readonly #road: TransportRoad | undefined;
  readonly #closeTimeout: number;
  /** Writes not yet taken by the system, in order; those before the connection stands keep their bytes here. */
  #writes: WriteQueue | undefined = undefined;
  /** The `connect` that is under way. */
  #connecting: Connecting | undefined = undefined;
  /** Our side sends no more. */
  #ended = false;
  #nodelay: boolean | undefined = undefined;
  #closeCallback: (() => void) | undefined = undefined;
  /** Where the close callback was set. */
  #closeContext: Context = this.context;
  /** Where `connect` went: the name a certificate must be for. */
  #host: string | undefined = undefined;
  /** What `startTls` is making of this stream. */
  #successor: SSLIOStream | undefined = undefined;

  /** @param parser From a server; a stream to `connect` needs none. */
  constructor(options?: IOStreamOptions);
  constructor(parser: HttpParser, transport: Transport | undefined, options?: IOStreamOptions, context?: Context);
  constructor(
    first: IOStreamOptions | HttpParser = {},
    transport?: Transport,
    more: IOStreamOptions = {},
    context?: Context,
  ) {
    const given = "parseRequestHead" in first;
    const options = given ? more : first;
    // A server has checked what it gives to each of its connections.
    if (!given) checkOptions("IOStream", options, STREAM_OPTIONS);
    super(given ? first : sharedParser(options.parser).parser, transport, options.maxBufferSize, context);
    this.maxWriteBufferSize = options.maxWriteBufferSize ?? Infinity;
    this.#closeTimeout = options.closeTimeout ?? 60;
    this.#road = options.transport;
  }

  /**
   * A stream over a socket that is there already, accepted or connected by other means (Tornado's `IOStream(socket)`). The socket is the
   * stream's from now on: nobody else may read it. Bytes are copied once.
   */
  static from(socket: Socket, options: IOStreamOptions = {}): IOStream {
    if (socket.readableEncoding !== null) {
      throw new UsageError("ERR_LANDSPOUT_SOCKET", "IOStream.from needs a socket of bytes: this one decodes text");
    }
    checkOptions("IOStream", options, STREAM_OPTIONS);
    const { parser } = sharedParser(options.parser);
    const gone = socket.destroyed;
    const stream = new IOStream(parser, gone ? undefined : currentRuntime().wrap(socket, parser), options);
    if (gone) stream.close(socket.errored ?? undefined);
    else if (socket.readableEnded) stream.transportEnd();
    return stream;
  }

  /**
   * Connects to a port and host, a unix socket, or with TLS. Writes may be made before it settles; they follow it. A name with several
   * addresses is tried at several of them (RFC 8305).
   *
   * Rejects with a StreamClosedError, whose `realError` is the last system error (ECONNREFUSED …) and whose `attempts` name every address
   * that was tried; with a TimeoutError after `timeout`; with the reason of `signal`.
   */
  connect(where: ConnectOptions | number, host?: string): Promise<this>;
  connect(where: ConnectOptions | number, callback: StreamCallback<IOStream>): void;
  connect(port: number, host: string | undefined, callback: StreamCallback<IOStream>): void;
  connect(
    where: ConnectOptions | number,
    host?: string | StreamCallback<IOStream>,
    callback: StreamCallback<IOStream> | undefined = callbackOf(host),
  ): Promise<this> | void {
    return this.answer(this.establish(addressOf(where, host)), callback);
  }

  protected async establish(address: ConnectOptions): Promise<this> {
    if (this.over) throw new StreamClosedError(this.error);
    if (this.transport !== undefined || this.#connecting) {
      throw new UsageError("ERR_LANDSPOUT_CONNECTED", "connect() needs a stream that is not connected: make a new one");
    }
    address.signal?.throwIfAborted();
    if (address.path === undefined) this.#host = address.host ??= "localhost";
    const pending = new Connecting(address, this.parser, (transport) => this.adopt(transport));
    this.#connecting = pending;
    try {
      await pending.run(this.#road, (error) => this.close(error));
    } catch (error) {
      pending.giveUp();
      this.destroy();
      if (this.#connecting !== undefined) {
        const cause = error instanceof Error ? error : new Error(String(error));
        this.#end(cause);
        this.error ??= cause;
      }
    }
    // Also where it was closed meanwhile.
    if (this.over) {
      this.#connecting = undefined;
      throw pending.reason ?? new StreamClosedError(this.error, pending.attempts);
    }
    // Whoever waits for the connection hears of it before those who wait for writes.
    queueMicrotask(() => this.#sendWaiting());
    return this;
  }

  /** Takes a transport that has just been made: not for users. */
  adopt(transport: Transport): void {
    this.transport = transport;
    transport.handler = this;
    if (this.over) transport.destroy();
    else if (this.#nodelay !== undefined) transport.setNoDelay(this.#nodelay);
  }

  // --- writing ---

  /**
   * Sends bytes, or text as UTF-8, in order. Settles when the operating system has taken them; need not be waited for. The bytes may be
   * changed as soon as the call returns, unless `bytes` in the options lends them: then not before the promise settles.
   */
  write(data: string | Uint8Array, options?: WriteOptions): Promise<void>;
  write(data: string | Uint8Array, callback: StreamCallback<void>): void;
  write(data: string | Uint8Array, options: WriteOptions | StreamCallback<void> = {}): Promise<void> | void {
    const callback = callbackOf<void>(options);
    const policy = policyOf("write", callback === undefined ? (options as WriteOptions) : undefined);
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    const promise = new Promise<void>((resolve, reject) =>
      this.#write({ bytes, policy: bytes === data ? policy : "keep", resolve, reject }),
    );
    return this.answer(promise, callback);
  }

  #write(entry: QueuedWrite): void {
    const size = (this.#writes?.size ?? 0) + entry.bytes.length;
    if (this.over || this.#ended || (this.transport === undefined && this.#connecting === undefined)) {
      entry.reject(new StreamClosedError(this.error));
    } else if (size > this.maxWriteBufferSize) {
      entry.reject(new StreamBufferFullError(`more than ${this.maxWriteBufferSize} bytes would wait to be sent`));
    } else {
      const writes = (this.#writes ??= new WriteQueue());
      if (this.#connecting === undefined) {
        writes.push(entry);
        this.#send(entry);
      } else if (entry.policy === "copy") writes.push({ ...entry, bytes: Buffer.from(entry.bytes), policy: "keep" });
      else writes.push(entry);
    }
  }

  #send({ bytes, policy }: QueuedWrite): void {
    this.sendBytes(bytes, policy, () => this.#writes?.taken());
  }

  #sendWaiting(): void {
    this.#connecting = undefined;
    if (this.over) return;
    for (const entry of this.#writes?.waiting() ?? []) this.#send(entry);
    if (this.#ended) super.end();
  }

  /** Written bytes wait to be sent. */
  writing(): boolean {
    return (this.#writes?.size ?? 0) > 0;
  }

  /** True turns Nagle's delay of small packets off. Kept for later on a stream that is not connected yet. */
  override setNodelay(on: boolean): void {
    this.#nodelay = on;
    super.setNodelay(on);
  }

  // --- closing ---

  /** Called once when the stream is closed, after everything that was waiting has been told. */
  setCloseCallback(callback: (() => void) | undefined): void {
    this.#watchClose(callback, captureContext());
  }

  #watchClose(callback: (() => void) | undefined, context: Context): void {
    this.#closeCallback = callback;
    this.#closeContext = context;
    if (this.over) this.#callClose();
    else if (callback !== undefined || this.reader !== undefined) this.readerOf().watched = callback !== undefined;
  }

  closed(): boolean {
    return this.over || this.isClosed;
  }

  /** Closes our side once everything written is out; the peer may go on sending, and is read until it closes its own. */
  override end(): void {
    this.#ended = true;
    if (this.#connecting === undefined) super.end();
  }

  /** Closes: what was written is still sent, pending reads get what is there or fail. `error` becomes the stream's `error`. */
  close(error?: Error): void {
    if (this.over) return this.#successor?.close(error);
    const { transport } = this;
    const connecting = this.#connecting;
    this.#connecting = undefined;
    if (!this.attached && this.unreadLength > 0) this.readerOf();
    this.#end(error, false);
    if (transport === undefined || connecting !== undefined) {
      connecting?.giveUp();
      this.#rejectWrites();
      transport?.destroy();
    } else if (error === undefined) {
      this.flush();
      transport.end();
      this.#destroyWhenSent(transport);
    } else transport.destroy();
  }

  /** The peer need not close its side for ours to be over. */
  #destroyWhenSent(transport: Transport): void {
    const destroy = (): void => void setImmediate(() => transport.destroy());
    if (!this.writing()) return destroy();
    let unsent = this.unsentLength;
    const stalled = (): void => {
      const before = unsent;
      unsent = this.unsentLength;
      if (unsent === before) transport.destroy();
    };
    const timer = this.#closeTimeout > 0 ? setInterval(stalled, this.#closeTimeout * 1000) : undefined;
    this.#writes?.whenEmpty(() => {
      clearInterval(timer);
      destroy();
    });
  }

  protected override didClose(error: Error | undefined): void {
    this.#end(error);
  }

  #end(error: Error | undefined, rejectWrites = true): void {
    if (rejectWrites) this.#rejectWrites(error);
    if (this.over) return;
    this.over = true;
    this.error = error;
    this.reader?.close(error);
    this.#callClose();
  }

  #rejectWrites(error: Error | undefined = this.error): void {
    this.#writes?.rejectAll(() => new StreamClosedError(error));
  }

  /** After the reactions of the promises that have just been settled. */
  #callClose(): void {
    const callback = this.#closeCallback;
    if (callback === undefined) return;
    const context = this.#closeContext;
    this.#closeCallback = undefined;
    setImmediate(() => callIn(context, this.call<void>, this, callback, undefined));
  }

  // --- TLS ---

  /**
   * Puts TLS on this connection, which must be idle, with nothing unread. The new stream takes over, close callback included; this
   * one must not be used any more, but to `close` it before the handshake is over. `options`: a key and certificate as a
   * server, `ca` and the like as a client.
   * @param serverHostname As a client: the name the certificate must be for; default: the host that `connect` was given.
   */
  startTls(
    serverSide: boolean,
    options: TlsServerOptions | TlsClientOptions = {},
    serverHostname?: string,
  ): Promise<SSLIOStream> {
    const promise = this.#startTls(serverSide, options, serverHostname);
    promise.catch(ignore);
    return promise;
  }

  async #startTls(
    serverSide: boolean,
    options: TlsServerOptions | TlsClientOptions,
    serverHostname: string | undefined,
  ): Promise<SSLIOStream> {
    if (serverSide) checkOptions("startTls", options as TlsServerOptions, TLS_SERVER_OPTIONS);
    else checkOptions("startTls", options as TlsClientOptions, TLS_CLIENT_OPTIONS);
    const { transport } = this;
    if (transport === undefined || this.over) throw new StreamClosedError(this.error);
    if (this.reading() || this.writing() || (this.reader?.buffered ?? 0) > 0 || this.unreadLength > 0) {
      throw new UsageError("ERR_LANDSPOUT_STREAM_BUSY", "IOStream is not idle; cannot convert to SSL");
    }
    const sides = serverSide
      ? { server: options as TlsServerOptions }
      : { client: verifiable(options as TlsClientOptions, serverHostname ?? this.#host) };
    const { maxBufferSize, maxWriteBufferSize } = this;
    const limits = { maxBufferSize, maxWriteBufferSize, closeTimeout: this.#closeTimeout };
    const secure = new SSLIOStream(this.parser, undefined, limits, this.context);
    const started = currentRuntime().startTls(transport, sides, this.parser, (next) => secure.adopt(next));
    const callback = this.#closeCallback;
    this.#closeCallback = undefined;
    this.over = true;
    this.transport = undefined;
    this.reader?.close(undefined);
    this.#successor = secure;
    // Until the handshake is over the connection may still be the plain transport's.
    secure.handshake(limitHandshake(started, options.handshakeTimeout), () => transport.destroy());
    await secure.waitForHandshake();
    secure.#watchClose(callback, this.#closeContext);
    return secure;
  }
}

/** A stream with TLS: what `startTls` gives, and the connections of a server with certificates. Its `connect` always uses TLS. */
export class SSLIOStream extends IOStream {
  #handshake: Promise<void> = Promise.resolve();
  #abort: (() => void) | undefined = undefined;

  /** Settles when the handshake is complete. */
  waitForHandshake(): Promise<this> {
    const promise = this.#handshake.then(() => this);
    promise.catch(ignore);
    return promise;
  }

  protected override establish(address: ConnectOptions): Promise<this> {
    const connected = super.establish({ ssl: {}, ...address });
    this.#handshake = connected.then(ignore);
    this.#handshake.catch(ignore);
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
