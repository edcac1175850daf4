/**
 * The one table that turns a parser's error code into a name, a sentence and an HTTP status. `docs/errors.md` lists the same
 * entries; a test walks both.
 */
import * as abi from "./abi.ts";

export interface ParseErrorEntry {
  /** Stable name, `ERR_LANDSPOUT_…`. */
  readonly code: string;
  /** What was wrong, for the log and for the answer. */
  readonly message: string;
  /** The status a server answers with. */
  readonly status: 400 | 431 | 505;
}

const entry = (code: string, message: string, status: 400 | 431 | 505 = 400): ParseErrorEntry => ({
  code: `ERR_LANDSPOUT_${code}`,
  message,
  status,
});

/** Indexed by the E_ codes of abi.ts. */
const TABLE: { readonly [code: number]: ParseErrorEntry } = {
  [abi.E_METHOD]: entry("METHOD", "The method is not a token followed by one space."),
  [abi.E_TARGET]: entry("TARGET", "The request target is empty or holds a control byte, a space or a `#`."),
  [abi.E_TARGET_FORM]: entry("TARGET_FORM", "The request target has none of the four forms that go with its method."),
  [abi.E_VERSION]: entry("VERSION", "The start line does not carry a well-formed HTTP version in its place."),
  [abi.E_VERSION_UNSUPPORTED]: entry("VERSION_UNSUPPORTED", "Only HTTP/1.0 and HTTP/1.1 are spoken here.", 505),
  [abi.E_BARE_CR]: entry("BARE_CR", "A carriage return is not followed by a line feed."),
  [abi.E_BARE_LF]: entry("BARE_LF", "A line ends with a line feed alone."),
  [abi.E_FIELD_NAME]: entry("FIELD_NAME", "A field name is empty or not a token."),
  [abi.E_SPACE_BEFORE_COLON]: entry("SPACE_BEFORE_COLON", "White space stands between a field name and its colon."),
  [abi.E_NO_COLON]: entry("NO_COLON", "A field line has no colon."),
  [abi.E_FIELD_VALUE]: entry("FIELD_VALUE", "A field value holds a control character."),
  [abi.E_OBS_FOLD]: entry("OBS_FOLD", "A field line starts with white space (obsolete line folding)."),
  [abi.E_TOO_MANY_FIELDS]: entry("TOO_MANY_FIELDS", "The message has too many field lines.", 431),
  [abi.E_STATUS]: entry("STATUS", "The status code is not three digits between spaces."),
  [abi.E_REASON]: entry("REASON", "The reason phrase holds a control character."),
  [abi.E_CHUNK_SIZE]: entry("CHUNK_SIZE", "A chunk size is not a plain hexadecimal number."),
  [abi.E_CHUNK_OVERFLOW]: entry("CHUNK_OVERFLOW", "A chunk size is too large to be counted."),
  [abi.E_CHUNK_EXTENSION]: entry("CHUNK_EXTENSION", "A chunk extension is malformed."),
};

/** The entry of a code that a parse function returned negated. */
export function parseError(code: number): ParseErrorEntry {
  const found = TABLE[code];
  if (found === undefined) throw new RangeError(`no parser error has the code ${code}`);
  return found;
}

/** Every code that has an entry, ascending. */
export function parseErrorCodes(): number[] {
  return Object.keys(TABLE).map(Number);
}
