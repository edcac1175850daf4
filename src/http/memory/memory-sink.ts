/** Where the response to a request in memory goes: another server's response, a test's answer. */
import type { Buffer } from "node:buffer";

/** Receives a response. What it throws ends the exchange. */
export interface MemorySink {
  /** A response that is complete. `lines`: names and values of the fields in turn; `content` is the sink's to keep. */
  whole(status: number, reason: string, lines: string[], content: string | Uint8Array): void;
  /** The head of a response that goes on. */
  head(status: number, reason: string, lines: string[]): void;
  /** A piece of content, the sink's to keep; it counts as unsent until `MemoryConnection.taken` says how much has been passed on. */
  content(piece: Buffer): void;
  /** The response is complete. */
  complete(): void;
  /** There will be no complete response. */
  failed(): void;
}
