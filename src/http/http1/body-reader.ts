/**
 * Finds the pieces of one request's content between its framing: Content-Length bytes, or chunks with their extensions and
 * trailer section (RFC 9112 §7.1). It only measures: the connection copies and delivers what lies between `pieceStart` and
 * `pieceEnd`.
 */
import { T_CHUNK_SIZE_HI, T_CHUNK_SIZE_LO, T_RESUME } from "../../parser/abi.ts";
import type { HttpParser } from "../../parser/types.ts";
import { ContentMemory } from "./content-memory.ts";
import { LimitError, RemoteProtocolError } from "../message/errors.ts";
import { syntaxError } from "./error-response.ts";

const CR = 0x0d;
const LF = 0x0a;

// What comes next.
const DATA = 0;
const CHUNK_LINE = 1;
const CHUNK_END = 2;
const TRAILERS = 3;
const COMPLETE = 4;

export interface BodyLimits {
  readonly maxTrailerSize: number;
  readonly maxChunkExtensionSize: number;
  readonly maxFieldCount: number;
}

/** 16 hexadecimal digits hold any size; the rest of a chunk line is extensions. */
export const CHUNK_LINE_ALLOWANCE = 20;

export class BodyReader {
  private readonly parser: HttpParser;
  private readonly limits: BodyLimits;
  /** Content-Length, or -1 for chunks. */
  readonly length: number;
  private readonly chunked: boolean;
  private next: number;
  /** Bytes of the content, or of the chunk, still to come. */
  private remaining: number;
  /** Bytes of content found so far. */
  received = 0;
  private extensionBytes = 0;
  private hint = 0;
  /** The most content allowed; may be changed while reading. */
  maxBodySize: number;
  /** Seconds that the content may take, 0 for any time. May be changed while reading. */
  timeout = 0;
  /** When the content began to be read, in seconds of the connection's clock; -1 before. */
  since = -1;
  /** The piece found by the last `advance`; empty where the two are equal. */
  pieceStart = 0;
  pieceEnd = 0;
  error: RemoteProtocolError | undefined = undefined;
  /** Where the trailer section lies once it is complete: as long as the parser's table holds it. */
  trailerStart = 0;
  trailerEnd = 0;
  /** Where the pieces are copied to. */
  readonly memory: ContentMemory = new ContentMemory();

  /** @param length Content-Length, or -1 for chunks. */
  constructor(parser: HttpParser, limits: BodyLimits, length: number, maxBodySize: number) {
    this.parser = parser;
    this.limits = limits;
    this.length = length;
    this.chunked = length < 0;
    this.remaining = this.chunked ? 0 : length;
    this.next = this.chunked ? CHUNK_LINE : length === 0 ? COMPLETE : DATA;
    this.maxBodySize = maxBodySize;
  }

  /** Bytes of the content (of the chunk) that are known to follow the piece found last. */
  get expected(): number {
    return this.remaining;
  }

  /** The content is wanted: it is read as it comes. */
  get begun(): boolean {
    return this.since >= 0;
  }
  get complete(): boolean {
    return this.next === COMPLETE;
  }

  /**
   * Goes on at `start` until a piece of at most `maxPiece` bytes is found, the content is complete, or the bytes do not suffice.
   * Returns the offset reached; -1 with `error` set.
   */
  advance(start: number, end: number, maxPiece: number): number {
    this.pieceStart = this.pieceEnd = start;
    let at = start;
    while (this.next !== COMPLETE) {
      if (this.next === DATA) {
        if (at === end) return at;
        const size = Math.min(end - at, this.remaining, maxPiece);
        this.pieceStart = at;
        this.pieceEnd = at += size;
        this.received += size;
        this.remaining -= size;
        if (this.remaining === 0) this.next = this.chunked ? CHUNK_END : COMPLETE;
        return at;
      }
      const used = this.readFraming(at, end);
      if (used <= 0) return used === 0 ? at : -1;
      at += used;
    }
    return at;
  }

  /** Bytes used of the chunk line, chunk end or trailer section at `at`; 0: more are needed; -1: `error` is set. */
  private readFraming(at: number, end: number): number {
    if (this.next === CHUNK_LINE) return this.readChunkLine(at, end);
    if (this.next === CHUNK_END) return this.readChunkEnd(at, end);
    return this.readTrailers(at, end);
  }

  // chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
  private readChunkLine(at: number, end: number): number {
    const { parser, limits } = this;
    if (at === end) return 0;
    const room = limits.maxChunkExtensionSize - this.extensionBytes + CHUNK_LINE_ALLOWANCE;
    const used = parser.parseChunkSize(at, Math.min(end, at + room + 1));
    if (used < 0) return this.fail(syntaxError(-used));
    if (used === 0 ? end - at > room : used > room) {
      return this.fail(
        new LimitError(
          "ERR_LANDSPOUT_CHUNK_EXTENSION_SIZE",
          "The chunk extensions of the request are too long.",
          400,
          limits.maxChunkExtensionSize,
        ),
      );
    }
    if (used === 0) return 0;
    this.extensionBytes += Math.max(0, used - CHUNK_LINE_ALLOWANCE);
    const size = (parser.table[T_CHUNK_SIZE_HI] as number) * 0x1_0000_0000 + (parser.table[T_CHUNK_SIZE_LO] as number);
    if (size === 0) {
      this.next = TRAILERS;
      return used;
    }
    if (this.received + size > this.maxBodySize) return this.fail(bodyTooLarge(this.maxBodySize));
    this.remaining = size;
    this.next = DATA;
    return used;
  }

  private readChunkEnd(at: number, end: number): number {
    const { buffer } = this.parser;
    if (at === end) return 0;
    if (buffer[at] !== CR || (end - at > 1 && buffer[at + 1] !== LF)) {
      return this.fail(
        new RemoteProtocolError(
          "ERR_LANDSPOUT_CHUNK_END",
          "A chunk is not followed by CRLF where its size says it ends.",
          400,
        ),
      );
    }
    if (end - at < 2) return 0;
    this.next = CHUNK_LINE;
    return 2;
  }

  // trailer-section = *( field-line CRLF ), then CRLF. RFC 9112 §7.1.2: "A recipient that removes the chunked coding MAY
  // selectively retain or discard the received trailer fields." They are checked and discarded.
  private readTrailers(at: number, end: number): number {
    const { parser, limits } = this;
    if (at === end) return 0;
    const used = parser.parseTrailers(at, end, this.hint, limits.maxFieldCount);
    if (used < 0) return this.fail(syntaxError(-used));
    if (used > limits.maxTrailerSize || (used === 0 && end - at > limits.maxTrailerSize)) {
      return this.fail(
        new LimitError("ERR_LANDSPOUT_TRAILER_SIZE", "The trailer section is too large.", 431, limits.maxTrailerSize),
      );
    }
    if (used === 0) {
      this.hint = parser.table[T_RESUME] as number;
      return 0;
    }
    this.trailerStart = at;
    this.trailerEnd = at + used;
    this.next = COMPLETE;
    return used;
  }

  private fail(error: RemoteProtocolError): number {
    this.error = error;
    return -1;
  }
}

/** RFC 9110 §15.5.14. */
export function bodyTooLarge(limit: number): LimitError {
  return new LimitError("ERR_LANDSPOUT_BODY_SIZE", `The content is larger than ${limit} bytes.`, 413, limit);
}
