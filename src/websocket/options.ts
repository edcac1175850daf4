/** What a WebSocket may take in size and time, and what it does when that is crossed. */
import { UsageError } from "../errors.ts";

export interface WebSocketOptions {
  /** Bytes of a message, whatever its fragments. Default 10 MiB, as in Tornado. More: closed with 1009. */
  maxMessageSize?: number;
  /** Frames of a message. Default 4096. More: closed with 1008. */
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
  /** Unsent bytes above which `overflow` applies. Default 16 MiB. */
  maxUnsentSize?: number;
  /**
   * What becomes of a message above that: the connection is cut (default), the message dropped, or it waits like the others, and nothing is
   * read from the peer until it has taken what it was sent. The last is for who only answers, or awaits `writeMessage`: what others send
   * a peer that reads nothing has no bound then.
   */
  overflow?: "close" | "drop" | "wait";
  /**
   * Bytes given to `onMessage` may lie where they were received: they are gone when it returns, and before what it awaits. `writeMessage` and
   * `prepareMessage` may be given them; copy what you keep. Saves memory and a copy of each message. Default false.
   */
  borrowMessages?: boolean;
}

const DEFAULTS: Required<WebSocketOptions> = {
  maxMessageSize: 10 * 1024 * 1024,
  maxFragments: 4096,
  pingInterval: 30,
  pingTimeout: -1,
  closeTimeout: 5,
  maxUnsentSize: 16 * 1024 * 1024,
  overflow: "close",
  borrowMessages: false,
};

const checked = new WeakMap<WebSocketOptions, Required<WebSocketOptions>>();

/** Options with their defaults. @throws UsageError on one that is unknown or out of range. */
export function resolveOptions(options: WebSocketOptions): Required<WebSocketOptions> {
  let resolved = checked.get(options);
  if (resolved !== undefined) return resolved;
  resolved = { ...DEFAULTS, ...options };
  for (const [name, value] of Object.entries(resolved)) {
    if (!(name in DEFAULTS)) throw new UsageError("ERR_LANDSPOUT_OPTION", `${name} is no option of a WebSocket`);
    if (!isGood(name, value))
      throw new UsageError("ERR_LANDSPOUT_OPTION", `${name} of a WebSocket cannot be ${String(value)}`);
  }
  if (resolved.pingTimeout < 0) resolved.pingTimeout = resolved.pingInterval;
  checked.set(options, resolved);
  return resolved;
}

function isGood(name: string, value: unknown): boolean {
  if (name === "overflow") return value === "close" || value === "drop" || value === "wait";
  if (name === "borrowMessages") return typeof value === "boolean";
  return typeof value === "number" && value >= (name === "pingTimeout" ? -1 : 0);
}
