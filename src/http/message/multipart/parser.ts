/**
 * multipart/form-data, pushed: bytes in, parts out (RFC 7578, RFC 2046 §5.1), the same ones however the bytes are cut. It keeps
 * nothing but an unfinished head and a number: how much of a delimiter ends the bytes seen. Knows no request and no promise.
 *
 *   multipart-body := [preamble CRLF] dash-boundary transport-padding CRLF body-part *encapsulation
 *                     close-delimiter transport-padding [CRLF epilogue]
 *   encapsulation := delimiter transport-padding CRLF body-part
 *   delimiter := CRLF "--" boundary;   close-delimiter := delimiter "--"
 *   body-part := MIME-part-headers [CRLF *OCTET]
 *
 * Stricter than the RFC: lines end with CRLF, a delimiter is followed by what the grammar says or the content is refused (the RFC lets
 * other lines that begin like a delimiter pass for one), and field lines are not folded.
 */
import { Buffer } from "node:buffer";
import { sharedParser } from "../../../parser/choose.ts";
import { SCRATCH, T_RESUME } from "../../../parser/abi.ts";
import { parseError } from "../../../parser/errors.ts";
import { fieldLines } from "../../../parser/field-lines.ts";
import { putScratch } from "../../../parser/memory.ts";
import { memoryOf } from "../../../net/parser-memory.ts";
import type { ParserMemory } from "../../../net/parser-memory.ts";
import type { HttpParser } from "../../../parser/types.ts";
import { LimitError } from "../errors.ts";
import { boundaryError, delimiterOf } from "./boundary.ts";
import { MAX_PART_FIELDS, resolveMultipartLimits } from "./options.ts";
import type { MultipartLimits, MultipartOptions } from "./options.ts";
import { multipartError, readPartHead } from "./part-head.ts";
import type { PartHead } from "./part-head.ts";
import { findBeginning, findDelimiter } from "./scan.ts";

/** Told of the parts in order: `partBegin`, `partData` any number of times, `partEnd`. */
export interface MultipartSink {
  partBegin(head: PartHead): void;
  /** Never empty; a view of the bytes fed, where they were not cut within a delimiter. */
  partData(bytes: Buffer): void;
  partEnd(): void;
}

// What comes next.
const PREAMBLE = 0;
/** Right behind a delimiter: `--`, padding or CRLF. */
const DELIMITED = 1;
const DELIMITED_DASH = 2;
const DELIMITED_PADDING = 3;
const DELIMITED_CR = 4;
const HEAD = 5;
const DATA = 6;
/** Behind `--` of the close-delimiter: padding, CRLF, or the end. */
const CLOSED = 7;
const CLOSED_CR = 8;
const EPILOGUE = 9;

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

