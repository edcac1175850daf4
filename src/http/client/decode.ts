/**
 * Content codings of responses (RFC 9110 §8.4): gzip, deflate, br, zstd, at most two after each other. Content is inflated in pieces, each of
 * which has been taken before the next is made, and what is limited is the inflated size.
 */
import { Buffer } from "node:buffer";
import * as zlib from "node:zlib";
import type { Transform } from "node:stream";
import { listMembers } from "../message/list-fields.ts";
import { HTTPLimitError, HTTPProtocolError } from "./errors.ts";
import type { ContentCoding } from "./options.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Bytes of an inflated piece. */
const PIECE = 65_536;
const MAX_CODINGS = 2;

export type Deliver = (piece: Buffer) => Promise<void> | void;

/** The codings of a response that are inflated here, the first to undo first; undefined where one is none of `wanted`, or there is none. */
export function codingsToUndo(
  field: string | undefined,
  wanted: readonly ContentCoding[],
): ContentCoding[] | undefined {
  if (field === undefined || wanted.length === 0) return undefined;
  // RFC 9110 §8.4.1.3: "A recipient SHOULD consider "x-gzip" to be equivalent to "gzip"."
  const names = listMembers(field).map((name) => name.toLowerCase().replace(/^x-gzip$/, "gzip"));
  const codings = names.filter((name) => name !== "identity") as ContentCoding[];
  if (codings.length === 0 || !codings.every((coding) => wanted.includes(coding))) return undefined;
  if (codings.length > MAX_CODINGS)
    throw new HTTPProtocolError(
      "ERR_LANDSPOUT_CONTENT_CODING",
      `the content is coded ${codings.length} times, more than ${MAX_CODINGS}`,
    );
  return codings.reverse();
}

export class Decoder {
  readonly #first: Stage;
  readonly #stages: Stage[] = [];

  constructor(codings: readonly ContentCoding[], limit: number, deliver: Deliver) {
    let next: Deliver = limited(limit, deliver);
    for (const coding of [...codings].reverse()) {
      const stage = new Stage(coding, limit, next);
      this.#stages.unshift(stage);
      next = (piece) => stage.write(piece);
    }
    this.#first = this.#stages[0] as Stage;
  }

