/** The line in front of a chunk: size, extensions, line end. */
import { E_BARE_CR, E_BARE_LF, E_CHUNK_EXTENSION, E_CHUNK_OVERFLOW, E_CHUNK_SIZE } from "../../../src/parser/abi.ts";
import type { ByteTable, Case } from "../_case.ts";

const SIZE = "RFC 9112 §7.1";
const EXT = "RFC 9112 §7.1.1";

const size = (text: string, value: number): Case => ({
  title: `§7.1 reads the chunk size ${text}`,
  rfc: SIZE,
  element: "chunk",
  input: `${text}\r\n`,
  expect: { size: value },
});

const refused = (title: string, input: string, error: number, at: number): Case => ({
  title: `§7.1 ${title}`,
  rfc: SIZE,
  element: "chunk",
  input,
  expect: { error, at },
});

const extension = (title: string, text: string): Case => ({
  title: `§7.1.1 ignores ${title}`,
  rfc: EXT,
  element: "chunk",
  input: `1f${text}\r\n`,
  expect: { size: 31 },
});

const badExtension = (title: string, text: string, at: number, error: number = E_CHUNK_EXTENSION): Case => ({
  title: `§7.1.1 rejects ${title}`,
  rfc: EXT,
  element: "chunk",
  input: `1f${text}\r\n`,
  expect: { error, at },
});

const waits = (title: string, input: string): Case => ({
  title: `§7.1 waits ${title}`,
  rfc: SIZE,
  element: "chunk",
  input,
  expect: { unfinished: 0 },
});

export const chunk: readonly Case[] = [
  size("0", 0),
  size("1", 1),
  size("9", 9),
  size("a", 10),
  size("A", 10),
  size("f", 15),
  size("F", 15),
  size("10", 16),
  size("fF", 255),
  size("1234", 4660),
  size("56789abc", 1450744508),
  size("DEF", 3567),
  size("00", 0),
  size("000", 0),
  size("0000000000000000000000000000000a", 10),
  size("ffffffff", 4294967295),
  size("100000000", 4294967296),
  size("123456789ab", 1250999896491),
  size("1fffffffffffff", 9007199254740991),
  size("00000000000001fffffffffffff", 9007199254740991),
  size("0".repeat(600), 0),
  {
    title: "§7.1 leaves the chunk's bytes alone",
    rfc: SIZE,
    element: "chunk",
    input: "5\r\nhello\r\n",
    expect: { consumed: 3, size: 5 },
  },
  refused("rejects 2^53 as chunk size", "20000000000000\r\n", E_CHUNK_OVERFLOW, 13),
  refused("rejects 2^53 after zeros as chunk size", "00020000000000000\r\n", E_CHUNK_OVERFLOW, 16),
  refused("rejects 2^64 as chunk size at the digit that is too much", "10000000000000000\r\n", E_CHUNK_OVERFLOW, 14),
  refused("rejects 2^64 + 5, which wraps to 5", "10000000000000005\r\n", E_CHUNK_OVERFLOW, 14),
  refused("rejects 2^32 times 2^32 + 1", "100000001\x30\x30\x30\x30\x30\x30\x30\x30\r\n", E_CHUNK_OVERFLOW, 14),
  refused("rejects fifteen Fs as chunk size", "fffffffffffffff\r\n", E_CHUNK_OVERFLOW, 13),
  refused("rejects an overflow before it looks at the next byte", "3fffffffffffff\0", E_CHUNK_OVERFLOW, 13),
  refused("rejects an empty chunk size", "\r\n", E_CHUNK_SIZE, 0),
  refused("rejects an empty chunk size with LF alone", "\n", E_CHUNK_SIZE, 0),
  refused("rejects an extension without a chunk size", ";a=b\r\n", E_CHUNK_SIZE, 0),
  refused("rejects a minus sign", "-1\r\n", E_CHUNK_SIZE, 0),
  refused("rejects a plus sign", "+1\r\n", E_CHUNK_SIZE, 0),
  refused("rejects a space before the chunk size", " 1\r\n", E_CHUNK_SIZE, 0),
  refused("rejects a tab before the chunk size", "\t1\r\n", E_CHUNK_SIZE, 0),
  refused("rejects the prefix 0x", "0x1\r\n", E_CHUNK_SIZE, 1),
  refused("rejects the prefix 0X", "0X1\r\n", E_CHUNK_SIZE, 1),
  refused("rejects an underscore", "1_a\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a letter beyond F", "1g\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a suffix h", "1h\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a space after the chunk size", "1 \r\n", E_CHUNK_SIZE, 1),
  refused("rejects a tab after the chunk size", "1\t\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a space between digits", "1 1\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a space before the semicolon", "1 ;a=b\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a fraction", "1.0\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a comma", "1,1\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a NUL after the chunk size", "1\0\r\n", E_CHUNK_SIZE, 1),
  refused("rejects a chunk size that ends with LF alone", "1\n", E_BARE_LF, 1),
  refused("rejects a chunk size that ends with CR alone", "1\rhello", E_BARE_CR, 1),
  refused("rejects a chunk size that ends with CR CR LF", "1\r\r\n", E_BARE_CR, 1),
  waits("for a chunk size", ""),
  waits("for more digits", "1f"),
  waits("for the LF", "1f\r"),
  waits("for the name of an extension", "1f;"),
  waits("in the name of an extension", "1f;ab"),
  waits("for the value of an extension", "1f;a="),
  waits("in the value of an extension", "1f;a=bc"),
  waits("in a quoted string", '1f;a="bc'),
  waits("in a quoted pair", '1f;a="bc\\'),
  waits("after a quoted string", '1f;a="bc"'),
  waits("for the LF after an extension", "1f;a=b\r"),

  extension("an extension without value", ";a"),
  extension("an extension with a token", ";a=b"),
  extension("an extension with an empty quoted string", ';a=""'),
  extension("an extension with a quoted string", ';a="b c\t\x80\xff~"'),
  extension("several extensions", ';a;b=c;d="e";f'),
  extension("an extension of all tchars", ";!#$%&'*+-.^_`|~09AZaz=!#$%&'*+-.^_`|~09AZaz"),
  extension("an escaped quote and backslash", ';a="\\"\\\\"'),
  extension("other escaped bytes", ';a="\\a\\\t\\ \\\x80\\;"'),
  extension("a semicolon within quotes", ';a="b;c=d;"'),
  extension("a long extension", `;a=${"b".repeat(3000)}`),
  extension("a long quoted string", `;a="${"b ".repeat(1500)}"`),
  badExtension("an empty extension", ";", 3),
  badExtension("an empty extension before another", ";;a", 3),
  badExtension("a semicolon at the end", ";a;", 5),
  badExtension("a space after the semicolon", "; a", 3),
  badExtension("a tab after the semicolon", ";\ta", 3),
  badExtension("a space after the name", ";a =b", 4),
  badExtension("a space after the equals sign", ";a= b", 5),
  badExtension("a space after the value", ";a=b ", 6),
  badExtension("a space before the next semicolon", ";a=b ;c", 6),
  badExtension("an empty value", ";a=", 5),
  badExtension("an empty value before another extension", ";a=;b", 5),
  badExtension("an extension without a name", ";=b", 3),
  badExtension("two equals signs", ";a==b", 5),
  badExtension("a value of two tokens with an equals sign", ";a=b=c", 6),
  badExtension("bytes after a quoted string", ';a="b"c', 8),
  badExtension("an equals sign after a quoted string", ';a="b"=c', 8),
  badExtension("a quotation mark in a token", ';a=b"c"', 6),
  badExtension("a quoted name", ';"a"=b', 3),
  badExtension("a control byte in a name", ";a\x01", 4),
  badExtension("a control byte in a quoted string", ';a="\x01"', 6),
  badExtension("a DEL in a quoted string", ';a="\x7f"', 6),
  badExtension("a control byte in a quoted pair", ';a="\\\x01"', 7),
  badExtension("a CR in a quoted string", ';a="\r\n"', 6),
  badExtension("a LF in a quoted string", ';a="\n"', 6),
  badExtension("a LF in a quoted pair", ';a="\\\n"', 7),
  badExtension("a LF after the name", ";a\nb", 4),
  badExtension("a LF after the value", ";a=b\nc", 6),
  badExtension("a LF after a quoted string", ';a="b"\nc', 8),
  badExtension("a LF after the semicolon", ";\n", 3),
  badExtension("a byte above 0x7F in a name", ";\xe4", 3),
  badExtension("a CR alone after the name", ";a\rb", 4, E_BARE_CR),
  badExtension("a CR alone after the value", ";a=b\rc", 6, E_BARE_CR),
  badExtension("a CR alone after a quoted string", ';a="b"\rc', 8, E_BARE_CR),
  badExtension("an unclosed quoted string", ';a="b', 7),
];

