/** What an `IOStream` is made and connected with, and how its callbacks are called. */
import { UsageError } from "../errors.ts";
import { isIP } from "node:net";
import { durationSeconds } from "../async/duration.ts";
import type { Duration } from "../async/duration.ts";
import {
  anything,
  callable,
  checkOptions,
  flag,
  LONGEST_TIMER,
  object,
  oneOf,
  seconds,
  text,
  whole,
} from "../options-check.ts";
import type { OptionRule, OptionTable } from "../options-check.ts";
import type { ParserKind } from "../parser/types.ts";
import type { AllowAddress, Resolver } from "./resolver.ts";
import type { TlsClientOptions, TransportRoad } from "./transport.ts";

export interface IOStreamOptions {
  /** Most bytes buffered for a read. Default 104,857,600 (100 MiB). Over it: StreamBufferFullError, the stream closes. */
  maxBufferSize?: number;
  /** Most bytes waiting to be sent. Default: no limit. Over it: the write rejects with StreamBufferFullError. */
  maxWriteBufferSize?: number;
  /**
   * Seconds after `close()` in which the peer takes nothing of what was written before, then that is dropped; 0: no limit. Default
   * 60. Stops peers that never read from holding connections for ever.
   */
  closeTimeout?: number;
  /** Whose memory bytes land in; default: Wasm where it runs. */
  parser?: ParserKind;
  /** `"copy"` forces the copying road on Node, for outgoing connections. */
  transport?: TransportRoad;
}

export const STREAM_OPTIONS: OptionTable<IOStreamOptions> = {
  maxBufferSize: whole(),
  maxWriteBufferSize: whole(),
  closeTimeout: seconds(),
  // The choice of the parser checks it, as it checks LANDSPOUT_PARSER.
  parser: anything,
  transport: oneOf("zero-copy", "copy"),
};

/** How a host is found and reached: of everything that connects. */
export interface ReachOptions {
  /** Addresses of one family only. Default 0: both. */
  family?: 0 | 4 | 6;
  /** Address of this machine that the connection leaves from. Default: the system chooses. */
  sourceIp?: string;
  /** Port it leaves from; without `sourceIp` from the loopback interface, as in Tornado. Default: the system chooses. */
  sourcePort?: number;
  /** Who looks the name up. Default: the operating system. */
  resolver?: Resolver;
  /** Asked for each address at the time of the connect, literal ones too. Default: all are allowed. */
  allowAddress?: AllowAddress;
  /** Seconds after which the next address is tried beside those before it (RFC 8305), 0.01 to 2. Default 0.25. */
  attemptDelay?: number;
}

export interface ConnectOptions extends ReachOptions {
  port?: number;
  /** Default `"localhost"`. */
  host?: string;
  /** Unix socket, in place of port and host. */
  path?: string;
  /** TLS to the end of its handshake; certificates are verified. */
  ssl?: TlsClientOptions;
  /**
   * Seconds for all of it: name, connection, TLS; a length, as in Tornado. Then it rejects with a TimeoutError. Default: no limit but the
   * system's.
   */
  timeout?: number | Duration;
  /** Gives up: it rejects with the signal's reason. Once connected the signal is not listened to any more. */
  signal?: AbortSignal;
}

const hasMethod =
  (name: string, must: string): OptionRule =>
  (value) =>
    typeof (value as { [name: string]: unknown } | null)?.[name] === "function" ? undefined : must;

export const abortSignal: OptionRule = (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal");

export const REACH_OPTIONS: OptionTable<ReachOptions> = {
  family: oneOf(0, 4, 6),
  sourceIp: (value) => (typeof value === "string" && isIP(value) !== 0 ? undefined : "an address of this machine"),
  sourcePort: whole(0, 65_535),
  resolver: hasMethod("resolve", "a Resolver, an object with a method resolve"),
  allowAddress: callable,
  attemptDelay: seconds(0.01, 2),
};

const length: OptionRule = (value) =>
  typeof value === "object" && value !== null
    ? undefined
    : typeof value === "number" && value >= 0 && value <= LONGEST_TIMER
      ? undefined
      : "a number of seconds, or a duration such as { seconds: 5 }";

export const CONNECT_OPTIONS: OptionTable<ConnectOptions> = {
  ...REACH_OPTIONS,
  port: whole(0, 65_535),
  host: text,
  path: text,
  ssl: object,
  timeout: length,
  signal: abortSignal,
};

/** A length of time in seconds. */
export const lengthOf = (given: number | Duration): number =>
  typeof given === "number" ? given : Math.min(durationSeconds(given), LONGEST_TIMER);

/** Called with the result, or with the error and nothing. */
export type StreamCallback<T> = (error: Error | undefined, result?: T) => void;

/** Of `readBytes` and `readInto`. */
export interface Partly {
  /** Fewer bytes will do, as soon as there are any. Default false. */
  partial?: boolean;
}

/** Of `readUntil` and `readUntilRegex`. */
export interface MaxBytes {
  /** Most bytes of the result; over it the stream closes (StreamClosedError, caused by UnsatisfiableReadError). Default: no limit. */
  maxBytes?: number;
}

const PARTLY: OptionTable<Partly> = { partial: flag };
const MAX_BYTES: OptionTable<MaxBytes> = { maxBytes: whole() };

export function partialOf(options: Partly | StreamCallback<never> | undefined): boolean {
  if (options === undefined || typeof options === "function") return false;
  checkOptions("a read", options, PARTLY);
  return options.partial === true;
}
export function maxBytesOf(options: MaxBytes | StreamCallback<never> | undefined): number {
  if (options === undefined || typeof options === "function") return Infinity;
  checkOptions("a read", options, MAX_BYTES);
  return options.maxBytes ?? Infinity;
}
/** The callback that stands where options may. */
export function callbackOf<T>(given: unknown): StreamCallback<T> | undefined {
  return typeof given === "function" ? (given as StreamCallback<T>) : undefined;
}
export function addressOf(where: ConnectOptions | number, host: unknown): ConnectOptions {
  const address: ConnectOptions = typeof where === "number" ? { port: where } : where;
  checkOptions("connect", address, CONNECT_OPTIONS);
  if (address.port === undefined && address.path === undefined)
    throw new UsageError("ERR_LANDSPOUT_OPTION", "connect: a port is needed, or the path of a unix socket");
  return typeof where === "number" && typeof host === "string" ? { port: where, host } : { ...address };
}
