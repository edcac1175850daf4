/** Codes and reasons with which a WebSocket ends (RFC 6455 §7.4, and the registry at iana.org/assignments/websocket). */
import { Buffer, isUtf8 } from "node:buffer";
import { UsageError } from "../errors.ts";

export const CLOSE_NORMAL = 1000;
export const CLOSE_PROTOCOL_ERROR = 1002;
/** Never sent: the peer gave no code. */
export const CLOSE_NO_STATUS = 1005;
/** Never sent: the connection ended without a close frame. */
export const CLOSE_ABNORMAL = 1006;
export const CLOSE_INVALID_DATA = 1007;
export const CLOSE_POLICY = 1008;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_INTERNAL = 1011;

/** Bytes of a reason: a control frame has 125, two of them are the code. */
const MAX_CLOSE_REASON = 123;

/** Whether a code may stand in a close frame. §7.4.2: below 1000 nothing, 3000 to 4999 for libraries and applications. */
function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)
  );
}

/** @throws UsageError on a code that cannot be sent, or a reason that is too long. */
export function checkClose(code: number, reason: string): void {
  if (!Number.isInteger(code) || !isCloseCode(code)) {
    throw new UsageError(
      "ERR_LANDSPOUT_WEBSOCKET_CLOSE",
      `${String(code)} is not a code a WebSocket can be closed with: use 1000, or 3000 to 4999`,
    );
  }
  if (Buffer.byteLength(reason) > MAX_CLOSE_REASON) {
    throw new UsageError("ERR_LANDSPOUT_WEBSOCKET_CLOSE", `a reason has at most ${MAX_CLOSE_REASON} bytes of UTF-8`);
  }
}

/** What a close frame holds (§5.5.1). */
export function closeContent(code: number | undefined, reason: string): Buffer {
  if (code === undefined) return Buffer.alloc(0);
  const text = Buffer.from(reason);
  const content = Buffer.alloc(2 + text.length);
  content.writeUInt16BE(code);
  content.set(text, 2);
  return content;
}

/** What a close frame says. `problem`: the code to fail with where it may not say that, `reason` then tells why; or 0. */
export function readClose(content: Buffer): { code: number; reason: string; problem: number } {
  const wrong = (problem: number, reason: string) => ({ code: CLOSE_ABNORMAL, reason, problem });
  if (content.length === 0) return { code: CLOSE_NO_STATUS, reason: "", problem: 0 };
  if (content.length === 1) return wrong(CLOSE_PROTOCOL_ERROR, "a close frame of one byte");
  const code = content.readUInt16BE();
  if (!isCloseCode(code)) return wrong(CLOSE_PROTOCOL_ERROR, "a close code that may not be sent");
  if (!isUtf8(content.subarray(2))) return wrong(CLOSE_INVALID_DATA, "a reason is not UTF-8");
  return { code, reason: content.toString("utf8", 2), problem: 0 };
}
