/**
 * Reads a response that comes in buffers, as the connections of this package and Node's own classes write it, for code that passes it on in
 * another form. Head, framing and chunks go through the parser; content is not copied. It may be called while a connection is being read:
 * the parser gets its bytes in SCRATCH, and nothing is left there during a call of the sink.
 */
import { Buffer } from "node:buffer";
import { F_CL_PRESENT, F_TE_PRESENT, MAX_FIELDS, SCRATCH, SCRATCH_SIZE } from "../../parser/abi.ts";
import { sharedParser } from "../../parser/choose.ts";
import { putScratch } from "../../parser/memory.ts";
import type { HttpParser } from "../../parser/types.ts";
import { BodyReader } from "./body-reader.ts";
import type { BodyLimits } from "./body-reader.ts";
import { toProtocolError } from "./error-response.ts";
import { CHUNKED, LENGTH, NO_CONTENT, responseFraming } from "./framing.ts";
import { isInterim, ResponseHeadReader } from "./response-head-reader.ts";
import type { ResponseHead } from "./response-head-reader.ts";

/** None of these may throw. */
export interface ResponseSink {
  /** Status line and fields, names as sent. Interim answers (1xx) come before, each followed by nothing. */
  head(status: number, reason: string, fields: readonly (readonly [string, string])[]): void;
  /** A piece of content. */
  content(piece: Buffer): void;
  /** The answer is complete. */
  complete(): void;
}

const HEAD = 0;
const BODY = 1;
const UNTIL_CLOSE = 2;
const DONE = 3;
const EMPTY = Buffer.alloc(0);

/** Bytes of all heads of one response: less than SCRATCH holds, so that a longer one is seen. */
export const MAX_RESPONSE_HEAD_SIZE: number = SCRATCH_SIZE - 1;
const BODY_LIMITS: BodyLimits = { maxTrailerSize: 16_384, maxChunkExtensionSize: 4096, maxFieldCount: MAX_FIELDS };
/** Bytes that are enough for most chunk lines. */
const CHUNK_WINDOW = 64;
const WINDOW_GROWTH = 16;

export class ResponseReader {
  readonly #parser: HttpParser = sharedParser().parser;
  readonly #heads: ResponseHeadReader;
  readonly #sink: ResponseSink;
  readonly #method: string;
  #body: BodyReader | undefined = undefined;
  #state = HEAD;
  #kept: Buffer = EMPTY;

  /** @param toHead The request was HEAD: no content follows whatever the fields say. */
  constructor(sink: ResponseSink, toHead: boolean) {
    this.#sink = sink;
    this.#method = toHead ? "HEAD" : "GET";
    this.#heads = new ResponseHeadReader(this.#parser, MAX_RESPONSE_HEAD_SIZE, MAX_FIELDS);
  }

  get complete(): boolean {
    return this.#state === DONE;
  }

  /** @throws RemoteProtocolError on what is not a response. */
  add(chunk: Buffer): void {
    let bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = EMPTY;
    while (bytes.length > 0 && this.#state !== DONE) {
      const used = this.#step(bytes);
      if (used === 0) {
        this.#kept = bytes;
        return;
      }
      bytes = bytes.subarray(used);
    }
  }

  /** The connection has closed: content without a length is complete, any other is cut short (false). */
  end(): boolean {
    if (this.#state === UNTIL_CLOSE) this.#finish();
    return this.#state === DONE;
  }

  /** Reads one thing at the beginning of `bytes`; 0: more are needed. */
  #step(bytes: Buffer): number {
    if (this.#state === HEAD) return this.#readHead(bytes);
    if (this.#body !== undefined) return this.#readBody(this.#body, bytes);
    this.#sink.content(bytes);
    return bytes.length;
  }

  #readHead(bytes: Buffer): number {
    const end = putScratch(this.#parser, 0, bytes, 0, Math.min(bytes.length, SCRATCH_SIZE));
    const head = this.#heads.read(SCRATCH, end);
    if (head === undefined) return 0;
    const { size, status, reason, fields } = head;
    const pairs: [string, string][] = [];
    for (let i = 0; i < fields.length; i += 2) pairs.push([fields[i] as string, fields[i + 1] as string]);
    this.#sink.head(status, reason, pairs);
    if (!isInterim(status)) this.#chooseFraming(head);
    return size;
  }

  #chooseFraming({ status, minor, flags, contentLength }: ResponseHead): void {
    // RFC 9112 §6.3: "the Transfer-Encoding overrides the Content-Length". Node's classes send both where the application sets both.
    const sure = (flags & F_TE_PRESENT) === 0 ? flags : flags & ~F_CL_PRESENT;
    const framing = responseFraming(this.#method, status, sure, minor);
    if (typeof framing !== "number") throw toProtocolError(framing);
    if (framing === NO_CONTENT || (framing === LENGTH && contentLength === 0)) this.#finish();
    else if (framing === LENGTH || framing === CHUNKED) {
      this.#body = new BodyReader(this.#parser, BODY_LIMITS, framing === LENGTH ? contentLength : -1, Infinity);
      this.#state = BODY;
    } else this.#state = UNTIL_CLOSE;
  }

  #readBody(body: BodyReader, bytes: Buffer): number {
    // Content itself is only measured: the reader looks at no byte of it.
    let base = 0;
    let reached = 0;
    if (body.expected > 0) reached = body.advance(0, bytes.length, bytes.length);
    else {
      base = SCRATCH;
      const largest = Math.min(bytes.length, SCRATCH_SIZE);
      for (let window = Math.min(CHUNK_WINDOW, largest); ; window = Math.min(window * WINDOW_GROWTH, largest)) {
        reached = body.advance(SCRATCH, putScratch(this.#parser, 0, bytes, 0, window), window);
        if (reached !== SCRATCH || window === largest) break;
      }
    }
    if (body.error !== undefined) throw body.error;
    if (body.pieceEnd > body.pieceStart)
      this.#sink.content(bytes.subarray(body.pieceStart - base, body.pieceEnd - base));
    if (body.complete) this.#finish();
    return reached - base;
  }

  #finish(): void {
    this.#state = DONE;
    this.#sink.complete();
  }
}
