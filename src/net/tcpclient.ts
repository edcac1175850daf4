/**
 * `landspout/tcpclient` (Tornado's `tornado.tcpclient`): connects to a host by its name, with the addresses in a race (RFC 8305), and gives an
 * `IOStream`.
 */
import { UsageError } from "../errors.ts";
import { checkOptions, object, text, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { IOStream, SSLIOStream } from "./iostream.ts";
import { abortSignal, callbackOf, CONNECT_OPTIONS, REACH_OPTIONS, STREAM_OPTIONS } from "./iostream-options.ts";
import type { ConnectOptions, IOStreamOptions, ReachOptions, StreamCallback } from "./iostream-options.ts";
import type { Resolver } from "./resolver.ts";

export type { ConnectAttempt } from "./errors.ts";
export type { StreamCallback } from "./iostream-options.ts";
export { publicAddress } from "./public-address.ts";
export type { AllowAddress } from "./resolver.ts";

export interface TCPClientOptions extends Pick<IOStreamOptions, "parser" | "transport"> {
  /** Who looks names up. Default: the operating system. */
  resolver?: Resolver;
}

export interface TCPConnectOptions
  extends
    Omit<ReachOptions, "resolver">,
    Pick<ConnectOptions, "ssl" | "timeout" | "signal">,
    Pick<IOStreamOptions, "maxBufferSize" | "maxWriteBufferSize"> {}

const CLIENT_OPTIONS: OptionTable<TCPClientOptions> = {
  resolver: REACH_OPTIONS.resolver,
  parser: STREAM_OPTIONS.parser,
  transport: STREAM_OPTIONS.transport,
};

const { resolver: _resolver, ...reach } = REACH_OPTIONS;
const OPTIONS: OptionTable<TCPConnectOptions> = {
  ...reach,
  ssl: object,
  timeout: CONNECT_OPTIONS.timeout,
  signal: abortSignal,
  maxBufferSize: STREAM_OPTIONS.maxBufferSize,
  maxWriteBufferSize: STREAM_OPTIONS.maxWriteBufferSize,
};
const PORT: OptionTable<{ port: unknown; host: unknown }> = { port: whole(0, 65_535), host: text };

export class TCPClient {
  readonly #options: TCPClientOptions;
  readonly #connecting = new Set<IOStream>();
  #closed = false;

  constructor(options: TCPClientOptions = {}) {
    checkOptions("TCPClient", options, CLIENT_OPTIONS);
    this.#options = options;
  }

  /**
   * Connects, with `ssl` to the end of the TLS handshake. Rejects with a StreamClosedError, whose `realError` is the last system error and
   * whose `attempts` name each address; with a TimeoutError after `timeout`; with the reason of `signal`.
   * @throws UsageError on an option that is none, and on a closed client.
   */
  connect(host: string, port: number, options?: TCPConnectOptions): Promise<IOStream>;
  connect(host: string, port: number, callback: StreamCallback<IOStream>): void;
  connect(host: string, port: number, options: TCPConnectOptions, callback: StreamCallback<IOStream>): void;
  connect(
    host: string,
    port: number,
    given: TCPConnectOptions | StreamCallback<IOStream> = {},
    callback: StreamCallback<IOStream> | undefined = callbackOf(given),
  ): Promise<IOStream> | void {
    const options = typeof given === "function" ? {} : given;
    checkOptions("TCPClient.connect", { host, port }, PORT);
    checkOptions("TCPClient.connect", options, OPTIONS);
    if (this.#closed) throw new UsageError("ERR_LANDSPOUT_CLIENT_CLOSED", "this TCPClient is closed: make a new one");
    const { maxBufferSize, maxWriteBufferSize, ...where } = options;
    const { resolver, parser, transport } = this.#options;
    const Stream = options.ssl === undefined ? IOStream : SSLIOStream;
    const stream = new Stream({
      ...(maxBufferSize === undefined ? {} : { maxBufferSize }),
      ...(maxWriteBufferSize === undefined ? {} : { maxWriteBufferSize }),
      ...(parser === undefined ? {} : { parser }),
      ...(transport === undefined ? {} : { transport }),
    });
    this.#connecting.add(stream);
    const address: ConnectOptions = { ...where, host, port, ...(resolver === undefined ? {} : { resolver }) };
    const done = (): void => void this.#connecting.delete(stream);
    if (callback !== undefined) {
      stream.connect(address, (error, connected) => {
        done();
        return error === undefined ? callback(undefined, connected as IOStream) : callback(error);
      });
      return undefined;
    }
    const promise: Promise<IOStream> = stream.connect(address).finally(done);
    promise.catch(() => undefined);
    return promise;
  }

  /** Gives up the connects under way, and refuses new ones. Streams that are connected go on; the resolver is yours. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#connecting) stream.close();
    this.#connecting.clear();
  }
}
