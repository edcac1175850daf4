/** Forms and what becomes of them. Data only; `text` is UTF-8 unless `latin1` is set. */
import type { MultipartOptions } from "../../src/http/message/multipart/options.ts";
import type { PlainPart } from "./_multipart.ts";

export interface MultipartCase {
  readonly title: string;
  readonly boundary?: string;
  readonly text: string;
  readonly latin1?: true;
  readonly options?: MultipartOptions;
  readonly parts?: readonly PlainPart[];
  /** Status, and code without its common beginning. */
  readonly error?: string;
}

const CD = "Content-Disposition: form-data";
/** A field of a form with the boundary B. */
const field = (name: string, body: string): string => `--B\r\n${CD}; name="${name}"\r\n\r\n${body}\r\n`;
/** A form of one part with that header. */
const header = (lines: string): string => `--B\r\n${lines}\r\n\r\nx\r\n--B--\r\n`;
const disposition = (rest: string): string => header(`${CD}${rest}`);
const END = "--B--\r\n";
const x = (name: string, filename?: string): PlainPart[] => [{ name, filename, type: undefined, body: "x" }];
const plain = (name: string, body: string): PlainPart => ({ name, filename: undefined, type: undefined, body });

const wellFormed: readonly MultipartCase[] = [
  { title: "a field", text: field("a", "1") + END, parts: [plain("a", "1")] },
  {
    title: "fields of one name in order",
    text: field("a", "1") + field("b", "2") + field("a", "3") + END,
    parts: [plain("a", "1"), plain("b", "2"), plain("a", "3")],
  },
  {
    title: "a file",
    text: `--B\r\n${CD}; name="f"; filename="a.txt"\r\nContent-Type: text/plain; charset=x\r\n\r\nhallo\r\n--B--`,
    parts: [{ name: "f", filename: "a.txt", type: "text/plain; charset=x", body: "hallo" }],
  },
  { title: "no part at all", text: END, parts: [] },
  { title: "no part, no line end", text: "--B--", parts: [] },
  { title: "an empty field", text: field("a", "") + END, parts: [plain("a", "")] },
  {
    title: "§5.1.1 lets a part without content share its empty line with the delimiter",
    text: `--B\r\n${CD}; name=a\r\n\r\n--B--`,
    parts: [plain("a", "")],
  },
  { title: "an epilogue is ignored", text: `${field("a", "1")}${END}--B\r\nwhat ever`, parts: [plain("a", "1")] },
  { title: "a second line end at the end", text: `${field("a", "1")}${END}\r\n`, parts: [plain("a", "1")] },
  { title: "a preamble is ignored", text: `This is a form.\r\n${field("a", "1")}${END}`, parts: [plain("a", "1")] },
  { title: "an empty line in front", text: `\r\n${field("a", "1")}${END}`, parts: [plain("a", "1")] },
  {
    title: "a preamble that begins like a delimiter",
    text: `--\r\n--A\r\n-${"\r\n"}${field("a", "1")}${END}`,
    parts: [plain("a", "1")],
  },
  {
    title: "§5.1.1 transport padding is skipped",
    text: `--B \t\r\n${CD}; name=a\r\n\r\n1\r\n--B-- \t\r\nrest`,
    parts: [plain("a", "1")],
  },
  {
    title: "content that looks like a delimiter and is none",
    text: field("a", "\r\n--A\r\n-B\r\r\n--\r\n\r\n-\r\n\n--B\r-") + END,
    parts: [plain("a", "\r\n--A\r\n-B\r\r\n--\r\n\r\n-\r\n\n--B\r-")],
  },
  { title: "content that begins with dashes", text: field("a", "--") + END, parts: [plain("a", "--")] },
  { title: "content of line ends", text: field("a", "\r\n\r\n\r") + END, parts: [plain("a", "\r\n\r\n\r")] },
  { title: "content that ends with CR", text: field("a", "1\r") + END, parts: [plain("a", "1\r")] },
  { title: "all bytes", latin1: true, text: field("a", bytes()) + END, parts: [plain("a", bytes())] },
  {
    title: "a boundary of dashes",
    boundary: "-----",
    text: `-------\r\n${CD}; name=a\r\n\r\n------\r\n------x\r\n---------`,
    parts: [plain("a", "------\r\n------x")],
  },
  {
    title: "a boundary of 70 characters with spaces and signs",
    boundary: `'()+_,-./:=? ${"z".repeat(57)}`,
    text: `--'()+_,-./:=? ${"z".repeat(57)}\r\n${CD}; name=a\r\n\r\n1\r\n--'()+_,-./:=? ${"z".repeat(57)}--`,
    parts: [plain("a", "1")],
  },
  {
    title: "other field lines are left alone",
    text: header(`X-Any: ä;"\r\ncontent-disposition: FORM-DATA; NAME=a\r\nContent-Transfer-Encoding: binary`),
    parts: x("a"),
  },
];