/** First bytes to look at for the end of a head; most are shorter. */
const FIRST_WINDOW = 512;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class MultipartParser {
  private readonly sink: MultipartSink;
  private readonly limits: MultipartLimits;
  private readonly parser: HttpParser;
  private readonly memory: ParserMemory;
  private readonly delimiter: Buffer;
  private state = PREAMBLE;
  /** Bytes of the delimiter that end what was seen; the CRLF in front of the first one is thought. */
  private held = 2;
  /** How many of them are no data if they turn out to be no delimiter: a CRLF that was thought, or that ended the head. */
  private ghost = 2;
  /** An unfinished head, `carried` bytes of it, and the parser's hint. */
  private carry: Buffer | undefined = undefined;
  private carried = 0;
  private hint = 0;
  private preambleSize = 0;
  private padding = 0;
  private parts = 0;
  private isFile = false;
  private partSize = 0;
  private totalFieldSize = 0;
  private error: unknown = undefined;

  /** @throws RemoteProtocolError (400) on a boundary that is none, UsageError on a wrong option. */
  constructor(boundary: string, sink: MultipartSink, options?: MultipartOptions) {
    this.delimiter = delimiterOf(boundary);
    this.sink = sink;
    this.limits = resolveMultipartLimits(options);
    this.parser = options?.parser ?? sharedParser().parser;
    this.memory = memoryOf(this.parser);
  }

  /** The close-delimiter has been seen. */
  get complete(): boolean {
    return this.state >= CLOSED;
  }

  /** The next bytes. @throws RemoteProtocolError (400, 413) on the first defect, and again from then on. */
  feed(chunk: Uint8Array): void {
    if (this.error !== undefined) throw this.error;
    try {
      this.run(chunk instanceof Buffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  /** No bytes follow. @throws RemoteProtocolError (400) where the close-delimiter is missing. */
  end(): void {
    if (this.error !== undefined) throw this.error;
    if (this.complete) return;
    this.error = boundaryError("no final boundary found");
    throw this.error;
  }

  private run(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.state === PREAMBLE || this.state === DATA) at = this.search(bytes, at);
      else if (this.state === HEAD) at = this.readHead(bytes, at);
      else if (this.state === EPILOGUE) return;
      else this.afterDelimiter(bytes[at++] as number);
    }
  }

  /** Looks for the delimiter from `at`; what is none of it is data. Returns the offset reached. */
  private search(bytes: Buffer, at: number): number {
    const { delimiter } = this;
    const { length } = delimiter;
    let i = at;
    if (this.held > 0) {
      let { held } = this;
      while (i < bytes.length && held < length && bytes[i] === delimiter[held]) {
        i++;
        held++;
      }
      this.held = held;
      if (held === length) return this.delimited(i);
      if (i === bytes.length) return i;
      i -= this.releaseHeld(i - at);
    }
    const found = findDelimiter(this.parser, bytes, i, delimiter);
    const end = found < 0 ? findBeginning(bytes, i, delimiter) : found;
    if (end > i) this.data(bytes.subarray(i, end));
    if (found >= 0) return this.delimited(found + length);
    this.held = bytes.length - end;
    return bytes.length;
  }

  /**
   * What was held is no delimiter but data. Returns how many bytes to go back for it: where the last `seen` bytes do not hold all of
   * it, none, and it is given out as a copy (whoever gets it may write to it).
   */
  private releaseHeld(seen: number): number {
    const { held, ghost } = this;
    this.held = this.ghost = 0;
    if (held - ghost <= seen) return held - ghost;
    this.data(Buffer.from(this.delimiter.subarray(ghost, held)));
    return 0;
  }

  private data(bytes: Buffer): void {
    const { limits } = this;
    if (this.state === PREAMBLE) {
      // Stricter than the RFC: a preamble is short. No client sends one; a wrong boundary is noticed before the last gigabyte.
      this.preambleSize += bytes.length;
      if (this.preambleSize > limits.maxPartHeaderSize) throw boundaryError("no boundary at the start of the content");
      return;
    }
    this.partSize += bytes.length;
    if (this.isFile) {
      if (this.partSize > limits.maxFileSize) throw tooLarge("FILE_SIZE", "A file", limits.maxFileSize);
    } else {
      this.totalFieldSize += bytes.length;
      if (this.partSize > limits.maxFieldSize) throw tooLarge("FIELD_SIZE", "A field", limits.maxFieldSize);
      if (this.totalFieldSize > limits.maxTotalFieldSize) {
        throw tooLarge("FIELD_SIZE", "All fields together", limits.maxTotalFieldSize);
      }
    }
    this.sink.partData(bytes);
  }

  private delimited(at: number): number {
    this.held = this.ghost = 0;
    const wasData = this.state === DATA;
    this.state = DELIMITED;
    this.padding = 0;
    if (wasData) this.sink.partEnd();
    return at;
  }

  /** One byte behind a delimiter, up to the head of a part or the epilogue. */
  private afterDelimiter(byte: number): void {
    const { state } = this;
    const closed = state >= CLOSED;
    // transport-padding := *LWSP-char
    if ((byte === 0x20 || byte === 0x09) && (state === DELIMITED || state === DELIMITED_PADDING || state === CLOSED)) {
      if (!closed) this.state = DELIMITED_PADDING;
      if (++this.padding > this.limits.maxPartHeaderSize) throw headTooLarge(this.limits);
    } else if (byte === DASH && state === DELIMITED) this.state = DELIMITED_DASH;
    else if (byte === DASH && state === DELIMITED_DASH) this.state = CLOSED;
    else if (byte === CR && (state === DELIMITED || state === DELIMITED_PADDING)) this.state = DELIMITED_CR;
    else if (byte === LF && state === DELIMITED_CR) this.beginHead();
    else if (byte === CR && state === CLOSED) this.state = CLOSED_CR;
    else if (byte === LF && state === CLOSED_CR) this.state = EPILOGUE;
    else throw boundaryError("a boundary is followed by something else than a line end");
  }

  private beginHead(): void {
    this.state = HEAD;
    const { maxParts } = this.limits;
    if (++this.parts > maxParts) {
      throw new LimitError(
        "ERR_LANDSPOUT_MULTIPART_PARTS",
        `multipart/form-data has too many parts: more than ${maxParts}.`,
        400,
        maxParts,
      );
    }
  }

  /** Reads field lines with the parser, in SCRATCH; they end with an empty line. Returns the offset reached. */
  private readHead(bytes: Buffer, at: number): number {
    const { parser, carried, limits } = this;
    const { maxPartHeaderSize } = limits;
    const rest = bytes.length - at;
    if (this.carry !== undefined && carried > 0) putScratch(parser, 0, this.carry, 0, carried);
    for (let window = FIRST_WINDOW; ; window *= 4) {
      // One byte over the limit is enough to see that it is crossed.
      const taken = Math.min(window, rest, maxPartHeaderSize + 1 - carried);
      const size = carried + taken;
      const end = putScratch(parser, carried, bytes, at, at + taken);
      const used = parser.parseTrailers(SCRATCH, end, this.hint, MAX_PART_FIELDS);
      if (used < 0) {
        const { message } = parseError(-used);
        throw multipartError("ERR_LANDSPOUT_MULTIPART_HEADER", `The header of a part is malformed. ${message}`);
      }
      if (used > maxPartHeaderSize || (used === 0 && size > maxPartHeaderSize)) throw headTooLarge(limits);
      if (used > 0) {
        this.carried = this.hint = 0;
        this.beginPart(used);
        return at + used - carried;
      }
      this.hint = parser.table[T_RESUME] as number;
      if (taken === rest) {
        this.keepHead(bytes.subarray(at), size);
        return bytes.length;
      }
    }
  }

  /** Keeps the bytes of an unfinished head, now `size` of them. */
  private keepHead(bytes: Buffer, size: number): void {
    let { carry } = this;
    if (carry === undefined || carry.length < size) {
      carry = Buffer.allocUnsafe(Math.max(FIRST_WINDOW, size * 2));
      if (this.carry !== undefined) carry.set(this.carry.subarray(0, this.carried));
      this.carry = carry;
    }
    carry.set(bytes, this.carried);
    this.carried = size;
  }

  /** The table holds the field lines, of `size` bytes with the empty line. */
  private beginPart(size: number): void {
    const lines = fieldLines(this.parser.table, this.memory.latin1Slice(SCRATCH, SCRATCH + size), SCRATCH);
    for (let i = 1; i < lines.length; i += 2) lines[i] = fromUtf8(lines[i] as string);
    const head = readPartHead(lines, this.limits);
    this.state = DATA;
    this.isFile = head.isFile;
    this.partSize = 0;
    // `body-part := MIME-part-headers [CRLF *OCTET]`: the empty line may belong to the delimiter of a part without content.
    this.held = this.ghost = 2;
    this.sink.partBegin(head);
  }
}

/** RFC 7578 §5.1: field values are UTF-8 where they are not ASCII. @param value One character for each byte. */
function fromUtf8(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  try {
    return decoder.decode(Buffer.from(value, "latin1"));
  } catch {
    throw multipartError("ERR_LANDSPOUT_MULTIPART_HEADER", "The header of a part is not UTF-8.");
  }
}

const headTooLarge = ({ maxPartHeaderSize }: MultipartLimits): LimitError =>
  new LimitError(
    "ERR_LANDSPOUT_MULTIPART_HEADER_SIZE",
    `The header of a part is larger than ${maxPartHeaderSize} bytes.`,
    400,
    maxPartHeaderSize,
  );

const tooLarge = (code: "FILE_SIZE" | "FIELD_SIZE", what: string, limit: number): LimitError =>
  new LimitError(
    code === "FILE_SIZE" ? "ERR_LANDSPOUT_MULTIPART_FILE_SIZE" : "ERR_LANDSPOUT_MULTIPART_FIELD_SIZE",
    `${what} of the form would be larger than ${limit} bytes.`,
    413,
    limit,
  );
