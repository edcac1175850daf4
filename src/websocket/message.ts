/** Messages as the application has them: as they arrive, and what becomes one besides text and bytes: other views of bytes, and objects, as JSON. */
import type { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { WRITE_OPTIONS } from "../net/bytes-policy.ts";
import type { WriteOptions } from "../net/bytes-policy.ts";
import { checkOptions, flag } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

/** A message as it arrives: text, or bytes that are the receiver's to keep. */
export type Message = string | Buffer;

/** Of `writeMessage`. */
export interface MessageOptions extends WriteOptions {
  /** Text is sent as a binary message, or bytes as a text message. Default: text as text, bytes as binary. */
  binary?: boolean;
}
const OPTIONS: OptionTable<MessageOptions> = { ...WRITE_OPTIONS, binary: flag };

/** @throws UsageError on options that are none, such as Tornado's `true` in their place. */
export function checkMessageOptions(options: MessageOptions): void {
  checkOptions("writeMessage", options, OPTIONS);
}

/** @throws UsageError on what has no JSON text, and on a Blob, whose bytes are not there yet. */
export function formOf(message: object): string | Uint8Array {
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  const text = message instanceof Blob ? undefined : (JSON.stringify(message) as string | undefined);
  if (text === undefined) {
    const what = message instanceof Blob ? "a Blob: send its arrayBuffer()" : `${typeof message} that has no JSON text`;
    throw new UsageError("ERR_LANDSPOUT_WEBSOCKET_MESSAGE", `a message cannot be ${what}`);
  }
  return text;
}
