/**
 * Messages compressed and inflated (RFC 7692 §7.2), one at a time in each direction, off the main thread. It keeps zlib's state between
 * messages only where that was agreed on, and knows no frames. All connections of a thread together run a few jobs at once.
 */
import { Buffer } from "node:buffer";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import type { DeflateRaw, InflateRaw } from "node:zlib";
import { Fifo } from "../async/fifo.ts";
import { CLOSE_INVALID_DATA, CLOSE_TOO_BIG } from "./close-codes.ts";
import type { Compression, CompressionOptions } from "./extensions.ts";

/** Jobs of zlib at once: one thread of libuv's pool, which has four unless UV_THREADPOOL_SIZE says otherwise, is left to files and names. */
export const MAX_DEFLATES: number = Math.max(1, (Number(process.env["UV_THREADPOOL_SIZE"]) || 4) - 1);
/** What a sync flush ends with, and is not sent (§7.2.1). */
const TAIL = Buffer.of(0, 0, 0xff, 0xff);

let running = 0;
/** Jobs that run now. */
export const runningDeflates = (): number => running;
/** Jobs that wait for one to end. They tell whether they have begun: their connection may be closed by then. */
const waiting = new Fifo<() => boolean>();

function enter(begin: () => boolean): void {
  if (running >= MAX_DEFLATES) waiting.push(begin);
  else if (begin()) running++;
}
function leave(): void {
  running--;
  while (running < MAX_DEFLATES) {
    const begin = waiting.shift();
    if (begin === undefined) return;
    if (begin()) running++;
  }
}

/** `problem`: the code to close with, or 0. */
export type Transformed = (problem: number, result: Buffer) => void;

type Zlib = DeflateRaw | InflateRaw;
const NOTHING = Buffer.alloc(0);

/** One direction of one connection. */
class Road {
  readonly #make: (dictionary: Buffer | undefined) => Zlib;
  readonly #keepsContext: boolean;
  #zlib: Zlib | undefined = undefined;
  /** Bytes given to this `#zlib`. */
  #fed = 0;
  #pieces: Buffer[] = [];
  #size = 0;
  #limit = 0;
  #done: Transformed | undefined = undefined;
  #closed = false;
  /** What the next `#zlib` may refer to. */
  #history: Buffer | undefined = undefined;

  constructor(make: (dictionary: Buffer | undefined) => Zlib, keepsContext: boolean) {
    this.#make = make;
    this.#keepsContext = keepsContext;
  }

