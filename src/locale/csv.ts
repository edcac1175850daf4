/**
 * Comma-separated values as Python's `csv` reads them in its "excel" dialect: cells in quotes may hold commas, lines and doubled quotes;
 * a quote within a cell that does not begin with one is a quote. RFC 4180 with nothing refused. And the text of a file that may begin
 * with a byte order mark. Knows nothing of translations.
 */
import { decodeText } from "../escape/text.ts";

export interface CsvRow {
  readonly cells: readonly string[];
  /** Of its first character, from 1. */
  readonly line: number;
}

/** The rows of a text, empty lines left out. */
export function* parseCsv(text: string): Generator<CsvRow> {
  const source = text.replace(/\r\n?/g, "\n");
  let line = 1;
  for (let at = 0; at < source.length;) {
    const start = at;
    const cells: string[] = [];
    for (;;) {
      const cell = cellAt(source, at);
      cells.push(cell.text);
      at = cell.end + 1;
      if (source.charAt(cell.end) !== ",") break;
    }
    if (at - start > 1) yield { cells, line };
    for (let end = source.indexOf("\n", start); end >= 0 && end < at; end = source.indexOf("\n", end + 1)) line++;
  }
}

/** The cell that begins at a place; `end` is that of the comma or line end after it. */
function cellAt(source: string, start: number): { readonly text: string; readonly end: number } {
  let text = "";
  let at = start;
  if (source.charAt(at) === '"') {
    at++;
    for (;;) {
      const quote = source.indexOf('"', at);
      if (quote < 0) return { text: text + source.slice(at), end: source.length };
      text += source.slice(at, quote);
      at = quote + 1;
      if (source.charAt(at) !== '"') break;
      text += '"';
      at++;
    }
  }
  // The quotes are closed, or never were opened: from here to the end of the cell a quote is a character.
  let end = at;
  while (end < source.length && source.charAt(end) !== "," && source.charAt(end) !== "\n") end++;
  return { text: text + source.slice(at, end), end };
}

/**
 * The text of a file, without the byte order mark it may begin with. Without an encoding, the mark decides between UTF-16 and UTF-8,
 * which it is without one as well; it also tells the byte order of `utf-16`.
 *
 * @throws LandspoutError on bytes that are not in the encoding, UsageError on an unknown encoding
 */
export function decodeWithMark(bytes: Uint8Array, encoding?: string): string {
  let actual = encoding ?? "utf-8";
  if (encoding === undefined || /^utf-?16$/i.test(encoding)) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) actual = "utf-16le";
    if (bytes[0] === 0xfe && bytes[1] === 0xff) actual = "utf-16be";
  }
  return decodeText(bytes, actual).replace(/^\ufeff/, "");
}