function bytes(): string {
  return String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
}

const names: readonly MultipartCase[] = [
  { title: "a name without quotes", text: disposition("; name=a[]"), parts: x("a[]") },
  { title: "spaces and empty parameters", text: disposition(' \t; ;name="a" ; ; x=y;'), parts: x("a") },
  { title: "an empty name", text: disposition('; name=""'), parts: x("") },
  { title: "a name in UTF-8", text: disposition('; name="größe 漢 😀"'), parts: x("größe 漢 😀") },
  { title: "a name with separators", text: disposition('; name="a;b=c, d"'), parts: x("a;b=c, d") },
  { title: "escapes of the HTML standard", text: disposition('; name="a%22b%0D%0Ac%41%"'), parts: x('a"b\r\nc%41%') },
  { title: "escapes with a backslash", text: disposition('; name="a\\"b\\\\c\\d"'), parts: x('a"b\\c\\d') },
  { title: "a name of Object.prototype", text: disposition('; name="__proto__"'), parts: x("__proto__") },
  { title: "a file name", text: disposition('; name=a; filename="b c;d.txt"'), parts: x("a", "b c;d.txt") },
  { title: "a file name in front", text: disposition('; filename="b"; name=a'), parts: x("a", "b") },
  { title: "an empty file name", text: disposition('; name=a; filename=""'), parts: x("a", "") },
  { title: "a quote in a file name", text: disposition('; name=a; filename="b%22c\\"d"'), parts: x("a", 'b"c"d') },
  {
    title: "a file name never holds a line end",
    text: disposition('; name=a; filename="b%0D%0Ac"'),
    parts: x("a", "b%0D%0Ac"),
  },
  { title: "a file name with a tab", text: disposition('; name=a; filename="b\tc"'), parts: x("a", "b\tc") },
  { title: "a file name in UTF-8", text: disposition('; name=a; filename="Ünï 漢.txt"'), parts: x("a", "Ünï 漢.txt") },
  {
    title: "RFC 8187: the extended file name is the one",
    text: disposition("; name=a; filename=no.txt; filename*=UTF-8'de'%c3%9c%20%e6%BC%a2.txt"),
    parts: x("a", "Ü 漢.txt"),
  },
  {
    title: "RFC 5987: latin1",
    text: disposition("; name=a; filename*=iso-8859-1''%dc!$&+-.^_`|~"),
    parts: x("a", "Ü!$&+-.^_`|~"),
  },
  { title: "a quoted extended file name", text: disposition(`; name=a; filename*="utf-8''%41"`), parts: x("a", "A") },
  { title: "directories go", text: disposition('; name=a; filename="../../etc/passwd"'), parts: x("a", "passwd") },
  {
    title: "directories of Windows go",
    text: disposition('; name=a; filename="C:\\fakepath\\b.txt"'),
    parts: x("a", "b.txt"),
  },
  {
    title: "doubled backslashes",
    text: disposition('; name=a; filename="C:\\\\dir\\\\b.txt"'),
    parts: x("a", "b.txt"),
  },
  {
    title: "directories in an extended file name go",
    text: disposition("; name=a; filename*=UTF-8''..%2F..%5Cb"),
    parts: x("a", "b"),
  },
  {
    title: "directories stay where asked for",
    text: disposition('; name=a; filename="dir/b.txt"'),
    options: { preservePath: true },
    parts: x("a", "dir/b.txt"),
  },
];

