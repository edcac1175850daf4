/**
 * Reads heads of responses (RFC 9112 §4, §5) with the parser, out of its memory: what a client of any protocol on top of HTTP/1 begins with.
 * It bounds them, and knows no content: for that there is `responseFraming`.
 */
import { memoryOf } from "../../net/parser-memory.ts";
import type { ParserMemory } from "../../net/parser-memory.ts";
import {
  T_CONTENT_LENGTH_HI,
  T_CONTENT_LENGTH_LO,
  T_FLAGS,
  T_MINOR,
  T_REASON_END,
  T_REASON_START,
  T_RESUME,
  T_STATUS,
} from "../../parser/abi.ts";
import { fieldLines } from "../../parser/field-lines.ts";
import type { HttpParser } from "../../parser/types.ts";
import { LimitError } from "../message/errors.ts";
import { syntaxError } from "./error-response.ts";

export interface ResponseHead {
  /** Bytes of the head, with its empty line. */
  readonly size: number;
  readonly status: number;
  readonly reason: string;
  /** The y of HTTP/1.y. */
  readonly minor: number;
  /** The parser's facts (F_ in ../../parser/abi.ts). */
  readonly flags: number;
  /** Of a valid Content-Length, else 0. */
  readonly contentLength: number;
  /** Names and values in turn, as sent. */
  readonly fields: string[];
}

/** RFC 9110 §15.2: interim responses (1xx) come before the final one; 101 is one only in its number. */
export const isInterim = (status: number): boolean => status < 200 && status !== 101;

export class ResponseHeadReader {
  readonly #parser: HttpParser;
  readonly #memory: ParserMemory;
  readonly #maxSize: number;
  readonly #maxFields: number;
  /** Of the heads before: interim responses count too. */
  #seen = 0;
  #hint = 0;

  /**
   * @param maxSize Bytes of all heads this reader reads.
   * @param maxFields Field lines of one head; at most MAX_FIELDS.
   */
  constructor(parser: HttpParser, maxSize: number, maxFields: number) {
    this.#parser = parser;
    this.#memory = memoryOf(parser);
    this.#maxSize = maxSize;
    this.#maxFields = maxFields;
  }

  /**
   * The head that begins at `start` of the parser's memory; undefined where it is not complete: call again with the same bytes and more.
   * @throws RemoteProtocolError where it is malformed, LimitError where it is too large.
   */
  read(start: number, end: number): ResponseHead | undefined {
    const { table } = this.#parser;
    const size = this.#parser.parseResponseHead(start, end, this.#hint, this.#maxFields);
    if (size < 0) throw syntaxError(-size);
    if (this.#seen + (size === 0 ? end - start : size) > this.#maxSize)
      throw new LimitError(
        "ERR_LANDSPOUT_HEADER_SIZE",
        `The response head is larger than ${this.#maxSize} bytes.`,
        502,
        this.#maxSize,
      );
    if (size === 0) {
      this.#hint = table[T_RESUME] as number;
      return undefined;
    }
    this.#hint = 0;
    this.#seen += size;
    const text = this.#memory.latin1Slice(start, start + size);
    return {
      size,
      status: table[T_STATUS] as number,
      reason: text.slice((table[T_REASON_START] as number) - start, (table[T_REASON_END] as number) - start),
      minor: table[T_MINOR] as number,
      flags: table[T_FLAGS] as number,
      contentLength: (table[T_CONTENT_LENGTH_HI] as number) * 0x1_0000_0000 + (table[T_CONTENT_LENGTH_LO] as number),
      fields: fieldLines(table, text, start),
    };
  }
}
