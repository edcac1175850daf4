/** What becomes a message of a WebSocket besides text and bytes: bytes under another name, and objects, as JSON. */
import { UsageError } from "../errors.ts";
import { WRITE_OPTIONS } from "../net/bytes-policy.ts";
import type { WriteOptions } from "../net/bytes-policy.ts";
import { checkOptions, flag } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

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
