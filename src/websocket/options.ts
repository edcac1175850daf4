/** What a WebSocket may take in size and time, and what it does when that is crossed. */
import { flag, oneOf, resolveOptions, seconds, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

export interface WebSocketOptions {
  /** Bytes of a message, whatever its fragments. Default 10 MiB, as in Tornado. More: closed with 1009. */
  maxMessageSize?: number;
  /** Frames of a message that carry no byte, the last one not counted. Default 4096. More: closed with 1008. */
  maxEmptyFragments?: number;
  /**
   * Frames of a message, whatever they carry. Default Infinity: nothing is kept for a frame but its bytes, and `maxMessageSize` bounds
   * those. More: closed with 1008.
   */
  maxFragments?: number;
  /** Seconds of silence after which a ping is sent. Default 30; 0: none. */
  pingInterval?: number;
  /** Seconds a pong may take before the peer counts as gone. Default: the interval. */
  pingTimeout?: number;
  /**
   * Seconds the peer may take for its part of the close, not counted while it takes what was sent before; and seconds a handler may take
   * for a message of a peer that has left: then the others are dropped, and `onClose` is told. Default 5.
   */
  closeTimeout?: number;
  /** Unsent bytes above which `overflow` applies. Default 1 MiB. */
  maxUnsentSize?: number;
  /**
   * What becomes of a message above that: the connection is cut (default), the message dropped, or it waits like the others, and nothing is
   * read from the peer until it has taken what it was sent. The last is for who only answers, or awaits `writeMessage`: what others send
   * a peer that reads nothing has no bound then.
   */
  overflow?: "close" | "drop" | "wait";
  /**
   * Bytes given to `onMessage` may lie where they were received: they are gone when it returns, and before what it awaits. `writeMessage`,
   * unless it is told to `"lend"` or `"keep"` them, and `prepareMessage` may be given them; copy what you keep. Saves memory and a copy of
   * each message. Default false.
   */
  borrowMessages?: boolean;
}

const DEFAULTS: Required<WebSocketOptions> = {
  maxMessageSize: 10 * 1024 * 1024,
  maxEmptyFragments: 4096,
  maxFragments: Infinity,
  pingInterval: 30,
  pingTimeout: -1,
  closeTimeout: 5,
  maxUnsentSize: 1024 * 1024,
  overflow: "close",
  borrowMessages: false,
};

export const WEBSOCKET_OPTIONS: OptionTable<WebSocketOptions> = {
  maxMessageSize: whole(),
  maxEmptyFragments: whole(),
  maxFragments: whole(),
  pingInterval: seconds(),
  pingTimeout: seconds(),
  closeTimeout: seconds(),
  maxUnsentSize: whole(),
  overflow: oneOf("close", "drop", "wait"),
  borrowMessages: flag,
};

/** By the object they came in: all WebSockets of an application mostly have the same one. */
const checked = new WeakMap<WebSocketOptions, Required<WebSocketOptions>>();

/** Options with their defaults. @throws UsageError on one that is unknown, of another type, or out of range. */
export function resolveWebSocketOptions(options: WebSocketOptions): Required<WebSocketOptions> {
  let resolved = checked.get(options);
  if (resolved !== undefined) return resolved;
  resolved = resolveOptions<WebSocketOptions, Required<WebSocketOptions>>(
    "WebSocket",
    options,
    WEBSOCKET_OPTIONS,
    DEFAULTS,
  );
  if (resolved.pingTimeout < 0) resolved.pingTimeout = resolved.pingInterval;
  checked.set(options, resolved);
  return resolved;
}
