/**
 * permessage-deflate as a raw peer speaks it (RFC 7692): parameters as text, messages compressed and inflated by zlib's synchronous calls.
 * What was said before is given to zlib as a dictionary, so that both directions are checked against the window that was agreed on.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Role } from "./_endpoints.ts";

export interface Parameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/** Every combination that says something different. */
export const MATRIX: readonly Parameters[] = [false, true].flatMap((serverNoContextTakeover) =>
  [false, true].flatMap((clientNoContextTakeover) =>
    [8, 12, 15].flatMap((serverMaxWindowBits) =>
      [8, 9, 15].map((clientMaxWindowBits) => ({
        serverNoContextTakeover,
        clientNoContextTakeover,
        serverMaxWindowBits,
        clientMaxWindowBits,
      })),
    ),
  ),
);

/** As a value of Sec-WebSocket-Extensions. */
export function extensionOf(given: Parameters): string {
  let text = "permessage-deflate";
  if (given.serverMaxWindowBits < 15) text += `; server_max_window_bits=${given.serverMaxWindowBits}`;
  if (given.clientMaxWindowBits < 15) text += `; client_max_window_bits="${given.clientMaxWindowBits}"`;
  if (given.clientNoContextTakeover) text += "; client_no_context_takeover";
  if (given.serverNoContextTakeover) text += "; server_no_context_takeover";
  return text;
}

/** What a head of an answer agrees to. */
export function agreedIn(head: string): Parameters | undefined {
  const field = /\r\nSec-WebSocket-Extensions: permessage-deflate(.*)/.exec(head)?.[1];
  if (field === undefined) return undefined;
  const bits = (name: string): number => Number(new RegExp(`; ${name}=(\\d+)`).exec(field)?.[1] ?? 15);
  return {
    serverNoContextTakeover: field.includes("server_no_context_takeover"),
    clientNoContextTakeover: field.includes("client_no_context_takeover"),
    serverMaxWindowBits: bits("server_max_window_bits"),
    clientMaxWindowBits: bits("client_max_window_bits"),
  };
}

const TAIL = Buffer.of(0, 0, 255, 255);

/** Results of zlib are kept until they are so many bytes. */
const MOST_KEPT = 2 ** 25;
const kept = new Map<string, Buffer>();
let keptBytes = 0;

/**
 * What zlib makes of some bytes, which is always the same with the same options: hundreds of conversations say the same, and it is asked
 * once.
 */
function once(
  zlib: typeof deflateRawSync,
  data: Buffer,
  options: { readonly dictionary?: Buffer; windowBits: number },
): Buffer {
  const { dictionary = Buffer.alloc(0), windowBits } = options;
  const hash = createHash("sha1").update(dictionary).update(data).digest("base64");
  const key = `${zlib.name} ${windowBits} ${dictionary.length} ${hash}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const result = zlib(data, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  if (keptBytes + result.length > MOST_KEPT) return result;
  keptBytes += result.length;
  kept.set(key, result);
  return result;
}

/** One direction. */
class Road {
  readonly #window: number;
  readonly #keeps: boolean;
  #history: Buffer = Buffer.alloc(0);

  constructor(bits: number, noContextTakeover: boolean) {
    this.#window = bits;
    this.#keeps = !noContextTakeover;
  }
  deflate(data: Buffer): Buffer {
    // zlib compresses with no smaller window than 2^9, of which it uses less than 2^8.
    return this.#remembering(data, (options) => {
      const result = once(deflateRawSync, data, { ...options, windowBits: Math.max(9, this.#window) });
      return result.subarray(0, -TAIL.length);
    });
  }
  inflate(data: Buffer): Buffer {
    const options = { ...this.#options(), windowBits: this.#window };
    const result = once(inflateRawSync, Buffer.concat([data, TAIL]), options);
    this.#remembering(result, () => result);
    return result;
  }
  #options(): { dictionary?: Buffer } {
    return this.#history.length > 0 ? { dictionary: this.#history } : {};
  }
  #remembering(plain: Buffer, run: (options: { dictionary?: Buffer }) => Buffer): Buffer {
    const result = run(this.#options());
    if (this.#keeps) this.#history = Buffer.concat([this.#history, plain]).subarray(-(2 ** this.#window));
    return result;
  }
}

/** Both directions, seen from the peer of an endpoint of this role. */
export class DeflatePeer {
  readonly out: Road;
  readonly in: Road;
  constructor(role: Role, agreed: Parameters) {
    const server = new Road(agreed.serverMaxWindowBits, agreed.serverNoContextTakeover);
    const client = new Road(agreed.clientMaxWindowBits, agreed.clientNoContextTakeover);
    this.out = role === "server" ? client : server;
    this.in = role === "server" ? server : client;
  }
}