  /** Settles when all that came of the piece has been taken. */
  write(piece: Buffer): Promise<void> {
    return this.#first.write(piece);
  }
  /** Settles when the last piece has been taken. Rejects where the content is cut short. */
  async end(): Promise<void> {
    for (const stage of this.#stages) await stage.end();
  }
  destroy(): void {
    for (const stage of this.#stages) stage.destroy();
  }
}

function limited(limit: number, deliver: Deliver): Deliver {
  let size = 0;
  return (piece) => {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    return deliver(piece);
  };
}

export const tooLarge = (limit: number): HTTPLimitError =>
  new HTTPLimitError("ERR_LANDSPOUT_BODY_SIZE", `the content is larger than ${limit} bytes`, limit);

const malformed = (coding: string, why: string, cause?: unknown): HTTPProtocolError =>
  new HTTPProtocolError("ERR_LANDSPOUT_CONTENT_CODING", `the content is no valid ${coding}: ${why}`, { cause });

/** One coding. The stream of zlib is read by hand, so that no more than one piece is inflated ahead. */
class Stage {
  readonly #coding: ContentCoding;
  readonly #deliver: Deliver;
  readonly #limit: number;
  #stream: Transform | undefined = undefined;
  /** Bytes that do not yet say which kind of deflate it is. */
  #start: Buffer | undefined = undefined;
  readonly #frames: ZstdFrames | undefined;
  #fed = 0;
  #made = 0;
  #over = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #wake: () => void = () => undefined;

  constructor(coding: ContentCoding, limit: number, deliver: Deliver) {
    this.#coding = coding;
    this.#frames = coding === "zstd" ? new ZstdFrames() : undefined;
    this.#limit = limit;
    this.#deliver = deliver;
  }

  async write(given: Buffer): Promise<void> {
    let piece = given;
    if (this.#coding === "deflate" && this.#stream === undefined) {
      // Two bytes tell whether there is a zlib header (RFC 1950 §2.2), as RFC 9110 §8.4.1.2 asks for, or none, as some servers send.
      if (this.#start !== undefined) piece = Buffer.concat([this.#start, piece]);
      this.#start = piece.length < 2 ? piece : undefined;
      if (piece.length < 2) return;
    }
    if (this.#closed) return;
    if (this.#over) {
      this.#follows(piece, piece.length);
      return;
    }
    const stream = (this.#stream ??= this.#open(piece));
    let used = false;
    this.#fed += piece.length;
    this.#frames?.feed(piece);
    stream.write(piece, () => {
      used = true;
      this.#wake();
    });
    await this.#pump(stream, () => used);
    // zlib takes nothing behind the end of what it inflates.
    const left = this.#closed ? 0 : this.#fed - this.#consumed(stream);
    if (left === 0) return;
    this.#over = true;
    this.#follows(piece, left);
  }

  async end(): Promise<void> {
    if (this.#closed || this.#over) return;
    if (this.#frames?.complete === false) throw malformed(this.#coding, "it is cut short");
    const rest = this.#start;
    // Nothing at all is the coding of nothing, for servers that say gzip and send no content.
    if (this.#stream === undefined && (rest === undefined || rest.length === 0)) return;
    const stream = (this.#stream ??= this.#open(rest as Buffer));
    if (rest !== undefined) stream.write(rest);
    stream.end();
    await this.#pump(stream, () => this.#over);
  }

  destroy(): void {
    this.#closed = true;
    this.#stream?.destroy();
    this.#wake();
  }

  #consumed(stream: Transform): number {
    return (stream as unknown as { bytesWritten: number }).bytesWritten;
  }

  /** What may stand behind the end: zeros behind gzip, with which some writers fill a block. */
  #follows(piece: Buffer, left: number): void {
    const from = Math.max(0, piece.length - left);
    if (left > 0 && (this.#coding !== "gzip" || piece.subarray(from).some((byte) => byte !== 0)))
      throw malformed(this.#coding, "bytes follow its end");
  }

  #open(start: Buffer): Transform {
    const options = { chunkSize: PIECE, readableHighWaterMark: PIECE };
    const stream = create(this.#coding, start, options);
    stream.on("readable", () => this.#wake());
    stream.on("end", () => {
      this.#over = true;
      this.#wake();
    });
    stream.on("error", (error: Error) => {
      this.#error = malformed(this.#coding, error.message, error);
      this.#wake();
    });
    return stream;
  }

  async #pump(stream: Transform, done: () => boolean): Promise<void> {
    while (!this.#closed) {
      if (this.#error !== undefined) throw this.#error;
      const size = Math.min(PIECE, stream.readableLength);
      const piece = (size === 0 ? stream.read() : stream.read(size)) as Buffer | null;
      if (piece !== null) {
        this.#made += piece.length;
        // A stage in the middle is limited too: what it makes has to be inflated again.
        if (this.#made > this.#limit) {
          stream.destroy();
          throw tooLarge(this.#limit);
        }
        await this.#deliver(piece);
      } else if (this.#over || (done() && stream.readableLength === 0)) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

function create(coding: ContentCoding, start: Buffer, options: object): Transform {
  if (coding === "gzip") return zlib.createGunzip(options);
  if (coding === "br") return zlib.createBrotliDecompress(options);
  if (coding === "zstd")
    return (zlib as unknown as { createZstdDecompress(options: object): Transform }).createZstdDecompress(options);
  // RFC 1950 §2.2: CM is 8, and CMF * 256 + FLG is a multiple of 31.
  const [cmf = 0, flg = 0] = start;
  const wrapped = (cmf & 0x0f) === 8 && ((cmf << 8) | flg) % 31 === 0;
  return wrapped ? zlib.createInflate(options) : zlib.createInflateRaw(options);
}
