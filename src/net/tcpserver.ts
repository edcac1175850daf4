/**
 * `TCPServer` (Tornado's `tornado.tcpserver`): listens, and gives every connection to `handleStream` as an `IOStream`. Subclasses
 * say what happens on it.
 */
import { UsageError } from "../errors.ts";
import { describeError, loggers } from "../log.ts";
import { sharedParser } from "../parser/choose.ts";
import type { HttpParser, ParserChoice, ParserKind } from "../parser/types.ts";
import { IOStream } from "./iostream.ts";
import { currentRuntime } from "./runtime/index.ts";
import type { Listener, ListenOptions, RuntimeListenOptions, TlsServerOptions, Transport, TransportRoad } from "./transport.ts";

export interface TCPServerOptions {
  /** TLS: every connection is encrypted. */
  ssl?: TlsServerOptions;
  /** Whose memory bytes land in; default: Wasm where it runs. */
  parser?: ParserKind;
  /** `"copy"` forces the copying road on Node. */
  transport?: TransportRoad;
}

/** Where to listen, besides port and address. */
export type BindOptions = Pick<ListenOptions, "backlog" | "reusePort" | "ipv6Only">;

export class TCPServer {
  readonly #choice: ParserChoice;
  readonly #ssl: TlsServerOptions | undefined;
  readonly #road: TransportRoad | undefined;
  readonly #listeners: Listener[] = [];
  #listening: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: TCPServerOptions = {}) {
    this.#choice = sharedParser(options.parser);
    this.#ssl = options.ssl;
    this.#road = options.transport;
  }

  /** A new connection. Override it; a promise it returns may take as long as the connection, its rejection is logged. */
  handleStream(stream: IOStream): void | Promise<void> {
    stream.destroy();
    throw new UsageError("ERR_LANDSPOUT_HANDLE_STREAM", "a TCPServer must override handleStream");
  }

  /**
   * Listens, at once where the runtime can bind at once: then `port` is the real one when this returns. May be called several times.
   * @returns Settles when the port is bound; rejects with the system's error (EADDRINUSE …) where it cannot be.
   */
  listen(port: number, address?: string, options: BindOptions = {}): Promise<void> {
    return this.#listen({ ...options, port, ...(address === undefined ? {} : { address }) });
  }

  #listen(where: ListenOptions): Promise<void> {
    const options: RuntimeListenOptions = {
      ...where,
      parser: this.#choice.parser,
      onConnection: (transport) => this.#accept(transport),
      onError: (error) => loggers.general.warn(`${error.message}`),
      ...(this.#ssl === undefined ? {} : { tls: this.#ssl }),
      ...(this.#road === undefined ? {} : { road: this.#road }),
    };
    const listener = currentRuntime().listen(options);
    if (listener instanceof Promise) {
      this.#listening = listener.then((bound) => this.#bound(bound));
    } else this.#bound(listener);
    return this.#listening;
  }

  #bound(listener: Listener): void {
    if (this.#stopped) void listener.close();
    else this.#listeners.push(listener);
  }

  #accept(transport: Transport): void {
    const stream = new IOStream(this.#choice.parser, transport);
    try {
      const pending = this.handleStream(stream);
      if (pending !== undefined) pending.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    loggers.application.error(`Error in connection callback\n${describeError(error)}`);
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

  /** Stops accepting; connections go on. May be called again. Resolves when the ports are free. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }
}
