/**
 * `TCPServer` (Tornado's `tornado.tcpserver`): listens, and gives every connection to `handleStream` as an `IOStream`. Subclasses
 * say what happens on it.
 */
import { chmodSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { describeError, loggers } from "../log.ts";
import { watch } from "../user-code.ts";
import { sharedParser } from "../parser/choose.ts";
import type { HttpParser, ParserChoice, ParserKind } from "../parser/types.ts";
import { checkOptions, group } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { callIn, connectionContext } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { IOStream, SSLIOStream } from "./iostream.ts";
import { STREAM_OPTIONS } from "./iostream-options.ts";
import type { IOStreamOptions } from "./iostream-options.ts";
import { checkDescriptor, checkUnix, placeOf } from "./listen-options.ts";
import type { BindOptions, UnixOptions } from "./listen-options.ts";
import { isAbstractPath, removeStaleSocket } from "./unix-socket.ts";
import { forkProcesses } from "../process/process.ts";
import type { Forked, ForkOptions } from "../process/process.ts";
import { currentRuntime } from "./runtime/index.ts";
import { TLS_SERVER_OPTIONS } from "./tls-options.ts";
import type {
  Listener,
  ListenOptions,
  Preface,
  RuntimeListenOptions,
  TlsServerOptions,
  Transport,
  TransportRoad,
} from "./transport.ts";

export interface TCPServerOptions extends Pick<
  IOStreamOptions,
  "maxBufferSize" | "maxWriteBufferSize" | "closeTimeout"
> {
  /** TLS: every connection is encrypted. */
  ssl?: TlsServerOptions;
  /** Whose memory bytes land in; default: Wasm where it runs. */
  parser?: ParserKind;
  /** `"copy"` forces the copying road on Node. */
  transport?: TransportRoad;
}

export type { BindOptions, UnixOptions } from "./listen-options.ts";

const { maxBufferSize, maxWriteBufferSize, closeTimeout, parser, transport } = STREAM_OPTIONS;
export const TCP_SERVER_OPTIONS: OptionTable<TCPServerOptions> = {
  maxBufferSize,
  maxWriteBufferSize,
  closeTimeout,
  ssl: group(TLS_SERVER_OPTIONS),
  parser,
  transport,
};

export class TCPServer {
  readonly #choice: ParserChoice;
  readonly #ssl: TlsServerOptions | undefined;
  readonly #road: TransportRoad | undefined;
  readonly #streams: IOStreamOptions;
  readonly #listeners: Listener[] = [];
  readonly #bound: ListenOptions[] = [];
  #listening: Promise<void> = Promise.resolve();
  /** Counts the calls of `stop`: what was asked for before the last one must not listen any more. */
  #stops = 0;

  /** @throws UsageError on an option that is none, or out of range. */
  constructor(options: TCPServerOptions = {}) {
    checkOptions("TCPServer", options, TCP_SERVER_OPTIONS);
    this.#choice = sharedParser(options.parser);
    this.#ssl = options.ssl;
    this.#road = options.transport;
    this.#streams = options;
  }

  /**
   * A new connection. Override it; a promise it returns may take as long as the connection. What it throws, or rejects with, is
   * logged, and the connection closed.
   */
  handleStream(stream: IOStream): void | Promise<void> {
    stream.destroy();
    throw new UsageError("ERR_LANDSPOUT_HANDLE_STREAM", "a TCPServer must override handleStream");
  }

  /**
   * Listens, at once where the runtime can bind at once: then `port` is the real one when this returns. May be called several times.
   * @param port 0 to 65535; 0 is any free port. Text of decimal digits is taken as well, as the environment gives it.
   * @param address A host name or an address. Default: every interface.
   * @returns Settles when the port is bound; rejects with the system's error (EADDRINUSE …) where it cannot be.
   * @throws UsageError `ERR_LANDSPOUT_LISTEN` at once on a port or address that is none, and on a callback.
   */
  listen(port: number | string, address?: string, options: BindOptions = {}): Promise<void> {
    return this.#listen(placeOf("listen", port, address, options));
  }

  /**
   * Listens on a unix socket. The file of a socket nobody listens on is replaced; any other file is left alone and refused. A leading
   * NUL names a socket without a file, on Linux.
   */
  async listenUnix(path: string, options: UnixOptions = {}): Promise<void> {
    checkUnix(path, options);
    const { mode = 0o600, backlog } = options;
    await removeStaleSocket(path);
    await this.#listen({ path, ...(backlog === undefined ? {} : { backlog }) });
    if (!isAbstractPath(path)) chmodSync(path, mode);
  }

  /** Serves a socket that listens already, by its file descriptor: inherited from systemd (the first is 3) or another process. */
  addSocket(fd: number): Promise<void> {
    checkDescriptor(fd);
    return this.#listen({ fd });
  }
  async addSockets(fds: Iterable<number>): Promise<void> {
    for (const fd of fds) await this.addSocket(fd);
  }

  /** What connections with TLS begin with, in front of their handshake. */
  protected get preface(): Preface | undefined {
    return undefined;
  }

  /** Remembers a port for `start`. @throws UsageError as `listen` does. */
  bind(port: number | string, address?: string, options: BindOptions = {}): void {
    this.#bound.push(placeOf("bind", port, address, options));
  }

  /**
   * Listens on what `bind` named: in this process, or in `processes` children (0: one per core), which run this program anew. In
   * the parent nothing is served; the result tells the two apart and has its end. Crashed children are started again, at most
   * `maxRestarts` times in all (default 100).
   */
  async start(processes = 1, options: Pick<ForkOptions, "maxRestarts"> = {}): Promise<Forked | undefined> {
    const forked = processes === 1 ? undefined : forkProcesses(processes, options);
    if (forked?.role === "parent") return forked;
    // On Bun each child has a socket of its own on the same port; on Node the cluster hands connections out.
    const shared = forked !== undefined && currentRuntime().name === "bun" ? { reusePort: true } : {};
    for (const where of this.#bound) await this.#listen({ ...where, ...shared });
    return forked;
  }

  #listen(where: ListenOptions): Promise<void> {
    const context = connectionContext();
    const options: RuntimeListenOptions = {
      ...where,
      parser: this.#choice.parser,
      onConnection: (transport) => this.#accept(transport, context),
      onError: (error) => loggers.general.warn(`${error.message}`),
      ...(this.#ssl === undefined ? {} : { tls: this.#ssl }),
      ...(this.#road === undefined ? {} : { road: this.#road }),
    };
    const { preface } = this;
    if (preface !== undefined) options.preface = preface;
    const stops = this.#stops;
    let listener: Listener | Promise<Listener>;
    try {
      listener = currentRuntime().listen(options);
    } catch (error) {
      // Bun says at once that a port is taken; callers are told in one way everywhere.
      listener = Promise.reject(error);
    }
    if (listener instanceof Promise) {
      this.#listening = listener.then((bound) => {
        if (stops !== this.#stops) return bound.close();
        this.#listeners.push(bound);
        return undefined;
      });
    } else {
      this.#listeners.push(listener);
      this.#listening = Promise.resolve();
    }
    return this.#listening;
  }

  #accept(transport: Transport, context: Context): void {
    const { parser } = this.#choice;
    const stream = transport.encrypted
      ? new SSLIOStream(parser, transport, this.#streams, context)
      : new IOStream(parser, transport, this.#streams, context);
    try {
      const pending = callIn(context, this.handleStream, this, stream);
      if (pending !== undefined) watch(pending, (error) => this.#failed(stream, error));
    } catch (error) {
      this.#failed(stream, error);
    }
  }

  /** Nobody looks after the connection any more; what was written is still sent. */
  #failed(stream: IOStream, error: unknown): void {
    const from = stream.remoteAddress ?? "a unix socket";
    loggers.application.error(`Error in connection callback, connection from ${from}\n${describeError(error)}`);
    stream.close();
  }

  /** Settles when the last `listen` has bound its port, or could not. */
  get listening(): Promise<void> {
    return this.#listening;
  }
  /** The port, the real one after `listen(0)`; 0 where none is bound (yet), or on a unix socket. */
  get port(): number {
    return this.#listeners[0]?.port ?? 0;
  }
  get address(): string | undefined {
    return this.#listeners[0]?.address;
  }
  /** Which parser runs, and why. */
  get parser(): ParserKind {
    return this.#choice.parser.kind;
  }
  get parserReason(): string {
    return this.#choice.reason;
  }
  /** How bytes come in, and why not by the zero-copy road, or "". Known once the server listens. */
  get transport(): TransportRoad {
    return this.#listeners[0]?.road ?? "copy";
  }
  get transportReason(): string {
    return this.#listeners[0]?.roadReason ?? "not listening yet";
  }
  /** The parser itself; its memory is where all connections are read. */
  get parserInstance(): HttpParser {
    return this.#choice.parser;
  }

  /**
   * Replaces key, certificates, those by name, `ca`, for new connections; what is not named stays, and so do `requestCert` and
   * `handshakeTimeout`. @throws the runtime's error where it cannot use them: then nothing changes; UsageError without TLS.
   */
  reloadCertificates(options: TlsServerOptions): void {
    checkOptions("reloadCertificates", options, TLS_SERVER_OPTIONS);
    for (const listener of this.#listeners) listener.reloadTls(options);
  }

  /** Stops accepting; connections go on. May be called again, and `listen` after it. Resolves when the ports are free. */
  async stop(): Promise<void> {
    this.#stops++;
    const closed = this.#listeners.splice(0).map((listener) => listener.close());
    // A port that is being bound is given up as soon as it is; who called `listen` hears why it could not be.
    await Promise.all([...closed, this.#listening.catch(() => undefined)]);
  }
}
