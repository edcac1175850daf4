/** What an `IOStream` is made and connected with, and how its callbacks are called. Types only. */
import type { ParserKind } from "../parser/types.ts";
import type { TlsClientOptions, TransportRoad } from "./transport.ts";

export interface IOStreamOptions {
  /** Most bytes buffered for a read. Default 104,857,600 (100 MiB). Over it: StreamBufferFullError, the stream closes. */
  maxBufferSize?: number;
  /** Most bytes waiting to be sent. Default: no limit. Over it: the write rejects with StreamBufferFullError. */
  maxWriteBufferSize?: number;
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