const malformed: readonly MultipartCase[] = [
  { title: "nothing", text: "", error: "400 BOUNDARY" },
  { title: "no delimiter", text: "a=1", error: "400 BOUNDARY" },
  { title: "another boundary", text: "--C\r\n\r\n--C--", error: "400 BOUNDARY" },
  { title: "a boundary that goes on", text: "--BB\r\n", error: "400 BOUNDARY" },
  { title: "a boundary in the middle of a line", text: "a--B--\r\n", error: "400 BOUNDARY" },
  { title: "no close-delimiter", text: field("a", "1"), parts: [], error: "400 BOUNDARY" },
  {
    title: "no delimiter behind a part",
    text: field("a", "1") + "--B",
    parts: [plain("a", "1")],
    error: "400 BOUNDARY",
  },
  { title: "half a close-delimiter", text: field("a", "1") + "--B-", parts: [plain("a", "1")], error: "400 BOUNDARY" },
  {
    title: "a line that begins with the boundary",
    text: field("a", "1\r\n--Bx") + END,
    parts: [plain("a", "1")],
    error: "400 BOUNDARY",
  },
  { title: "a dash and something else", text: "--B-x", error: "400 BOUNDARY" },
  { title: "something behind the close-delimiter", text: "--B--x", error: "400 BOUNDARY" },
  { title: "LF behind the close-delimiter", text: "--B--\n", error: "400 BOUNDARY" },
  { title: "CR and no LF behind a delimiter", text: `--B\r${CD}; name=a\r\n\r\n\r\n--B--`, error: "400 BOUNDARY" },
  { title: "LF behind a delimiter", text: `--B\n${CD}; name=a\n\n1\n--B--\n`, error: "400 BOUNDARY" },
  { title: "dashes behind padding", text: "--B --", error: "400 BOUNDARY" },
  { title: "LF in front of a delimiter", text: `--B\r\n${CD}; name=a\r\n\r\n1\n--B--\r\n`, error: "400 BOUNDARY" },
  { title: "an empty boundary", boundary: "", text: "----", error: "400 BOUNDARY" },
  { title: "a boundary of 71 characters", boundary: "b".repeat(71), text: "", error: "400 BOUNDARY" },
  { title: "a boundary with a line end", boundary: "a\r\nb", text: "", error: "400 BOUNDARY" },
  { title: "a boundary that ends with a space", boundary: "a ", text: "", error: "400 BOUNDARY" },
  { title: "no field lines", text: "--B\r\n\r\nx\r\n--B--", error: "400 DISPOSITION" },
  { title: "a head without end", text: `--B\r\n${CD}; name=a`, error: "400 BOUNDARY" },
  { title: "a delimiter within a head", text: `--B\r\n${CD}; name=a\r\n--B--\r\n`, error: "400 HEADER" },
  { title: "a line without a colon", text: header("abc"), error: "400 HEADER" },
  { title: "LF within a head", text: header(`X: y\n${CD}; name=a`), error: "400 HEADER" },
  { title: "CR within a head", text: header(`${CD}; name="a\rb"`), error: "400 HEADER" },
  { title: "NUL within a head", text: header(`${CD}; name="a\0b"`), error: "400 HEADER" },
  { title: "BS within a head", text: header(`${CD}; name=a; filename="a\bb"`), error: "400 HEADER" },
  { title: "DEL within a head", text: header(`${CD}; name="a\x7fb"`), error: "400 HEADER" },
  { title: "a folded line", text: header(`${CD};\r\n name=a`), error: "400 HEADER" },
  {
    title: "a space in front of the colon",
    text: header("Content-Disposition : form-data; name=a"),
    error: "400 HEADER",
  },
  { title: "latin1 in a head", latin1: true, text: header(`${CD}; name="gr\xf6\xdfe"`), error: "400 HEADER" },
  { title: "a surrogate in UTF-8", latin1: true, text: header(`${CD}; name="\xed\xa0\x80"`), error: "400 HEADER" },
  { title: "33 lines", text: header(`${"a: b\r\n".repeat(32)}${CD}; name=a`), error: "400 HEADER" },
  { title: "no disposition", text: header("Content-Type: text/plain"), error: "400 DISPOSITION" },
  { title: "another disposition", text: header('Content-Disposition: attachment; name="a"'), error: "400 DISPOSITION" },
  {
    title: "a disposition that begins alike",
    text: header("Content-Disposition: form-data2; name=a"),
    error: "400 DISPOSITION",
  },
  { title: "two dispositions", text: header(`${CD}; name=a\r\n${CD}; name=b`), error: "400 DISPOSITION" },
  {
    title: "two types",
    text: header(`${CD}; name=a\r\nContent-Type: a/b\r\nContent-type: a/b`),
    error: "400 DISPOSITION",
  },
  { title: "no name", text: disposition(""), error: "400 DISPOSITION" },
  { title: "a file name and no name", text: disposition('; filename="a"'), error: "400 DISPOSITION" },
  { title: "a name twice", text: disposition("; name=a; NAME=b"), error: "400 DISPOSITION" },
  { title: "a file name twice", text: disposition("; name=a; filename=b; filename=c"), error: "400 DISPOSITION" },
  { title: "a name without a value", text: disposition("; name"), error: "400 DISPOSITION" },
  { title: "a name with an empty value and no quotes", text: disposition("; name="), error: "400 DISPOSITION" },
  { title: "a quote without end", text: disposition('; name="a'), error: "400 DISPOSITION" },
  { title: "an escaped quote at the end", text: disposition('; name="a\\"'), error: "400 DISPOSITION" },
  { title: "text behind a quote", text: disposition('; name="a"b'), error: "400 DISPOSITION" },
  {
    title: "a file name in pieces",
    text: disposition("; name=a; filename*0=b; filename*1=c"),
    error: "400 DISPOSITION",
  },
  {
    title: "an extended file name in another charset",
    text: disposition("; name=a; filename*=koi8-r''a"),
    error: "400 DISPOSITION",
  },
  {
    title: "an extended file name without quotes",
    text: disposition("; name=a; filename*=abc"),
    error: "400 DISPOSITION",
  },
  {
    title: "an extended file name that is not UTF-8",
    text: disposition("; name=a; filename*=UTF-8''%ff"),
    error: "400 DISPOSITION",
  },
  {
    title: "an extended file name with half an escape",
    text: disposition("; name=a; filename*=UTF-8''%f"),
    error: "400 DISPOSITION",
  },
  {
    title: "an extended file name with NUL",
    text: disposition("; name=a; filename*=UTF-8''a%00.txt"),
    error: "400 DISPOSITION",
  },
  {
    title: "an extended file name with a line end",
    text: disposition("; name=a; filename*=UTF-8''a%0Ab"),
    error: "400 DISPOSITION",
  },
  { title: "a directory as file name", text: disposition('; name=a; filename="dir/"'), error: "400 DISPOSITION" },
  { title: "two dots as file name", text: disposition('; name=a; filename=".."'), error: "400 DISPOSITION" },
  {
    title: "a dot behind a backslash as file name",
    text: disposition('; name=a; filename="x\\."'),
    error: "400 DISPOSITION",
  },
];

