/**
 * `HTTPHeaders`: an ordered list of field lines, looked up without regard to case. Names keep the letters they were given.
 *
 * A list received from a client is not built before somebody reads it: it starts as a `HeaderSource`, which knows how to
 * make the lines.
 */
import { UsageError } from "../../errors.ts";
import { checkedFieldValue, checkFieldName } from "./field-text.ts";
import type { HeaderValue } from "./field-text.ts";

export type { HeaderValue } from "./field-text.ts";

/** Makes the field lines of a received message when they are first asked for. */
export interface HeaderSource {
  /** Names and values in turn: name, value, name, value, … */
  readFields(): string[];
}

export class HTTPHeaders {
  /** Names and values in turn. */
  private lines: string[] | undefined;
  /** Makes the lines, again if need be, as long as they are unchanged. */
  private source: HeaderSource | undefined;

  /** @param init Pairs, a plain object, or other headers (copied). */
  constructor(
    init?: Iterable<readonly [string, HeaderValue]> | { readonly [name: string]: HeaderValue } | HTTPHeaders,
  ) {
    this.lines = undefined;
    this.source = undefined;
    if (init === undefined) return;
    if (init instanceof HTTPHeaders) this.lines = init.all().slice();
    else if (Symbol.iterator in init)
      for (const [name, value] of init as Iterable<readonly [string, HeaderValue]>) this.add(name, value);
    else for (const [name, value] of Object.entries(init)) this.add(name, value);
  }

  /** Headers whose lines are made by `source` when first needed. */
  static from(source: HeaderSource): HTTPHeaders {
    const headers = new HTTPHeaders();
    headers.source = source;
    return headers;
  }

  private all(): string[] {
    let lines = this.lines;
    if (lines === undefined) this.lines = lines = this.source?.readFields() ?? [];
    return lines;
  }
  /** The lines, to be changed: from now on they are not what the source would make of them. */
  private own(): string[] {
    const lines = this.all();
    this.source = undefined;
    return lines;
  }
  /** Gives up lines that can be made again, to save memory while nobody reads them. */
  forgetLines(): void {
    if (this.source !== undefined) this.lines = undefined;
  }

  /** Index of the first line of that name at or after `from`, or -1. */
  private find(name: string, from: number): number {
    const lines = this.all();
    const length = name.length;
    let lower = "";
    for (let i = from; i < lines.length; i += 2) {
      const other = lines[i] as string;
      if (other.length !== length) continue;
      if (other === name) return i;
      if (lower === "") lower = name.toLowerCase();
      if (other.toLowerCase() === lower) return i;
    }
    return -1;
  }

  /** The value; several lines of the name joined with a comma. Undefined where there is none. */
  get(name: string): string | undefined {
    const first = this.find(name, 0);
    if (first < 0) return undefined;
    const lines = this.all();
    const next = this.find(name, first + 2);
    if (next < 0) return lines[first + 1];
    const values = [lines[first + 1] as string];
    for (let i = next; i >= 0; i = this.find(name, i + 2)) values.push(lines[i + 1] as string);
    return values.join(",");
  }

  /** The values of all lines of the name, in order. */
  getList(name: string): string[] {
    const values: string[] = [];
    for (let i = this.find(name, 0); i >= 0; i = this.find(name, i + 2)) values.push(this.all()[i + 1] as string);
    return values;
  }

  has(name: string): boolean {
    return this.find(name, 0) >= 0;
  }

  /** Appends a line. @throws UsageError on a name that is no token or a value with control characters. */
  add(name: string, value: HeaderValue): void {
    checkFieldName(name);
    this.own().push(name, checkedFieldValue(name, value));
  }

  /** Replaces all lines of the name by one, in the place of the first. Throws as `add` does. */
  set(name: string, value: HeaderValue): void {
    checkFieldName(name);
    const text = checkedFieldValue(name, value);
    const lines = this.own();
    const first = this.find(name, 0);
    if (first < 0) {
      lines.push(name, text);
      return;
    }
    lines[first] = name;
    lines[first + 1] = text;
    this.removeFrom(first + 2, name);
  }

  delete(name: string): void {
    this.removeFrom(0, name);
  }

  /** Removes the lines of the name at and after `from`, in one pass. */
  private removeFrom(from: number, name: string): void {
    let next = this.find(name, from);
    if (next < 0) return;
    const lines = this.own();
    let kept = next;
    for (let i = next; i < lines.length; i += 2) {
      if (i === next) next = this.find(name, i + 2);
      else {
        lines[kept++] = lines[i] as string;
        lines[kept++] = lines[i + 1] as string;
      }
    }
    lines.length = kept;
  }

  /**
   * Adds a line `Name: value`, with or without its line end; an empty line adds nothing.
   * @throws UsageError on a line that is no field. Folded lines (obsolete, RFC 9112 §5.2) are not understood.
   */
  parseLine(line: string): void {
    const text = line.replace(/\r?\n$/, "");
    if (text === "") return;
    const colon = text.indexOf(":");
    if (colon < 0) throw new UsageError("ERR_LANDSPOUT_HEADER_NAME", `${JSON.stringify(text)} has no colon`);
    this.add(text.slice(0, colon), text.slice(colon + 1));
  }

  /** Headers of lines of text, up to the first empty one. @throws UsageError on a line that is no field. */
  static parse(text: string): HTTPHeaders {
    const headers = new HTTPHeaders();
    for (const line of text.split(/\r?\n/)) {
      if (line === "") break;
      headers.parseLine(line);
    }
    return headers;
  }

  /** Ordered `[name, value]` pairs with the names as sent. */
  getAll(): [string, string][] {
    const lines = this.all();
    const pairs: [string, string][] = [];
    for (let i = 0; i < lines.length; i += 2) pairs.push([lines[i] as string, lines[i + 1] as string]);
    return pairs;
  }

  /** Names and values in turn, as a list of the caller's own. */
  toLines(): string[] {
    return this.all().slice();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.getAll().values();
  }

  /** Number of lines. */
  get size(): number {
    return this.all().length / 2;
  }

  copy(): HTTPHeaders {
    return new HTTPHeaders(this);
  }

  /** `Name: value CRLF` for every line, as it goes out. */
  toWire(): string {
    const lines = this.all();
    let text = "";
    for (let i = 0; i < lines.length; i += 2) text += `${lines[i]}: ${lines[i + 1]}\r\n`;
    return text;
  }

  toString(): string {
    return this.toWire().replaceAll("\r\n", "\n");
  }
}
