/**
 * One request head after the parser: the facts as numbers, the bytes as one string, and no further string before somebody
 * asks. The string is shared by all requests of one read; offsets are relative to it.
 *
 * Field lines come from the parser's table while it still holds this head (`epoch`), later from the text, which has been
 * validated and is only split.
 */
import {
  F_PATH_ESCAPED,
  F_TARGET_RAW,
  FORM_ABSOLUTE,
  T_AUTHORITY_END,
  T_AUTHORITY_START,
  T_EPOCH,
  T_FLAGS,
  T_HOST_END,
  T_HOST_START,
  T_KNOWN,
  T_KNOWN_HI,
  T_METHOD,
  T_METHOD_START,
  T_MINOR,
  T_PATH_END,
  T_PATH_START,
  T_TARGET_END,
  T_TARGET_FORM,
  T_TARGET_START,
} from "../../parser/abi.ts";
import { fieldLines } from "../../parser/field-lines.ts";
import { METHOD_NAMES } from "../../parser/names.ts";
import type { HttpParser } from "../../parser/types.ts";
import { asciiTarget, isStrictTarget } from "../message/target.ts";
import type { RequestFacts } from "../interfaces.ts";

export class RequestHead implements RequestFacts {
  private readonly parser: HttpParser;
  /** T_EPOCH of this head, as a signed number, which needs no memory of its own. */
  private readonly epoch: number;
  /** Bytes of the read (or of the head alone) as latin1, and the memory offset of its first character. */
  private readonly text: string;
  private readonly base: number;
  /** End of the head, as an offset in `text`. */
  private readonly textEnd: number;
  readonly flags: number;
  readonly minor: number;
  readonly form: number;
  private readonly methodId: number;
  private readonly methodStart: number;
  private readonly targetStart: number;
  private readonly targetEnd: number;
  private readonly pathStart: number;
  private readonly pathEnd: number;
  private readonly hostStart: number;
  private readonly hostEnd: number;
  private readonly knownLow: number;
  private readonly knownHigh: number;

  /** Reads the table, which must hold this head now. `end`: offset in memory behind the head. */
  constructor(parser: HttpParser, text: string, base: number, end: number) {
    const table = parser.table;
    this.parser = parser;
    this.epoch = (table[T_EPOCH] as number) | 0;
    this.text = text;
    this.base = base;
    this.textEnd = end - base;
    this.flags = table[T_FLAGS] as number;
    this.minor = table[T_MINOR] as number;
    this.form = table[T_TARGET_FORM] as number;
    this.methodId = table[T_METHOD] as number;
    this.methodStart = (table[T_METHOD_START] as number) - base;
    this.targetStart = (table[T_TARGET_START] as number) - base;
    this.targetEnd = (table[T_TARGET_END] as number) - base;
    this.pathStart = (table[T_PATH_START] as number) - base;
    this.pathEnd = (table[T_PATH_END] as number) - base;
    const absolute = this.form === FORM_ABSOLUTE;
    this.hostStart = (table[absolute ? T_AUTHORITY_START : T_HOST_START] as number) - base;
    this.hostEnd = (table[absolute ? T_AUTHORITY_END : T_HOST_END] as number) - base;
    // Likewise signed.
    this.knownLow = (table[T_KNOWN] as number) | 0;
    this.knownHigh = (table[T_KNOWN_HI] as number) | 0;
  }

  get id(): number {
    return this.methodId;
  }

  get method(): string {
    if (this.methodId !== 0) return METHOD_NAMES[this.methodId] as string;
    // A method unknown to the parser ends before the space in front of the target.
    return this.text.substring(this.methodStart, this.targetStart - 1);
  }
  /** The request target as sent (Tornado calls it the path of the start line), bytes above 0x7F percent-encoded. */
  get path(): string {
    return this.target(this.targetStart, this.targetEnd);
  }
  /** The path of the target alone, likewise; `/` where an absolute-form target has none. */
  get targetPath(): string {
    if (this.pathStart === this.pathEnd) return this.form === FORM_ABSOLUTE ? "/" : "";
    return this.target(this.pathStart, this.pathEnd);
  }
  /** What follows the `?`, likewise, or "". */
  get query(): string {
    return this.pathEnd === this.targetEnd ? "" : this.target(this.pathEnd + 1, this.targetEnd);
  }
  /** In ASCII, whatever bytes it was sent with. */
  private target(start: number, end: number): string {
    const text = this.text.substring(start, end);
    return (this.flags & F_TARGET_RAW) === 0 ? text : asciiTarget(text);
  }
  /** Whether the target holds only bytes that RFC 3986 allows in a URI. `[` and `]` are not looked at any further. */
  get isStrict(): boolean {
    return (this.flags & F_TARGET_RAW) === 0 && isStrictTarget(this.path);
  }
  get version(): string {
    return this.minor === 1 ? "HTTP/1.1" : `HTTP/1.${this.minor}`;
  }
  /** RFC 9112 §3.2.2: the authority of an absolute-form target replaces Host. Undefined where there is neither. */
  get host(): string | undefined {
    return this.hostStart < 0 ? undefined : this.text.substring(this.hostStart, this.hostEnd);
  }
  get pathEscaped(): boolean {
    return (this.flags & (F_PATH_ESCAPED | F_TARGET_RAW)) !== 0;
  }
  get targetLength(): number {
    return this.targetEnd - this.targetStart;
  }

  /** Whether a field of that well-known id (H_ in ../parser/abi.ts) was sent. */
  knows(id: number): boolean {
    return (((id < 32 ? this.knownLow : this.knownHigh) >>> (id & 31)) & 1) === 1;
  }

  /** HeaderSource: names and values in turn. */
  readFields(): string[] {
    return ((this.parser.table[T_EPOCH] as number) | 0) === this.epoch
      ? fieldLines(this.parser.table, this.text, this.base)
      : this.fieldsOfText();
  }

  private fieldsOfText(): string[] {
    const { text, textEnd } = this;
    const lines: string[] = [];
    let start = text.indexOf("\r\n", this.targetEnd) + 2;
    while (start < textEnd) {
      const end = text.indexOf("\r\n", start);
      if (end <= start) break;
      const colon = text.indexOf(":", start);
      let from = colon + 1;
      let to = end;
      while (from < to && isBlank(text.charCodeAt(from))) from++;
      while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
      lines.push(text.substring(start, colon), text.substring(from, to));
      start = end + 2;
    }
    return lines;
  }
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
