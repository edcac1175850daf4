/** What a WebSocket tells whoever owns it. */
import type { Buffer } from "node:buffer";

/** A message as it arrives: text, or bytes that are the receiver's to keep. */
export type Message = string | Buffer;

/** What a connection tells. */
export interface WebSocketEvents {
  /** A promise holds the next message back until it settles. */
  onMessage(message: Message): void | Promise<void>;
  onPing(data: Buffer): void;
  onPong(data: Buffer): void;
  /** The connection is over; called once, whatever happened. 1005: closed without a code, 1006: without a close frame. */
  onClose(code: number, reason: string): void;
  /** The server ends, and with it this connection: to be closed. */
  onShutdown?(): void | Promise<void>;
  /** One of the others, `hook`, threw or rejected. The connection is closed with 1011 after it. */
  onError(error: unknown, hook: string): void;
}
