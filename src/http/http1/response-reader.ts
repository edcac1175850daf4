/**
 * Takes apart the answers of our own connections (RFC 9112 §6.3) as their bytes come, for whoever passes them on in another form. It
 * trusts them: what this package sends is well-formed.
 */
import { Buffer } from "node:buffer";
import { hasNoContent } from "../message/status.ts";

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
const LENGTH = 1;
const CHUNK_SIZE = 2;
const CHUNK = 3;
const UNTIL_CLOSE = 4;
const DONE = 5;
const EMPTY = Buffer.alloc(0);

export class ResponseReader {
  readonly #sink: ResponseSink;
  /** The request was HEAD: no content follows whatever the fields say. */
  readonly #toHead: boolean;
  #state = HEAD;
  #kept: Buffer = EMPTY;
  #left = 0;

  constructor(sink: ResponseSink, toHead: boolean) {
    this.#sink = sink;
    this.#toHead = toHead;
  }

  get complete(): boolean {
    return this.#state === DONE;
  }

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
    if (this.#state === CHUNK_SIZE) return this.#readChunkSize(bytes);
    if (this.#state === UNTIL_CLOSE) {
      this.#sink.content(bytes);
      return bytes.length;
    }
    const size = Math.min(this.#left, bytes.length);
    this.#left -= size;
    this.#sink.content(bytes.subarray(0, size));
    if (this.#left === 0) {
      if (this.#state === LENGTH) this.#finish();
      else this.#state = CHUNK_SIZE;
    }
    return size;
  }

  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    const [line = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
    const fields = lines.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    });
    const status = Number(line.slice(9, 12));
    this.#sink.head(status, line.slice(13), fields);
    // RFC 9110 §15.2: interim answers end with their head, and another follows; after a 101 comes another protocol.
    if (status >= 200 || status === 101) this.#chooseFraming(status, fields);
    return end + 4;
  }

  #chooseFraming(status: number, fields: readonly (readonly [string, string])[]): void {
    const value = (name: string): string | undefined => fields.find(([other]) => other.toLowerCase() === name)?.[1];
    const length = value("content-length");
    if (status === 101) this.#state = UNTIL_CLOSE;
    else if (this.#toHead || hasNoContent(status) || length === "0") this.#finish();
    else if (value("transfer-encoding") !== undefined) this.#state = CHUNK_SIZE;
    else if (length === undefined) this.#state = UNTIL_CLOSE;
    else {
      this.#left = Number(length);
      this.#state = LENGTH;
    }
  }

  #readChunkSize(bytes: Buffer): number {
    // The line end of the chunk before comes first, except before the first.
    const start = bytes[0] === 0x0d ? 2 : 0;
    const end = bytes.indexOf("\r\n", start);
    if (end < 0) return 0;
    const size = Number.parseInt(bytes.toString("latin1", start, end), 16);
    if (size === 0) {
      if (bytes.length < end + 4) return 0;
      this.#finish();
      return end + 4;
    }
    this.#left = size;
    this.#state = CHUNK;
    return end + 2;
  }

  #finish(): void {
    this.#state = DONE;
    this.#sink.complete();
  }
}