const limits: readonly MultipartCase[] = [
  {
    title: "as many parts as allowed",
    options: { maxParts: 2 },
    text: field("a", "") + field("b", "") + END,
    parts: [plain("a", ""), plain("b", "")],
  },
  {
    title: "a part too many",
    options: { maxParts: 1 },
    text: field("a", "") + field("b", "") + END,
    parts: [plain("a", "")],
    error: "400 PARTS",
  },
  {
    title: "a head of the size allowed",
    options: { maxPartHeaderSize: 46 },
    text: field("abc", "") + END,
    parts: [plain("abc", "")],
  },
  {
    title: "a head too large",
    options: { maxPartHeaderSize: 45 },
    text: field("abc", "") + END,
    error: "400 HEADER_SIZE",
  },
  {
    title: "a head without end",
    options: { maxPartHeaderSize: 41 },
    text: `--B\r\nX: ${"y".repeat(60)}`,
    error: "400 HEADER_SIZE",
  },
  {
    title: "a preamble of the size allowed",
    options: { maxPartHeaderSize: 42 },
    text: `${"p".repeat(42)}\r\n${END}`,
    parts: [],
  },
  {
    title: "a preamble too large",
    options: { maxPartHeaderSize: 42 },
    text: `${"p".repeat(43)}\r\n${END}`,
    error: "400 BOUNDARY",
  },
  {
    title: "padding without end",
    options: { maxPartHeaderSize: 9 },
    text: `--B${" ".repeat(10)}`,
    error: "400 HEADER_SIZE",
  },
  {
    title: "a name of the size allowed",
    options: { maxNameSize: 4 },
    text: field("aöb", "") + END,
    parts: [plain("aöb", "")],
  },
  { title: "a name too long", options: { maxNameSize: 3 }, text: field("aöb", "") + END, error: "400 NAME_SIZE" },
  {
    title: "a file name too long",
    options: { maxNameSize: 3 },
    text: disposition("; name=a; filename=abcd"),
    error: "400 NAME_SIZE",
  },
  {
    title: "a field of the size allowed",
    options: { maxFieldSize: 3 },
    text: field("a", "\r\n-") + END,
    parts: [plain("a", "\r\n-")],
  },
  {
    title: "a field too large",
    options: { maxFieldSize: 2 },
    text: field("a", "\r\n-") + END,
    error: "413 FIELD_SIZE",
  },
  {
    title: "fields of the size allowed",
    options: { maxTotalFieldSize: 3 },
    text: field("a", "1") + field("b", "22") + END,
    parts: [plain("a", "1"), plain("b", "22")],
  },
  {
    title: "fields too large together",
    options: { maxTotalFieldSize: 2 },
    text: field("a", "1") + field("b", "22") + END,
    parts: [plain("a", "1")],
    error: "413 FIELD_SIZE",
  },
  {
    title: "a file is no field",
    options: { maxFieldSize: 0, maxTotalFieldSize: 0, maxFileSize: 1 },
    text: disposition("; name=a; filename=b"),
    parts: x("a", "b"),
  },
  {
    title: "a file too large",
    options: { maxFileSize: 0 },
    text: disposition("; name=a; filename=b"),
    error: "413 FILE_SIZE",
  },
  {
    title: "an empty file name is a field",
    options: { maxFieldSize: 0 },
    text: disposition('; name=a; filename=""'),
    error: "413 FIELD_SIZE",
  },
];

export const groups: { readonly [name: string]: readonly MultipartCase[] } = { wellFormed, names, malformed, limits };
