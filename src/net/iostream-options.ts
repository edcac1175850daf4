/** What an `IOStream` is made and connected with, and how its callbacks are called. Types only. */
import type { ParserKind } from "../parser/types.ts";
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

export interface ConnectOptions {
  port?: number;
  /** Default `"localhost"`. */
  host?: string;
  /** Unix socket, in place of port and host. */
  path?: string;
  /** TLS to the end of its handshake; certificates are verified. */
  ssl?: TlsClientOptions;
}

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

export function partialOf(options: Partly | StreamCallback<never> | undefined): boolean {
  return typeof options === "object" && options.partial === true;
}
export function maxBytesOf(options: MaxBytes | StreamCallback<never> | undefined): number {
  return (typeof options === "object" ? options.maxBytes : undefined) ?? Infinity;
}
/** The callback that stands where options may. */
export function callbackOf<T>(given: unknown): StreamCallback<T> | undefined {
  return typeof given === "function" ? (given as StreamCallback<T>) : undefined;
}
export function addressOf(where: ConnectOptions | number, host: unknown): ConnectOptions {
  if (typeof where !== "number") return { ...where };
  return typeof host === "string" ? { port: where, host } : { port: where };
}