const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HIGH = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join("");
const PRINTABLE = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

const bytes = (
  title: string,
  before: string,
  after: string,
  accepts: string,
  error: number,
  except: ByteTable["except"] = {},
): ByteTable => ({ title, rfc: EXT, element: "chunk", before, after: `${after}\r\n`, accepts, error, except });

export const chunkBytes: readonly ByteTable[] = [
  bytes(
    "§7.1 permits HEXDIG and nothing else as first byte of a chunk size",
    "",
    "1",
    "0123456789abcdefABCDEF",
    E_CHUNK_SIZE,
  ),
  bytes("§7.1 permits HEXDIG and nothing else within a chunk size", "1", "1", "0123456789abcdefABCDEF", E_CHUNK_SIZE, {
    "\n": { error: E_BARE_LF, at: 1 },
    "\r": { error: E_BARE_CR, at: 1 },
    ";": { size: 1 },
  }),
  bytes(
    "§7.1.1 permits tchar and nothing else as first byte of an extension's name",
    "1;",
    "",
    TCHARS,
    E_CHUNK_EXTENSION,
  ),
  bytes(
    "§7.1.1 permits tchar, semicolon and equals sign within an extension",
    "1;a",
    "b",
    `${TCHARS};=`,
    E_CHUNK_EXTENSION,
    {
      "\r": { error: E_BARE_CR, at: 3 },
    },
  ),
  bytes("§7.1.1 permits tchar and nothing else as a value", "1;a=", "", TCHARS, E_CHUNK_EXTENSION, {
    '"': { error: E_CHUNK_EXTENSION, at: 5 },
  }),
  bytes("§7.1.1 permits tchar and semicolon within a value", "1;a=b", "c", `${TCHARS};`, E_CHUNK_EXTENSION, {
    "\r": { error: E_BARE_CR, at: 5 },
  }),
  bytes(
    "§7.1.1 permits qdtext within a quoted string",
    '1;a="b',
    'c"',
    `\t${PRINTABLE.replace('"', "")}${HIGH}`,
    E_CHUNK_EXTENSION,
    { '"': { error: E_CHUNK_EXTENSION, at: 7 } },
  ),
  bytes(
    "§7.1.1 permits HTAB, SP, VCHAR and obs-text in a quoted pair",
    '1;a="\\',
    'c"',
    `\t${PRINTABLE}${HIGH}`,
    E_CHUNK_EXTENSION,
  ),
  bytes("§7.1.1 permits a semicolon and nothing else after a quoted string", '1;a="b"', "c", ";", E_CHUNK_EXTENSION, {
    "\r": { error: E_BARE_CR, at: 7 },
  }),
];
