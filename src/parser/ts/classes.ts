/**
 * Which bytes may stand where: one table of 256 entries per rule of the grammar, and the single bytes by name. Nothing here
 * knows of positions, lines or errors.
 */
const DIGITS = "0123456789";
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DQUOTE = 0x22;
export const PERCENT = 0x25;
export const ASTERISK = 0x2a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const DIGIT_0 = 0x30;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const QUESTION = 0x3f;
export const BRACKET_OPEN = 0x5b;
export const BACKSLASH = 0x5c;
export const BRACKET_CLOSE = 0x5d;

function classOf(characters: string, ...ranges: readonly (readonly [number, number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = 1;
  for (const [first, last] of ranges) table.fill(1, first, last + 1);
  return table;
}

function without(table: Uint8Array, characters: string): Uint8Array {
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = 0;
  return table;
}

/**
 * RFC 9110 §5.6.2: `tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT /
 * ALPHA`.
 */
export const TCHAR: Uint8Array = classOf("!#$%&'*+-.^_`|~" + DIGITS + LETTERS);

/** Of the bytes of a target: above 0x7F. */
export const RAW = 4;

/**
 * What a request target may be made of; 0 for any other byte. Looser than the RFC: RFC 3986 has only visible ASCII without
 * `" < > { } | \ ^` and the backtick, but browsers and programs send these, and bytes above 0x7F, as they are
 * (https://url.spec.whatwg.org/#percent-encoded-bytes).
 */
export const TARGET: Uint8Array = without(classOf("", [0x21, 0x7e]), "#").fill(1 | RAW, 0x80);

/** The bytes of a path: those of TARGET but the `?`, and the percent with ESCAPE set besides. */
export const ESCAPE = 2;
export const PATH: Uint8Array = without(Uint8Array.from(TARGET), "?");
PATH[PERCENT] = 1 | ESCAPE;

/** RFC 9110 §5.5: `field-vchar = VCHAR / obs-text`, and the SP and HTAB between them; also the bytes of a reason phrase. */
export const VALUE: Uint8Array = classOf("\t", [0x20, 0x7e], [0x80, 0xff]);

/** RFC 9110 §5.6.4: `qdtext = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text`. */
export const QDTEXT: Uint8Array = without(classOf("\t", [0x20, 0x7e], [0x80, 0xff]), '"\\');

/**
 * RFC 3986 §3.2.2: `reg-name = *( unreserved / pct-encoded / sub-delims )`, the percent aside. Stricter than the RFC: no
 * comma, because a Host with one is two Host lines that somebody has joined.
 */
export const REG_NAME: Uint8Array = classOf("-._~!$&'()*+;=" + DIGITS + LETTERS);

/** RFC 3986 §2.3: `unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"`. */
export const UNRESERVED: Uint8Array = classOf("-._~" + DIGITS + LETTERS);

/** What stands between the brackets of an IPv6address, RFC 3986 §3.2.2, without its inner structure. */
export const IP_LITERAL: Uint8Array = classOf(":.abcdefABCDEF" + DIGITS);

/** The value of a HEXDIG, 16 for any other byte. */
export const HEX: Uint8Array = new Uint8Array(256).fill(16);
for (let i = 0; i < 10; i++) HEX[DIGIT_0 + i] = i;
for (let i = 0; i < 6; i++) HEX[0x41 + i] = HEX[0x61 + i] = 10 + i;

export function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_0 + 9;
}

/** Every byte as it is, upper-case letters as lower-case ones. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