  /** Transforms a message; the one before must be done. `limit`: bytes of the result. */
  run(input: Uint8Array, limit: number, done: Transformed): void {
    enter(() => {
      if (this.#closed) return false;
      this.#done = done;
      this.#limit = limit;
      const zlib = (this.#zlib ??= this.#open());
      this.#fed += input.length;
      zlib.write(input, () => {
        if (this.#zlib === zlib) this.#finish(zlib);
      });
      return true;
    });
  }

  #open(): Zlib {
    const zlib = this.#make(this.#history);
    this.#history = undefined;
    this.#fed = 0;
    zlib.on("data", (piece: Buffer) => {
      if (this.#zlib !== zlib) return;
      this.#size += piece.length;
      if (this.#size > this.#limit) this.#settle(CLOSE_TOO_BIG);
      else this.#pieces.push(piece);
    });
    zlib.on("error", () => {
      if (this.#zlib === zlib) this.#settle(CLOSE_INVALID_DATA);
    });
    return zlib;
  }

  #finish(zlib: Zlib): void {
    const [first] = this.#pieces;
    const result = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces, this.#size);
    const left = this.#fed - zlib.bytesWritten;
    // Stricter than the RFC: behind a final block (§7.2.3.4) there is nothing but the empty one that was appended, and the tail.
    if (left > TAIL.length + 1) return this.#settle(CLOSE_INVALID_DATA);
    if (left > 0 || !this.#keepsContext) {
      this.#drop();
      // Looser than the RFC: what came before this message is forgotten, which a sender that ends its streams has done itself.
      if (this.#keepsContext && result.length > 0) this.#history = Buffer.from(result.subarray(-32_768));
    }
    this.#settle(0, result);
  }

  #settle(problem: number, result: Buffer = NOTHING): void {
    const done = this.#done;
    this.#done = undefined;
    this.#pieces = [];
    this.#size = 0;
    if (problem !== 0) this.#drop();
    leave();
    done?.(problem, result);
  }

  /** The next message refers to nothing before it. No message may be under way. */
  startAnew(): void {
    this.#zlib?.reset();
  }

  #drop(): void {
    const zlib = this.#zlib;
    this.#zlib = undefined;
    zlib?.destroy();
  }

  /** Frees what zlib holds. Nothing is told any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const busy = this.#done !== undefined;
    this.#done = undefined;
    this.#pieces = [];
    this.#history = undefined;
    this.#drop();
    if (busy) leave();
  }
}

/** §7.2.1: "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end." */
function withoutTail(done: Transformed): Transformed {
  return (problem, result) => done(problem, result.subarray(0, Math.max(0, result.length - TAIL.length)));
}

/** Both directions of one connection. */
export class MessageDeflate {
  /** Bytes from which on a message is compressed. */
  readonly threshold: number;
  /** Codecs with equal ones make the same bytes of a message that is compressed by itself. */
  readonly parameters: string;
  readonly #compressor: () => Zlib;
  readonly #out: Road;
  readonly #in: Road;

  constructor(agreed: Compression, { level, memLevel, threshold = 1024 }: CompressionOptions, client: boolean) {
    this.threshold = threshold;
    const server = { bits: agreed.serverMaxWindowBits, keeps: !agreed.serverNoContextTakeover };
    const other = { bits: agreed.clientMaxWindowBits, keeps: !agreed.clientNoContextTakeover };
    const [ours, theirs] = client ? [other, server] : [server, other];
    // A window of 2^8 bytes is no window of zlib's. With 2^9 it refers back at most 250 bytes, which is within what was agreed on.
    const compressing = { windowBits: Math.max(9, ours.bits), flush: constants.Z_SYNC_FLUSH };
    const effort = { ...(level === undefined ? {} : { level }), ...(memLevel === undefined ? {} : { memLevel }) };
    this.#compressor = () => createDeflateRaw({ ...compressing, ...effort });
    this.parameters = `${compressing.windowBits} ${level ?? ""} ${memLevel ?? ""}`;
    this.#out = new Road(this.#compressor, ours.keeps);
    const inflating = { windowBits: Math.max(9, theirs.bits), flush: constants.Z_SYNC_FLUSH };
    this.#in = new Road(
      (dictionary) => createInflateRaw(dictionary === undefined ? inflating : { ...inflating, dictionary }),
      theirs.keeps,
    );
  }

  /** Compresses a message that is not empty, and not changed meanwhile. */
  deflate(message: Uint8Array, done: Transformed): void {
    this.#out.run(message, Infinity, withoutTail(done));
  }
  /**
   * Compresses a message that is sent to many, by itself: with an empty window, as without context takeover, and not as a part of what this
   * connection sends. Goes on when the connection closes: others wait for the result.
   */
  compressAlone(message: Uint8Array, done: Transformed): void {
    new Road(this.#compressor, false).run(message, Infinity, withoutTail(done));
  }
  /**
   * The next message is compressed with an empty window: called where a message that `compressAlone` made has been sent.
   *
   * With context takeover each message may refer to those before it (RFC 7692 §7.2.3.2, "Sharing LZ77 Sliding Window"): the peer keeps its
   * window of what it has inflated, and a distance counts back from where that ends. The shared message refers to nothing before it, so it
   * is right at any place, and is now the end of the peer's window. This connection's compressor has not seen it: every distance to an
   * earlier message would be short by its length. A compressor that starts anew refers only to what it compresses from now on, which the
   * peer has too. It need not say so: taking over the window is allowed, not required (§7.1.1.1).
   */
  startAnew(): void {
    this.#out.startAnew();
  }
  /** Inflates what came; 1007 where it is none, 1009 where the message has more than `limit` bytes. */
  inflate(data: Buffer, limit: number, done: Transformed): void {
    this.#in.run(Buffer.concat([data, TAIL]), limit, done);
  }
  /** Frees the memory. What is pending is told nothing. */
  close(): void {
    this.#out.close();
    this.#in.close();
  }
}
