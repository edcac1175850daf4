/** Bytes that are filled again and again, as a program with one buffer does; what must arrive, and clients that read late or slowly. */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { Buffer } from "node:buffer";
import * as net from "node:net";
import * as tls from "node:tls";
import { certificate } from "./certificates.ts";

/** Sizes below and above every border there is between copying, lending and the system's own memory. */
export const SIZES: readonly number[] = [1, 100, 5000, 9000, 65_536, 73_728, 73_729, 300_000, 1_100_000];

/** Fills bytes unlike those of any other turn. */
export function fill(bytes: Uint8Array, turn: number): void {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(turn + 1, 2_654_435_761) ^ Math.imul(i, 40_503);
  for (let i = words.length * 4; i < bytes.length; i++) bytes[i] = turn * 31 + i;
}

/** One buffer that is filled for every turn; `digest` is that of all that was in it. */
export class Refilled {
  readonly #memory: Buffer;
  readonly #hash: Hash = createHash("sha256");
  #turn = 0;

  constructor(size: number) {
    // Not of a pool: nothing but what it is given to refers to it.
    this.#memory = Buffer.allocUnsafeSlow(size);
  }
  /** The next content, in the same memory. */
  next(size: number = this.#memory.length): Buffer {
    const bytes = this.#memory.subarray(0, size);
    fill(bytes, this.#turn++);
    this.#hash.update(bytes);
    return bytes;
  }
  /** Nothing that was given may be needed from here on. */
  spoil(): void {
    this.#memory.fill(0xee);
  }
  digest(): string {
    return this.#hash.digest("hex");
  }
}

export const digestOf = (bytes: Uint8Array | string): string =>
  createHash("sha256")
    .update(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
    .digest("hex");

/** Plain connections, and those with TLS. */
export const SECURITIES = ["plain", "TLS"] as const;
export type Security = (typeof SECURITIES)[number];
export const sslOf = (security: Security): { ssl?: { key: string; cert: string } } =>
  security === "TLS" ? { ssl: certificate("localhost") } : {};

/** Connects a client that reads nothing before `read`. */
export async function connectLate(port: number, security: Security): Promise<LateReader> {
  const to = { port, host: "127.0.0.1", noDelay: true };
  const socket =
    security === "TLS"
      ? tls.connect({ ...to, ca: certificate("localhost").cert, servername: "localhost" })
      : net.connect(to);
  await new Promise<void>((resolve, reject) => {
    socket.once(security === "TLS" ? "secureConnect" : "connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  socket.pause();
  return new LateReader(socket);
}

const NOTHING = Buffer.alloc(0);

export class LateReader {
  readonly socket: net.Socket;
  constructor(socket: net.Socket) {
    this.socket = socket;
  }
  /**
   * Everything up to the end of the connection; `slowly`: with a rest behind every piece. `reply` is sent once the bytes end with `last`.
   */
  read(slowly = false, last = "", reply: Uint8Array = NOTHING): Promise<Buffer> {
    const { socket } = this;
    const pieces: Buffer[] = [];
    let tail: Buffer = NOTHING;
    return new Promise((resolve) => {
      socket.on("data", (piece: Buffer) => {
        pieces.push(piece);
        if (last !== "") {
          tail = Buffer.concat([tail, piece.subarray(-last.length)]).subarray(-last.length);
          if (tail.toString("latin1") === last) socket.write(reply);
        }
        if (!slowly) return;
        socket.pause();
        setTimeout(() => socket.resume(), 1);
      });
      socket.once("close", () => resolve(Buffer.concat(pieces)));
      socket.resume();
    });
  }
}

/** The content of an answer: behind its head, out of its chunks. */
export function contentOf(answer: Buffer): Buffer {
  const end = answer.indexOf("\r\n\r\n") + 4;
  if (!/\r\ntransfer-encoding: chunked\r\n/i.test(answer.toString("latin1", 0, end))) return answer.subarray(end);
  const pieces: Buffer[] = [];
  for (let at = end; ;) {
    const line = answer.indexOf("\r\n", at);
    const size = Number.parseInt(answer.toString("latin1", at, line), 16);
    if (!(size > 0)) return Buffer.concat(pieces);
    pieces.push(answer.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
