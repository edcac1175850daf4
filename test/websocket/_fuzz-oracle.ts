/**
 * What an echo must answer to bytes, by a decoder that is written for being read and shares nothing with ours: for the fuzz run.
 */
import { Buffer } from "node:buffer";
import type { Role } from "./_endpoints.ts";
import { LIMITS } from "./_fuzz.ts";

/** A frame in a word: opcode and payload. */
export const word = (opcode: number, payload: Uint8Array): string =>
  `${opcode} ${Buffer.from(payload).toString("hex")}`;
const closed = (code: number): string => `8 ${code}`;

/** What an echo of a role answers to these bytes, and what its `onClose` is told when the peer leaves after them. */
export function expectedAnswer(
  role: Role,
  data: Buffer,
  inflate?: (data: Buffer) => Buffer,
): { readonly frames: string[]; readonly close: string } {
  const frames: string[] = [];
  const refuse = (code: number) => ({ frames: [...frames, closed(code)], close: "1006 " });
  const wantsMask = role === "server";
  let opcode = 0;
  let compressed = false;
  let count = 0;
  let empty = 0;
  let size = 0;
  let parts: Buffer[] = [];
  let decoder = new TextDecoder("utf-8", { fatal: true });
  const isText = (bytes: Buffer, more: boolean): boolean => {
    try {
      decoder.decode(bytes, { stream: more });
      return true;
    } catch {
      return false;
    }
  };
  for (let at = 0; data.length - at >= 2;) {
    const first = data[at] as number;
    const short = (data[at + 1] as number) & 127;
    const kind = first & 15;
    const isControl = kind >= 8;
    const allowed = inflate !== undefined && (kind === 1 || kind === 2) ? 0x40 : 0;
    if (
      (data[at + 1] as number) >= 128 !== wantsMask ||
      (first & 0x70 & ~allowed) !== 0 ||
      (kind > 2 && kind < 8) ||
      kind > 10
    )
      return refuse(1002);
    if (isControl ? first < 0x80 || short > 125 : (kind === 0) !== (opcode !== 0)) return refuse(1002);
    const extra = short < 126 ? 0 : short === 126 ? 2 : 8;
    const start = at + 2 + extra + (wantsMask ? 4 : 0);
    if (data.length < start) break;
    const length = extra === 0 ? short : extra === 2 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
    if ((extra === 2 && length < 126) || (extra === 8 && (length < 65_536 || (data[at + 2] as number) >= 128)))
      return refuse(1002);
    if (!isControl && size + length > LIMITS.maxMessageSize) return refuse(1009);
    if (!isControl && ++count > LIMITS.maxFragments) return refuse(1008);
    if (!isControl && length === 0 && first < 0x80 && ++empty > LIMITS.maxEmptyFragments) return refuse(1008);
    const payload = Buffer.from(data.subarray(start, start + length));
    for (let i = 0; wantsMask && i < payload.length; i++)
      payload[i] = (payload[i] as number) ^ (data[start - 4 + (i & 3)] as number);
    const there = payload.length === length;
    at = start + length;
    if (isControl) {
      if (!there) break;
      if (kind === 9) frames.push(word(10, payload));
      if (kind !== 8) continue;
      const code = length < 2 ? 1005 : payload.readUInt16BE();
      const good = (code >= 1000 && code < 1015 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
      if (length === 1 || (length > 0 && !good)) return refuse(1002);
      decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      const reason = payload.subarray(2);
      if (!isText(reason, false)) return refuse(1007);
      return { frames: [...frames, closed(code)], close: `${code} ${reason.toString()}` };
    }
    if (kind !== 0) {
      opcode = kind;
      compressed = (first & 0x40) !== 0;
    }
    size += length;
    parts.push(payload);
    const last = first >= 0x80 && there;
    if (opcode === 1 && !compressed && !isText(payload, !last)) return refuse(1007);
    if (!last) continue;
    let message = Buffer.concat(parts);
    if (compressed && inflate !== undefined) {
      message = Buffer.from(inflate(message));
      if (message.length > LIMITS.maxMessageSize) return refuse(1009);
      if (opcode === 1 && !isText(message, false)) return refuse(1007);
    }
    frames.push(word(opcode, message));
    decoder = new TextDecoder("utf-8", { fatal: true });
    parts = [];
    opcode = size = count = empty = 0;
  }
  return { frames, close: "1006 " };
}
