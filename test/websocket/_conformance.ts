/**
 * The cases of the conformance suite, in groups as the Autobahn test suite has them: frames that are sent, and what must come back from
 * an endpoint that echoes. They know neither a server nor a client: who runs them masks the frames, or does not.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** A frame to be sent. */
export interface Sent {
  readonly first: number;
  readonly payload: Buffer;
  /** Only so many bytes of its payload ever are. */
  readonly cut?: number;
  /** Masked where it must not be, or the other way round. */
  readonly wrongMask?: true;
  /** Bytes of its length beyond the first, where that is not the shortest form. */
  readonly lengthSize?: 2 | 8;
  /** A length it does not have. */
  readonly claims?: bigint;
}

export interface Case {
  readonly title: string;
  readonly send: readonly Sent[];
  /** What comes back, in words of `told`. Where the last is no close, the connection is still good. */
  readonly expect: readonly string[];
}

const bytes = (payload: string | Uint8Array): Buffer => Buffer.from(payload as string);
const frame = (first: number, payload: string | Uint8Array = ""): Sent => ({ first, payload: bytes(payload) });
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

const FIN = 0x80;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const NAMES = ["continuation", "text", "binary", "", "", "", "", "", "close", "ping", "pong"];

const text = (payload: string | Uint8Array = ""): Sent => frame(FIN | TEXT, payload);
const binary = (payload: string | Uint8Array = ""): Sent => frame(FIN | BINARY, payload);
const ping = (payload: string | Uint8Array = ""): Sent => frame(FIN | PING, payload);
const pong = (payload: string | Uint8Array = ""): Sent => frame(FIN | PONG, payload);

export function close(code?: number, reason: string | Uint8Array = ""): Sent {
  if (code === undefined) return frame(FIN | CLOSE);
  return frame(FIN | CLOSE, Buffer.concat([Buffer.of(code >> 8, code & 255), bytes(reason)]));
}

/** A frame that has come, in words short enough to be read. */
export function told(opcode: number, payload: string | Uint8Array = ""): string {
  const data = bytes(payload);
  const name = NAMES[opcode] ?? "";
  if (opcode === CLOSE) return `${name} ${data.length < 2 ? 1005 : data.readUInt16BE()}`;
  if (data.length > 200) return `${name} ${data.length} ${createHash("sha1").update(data).digest("hex")}`;
  return `${name} ${opcode === TEXT ? JSON.stringify(data.toString()) : data.toString("hex")}`;
}

/** What an echo makes of a frame. */
const echoed = ({ first, payload }: Sent): string => told((first & 15) === PING ? PONG : first & 15, payload);
const wrong = (code = 1002): string => `close ${code}`;

/** A message in fragments: the cuts are offsets. */
function fragments(opcode: number, payload: Buffer, cuts: readonly number[]): Sent[] {
  const edges = [0, ...cuts, payload.length];
  return edges.slice(1).map((end, i) => ({
    first: (i === 0 ? opcode : 0) | (i === cuts.length ? FIN : 0),
    payload: payload.subarray(edges[i], end),
  }));
}
const everyBytes = (length: number, size: number): number[] =>
  Array.from({ length: Math.ceil(length / size) - 1 }, (_none, i) => (i + 1) * size);

const echo = (title: string, sent: Sent): Case => ({ title, send: [sent], expect: [echoed(sent)] });
const refuse = (title: string, send: readonly Sent[], code = 1002, before: readonly string[] = []): Case => ({
  title,
  send,
  expect: [...before, wrong(code)],
});

// --- 1: framing ---

const LENGTHS = [0, 1, 124, 125, 126, 127, 128, 65_535, 65_536, 70_001];
const framing: Case[] = LENGTHS.flatMap((length) => [
  echo(`1.1 text of ${length} bytes`, text("*".repeat(length))),
  echo(`1.2 binary of ${length} bytes`, binary(Buffer.alloc(length, 0xfe))),
]);

// --- 1: masks and lengths ---

/** Well-formed, and more than the default limit; from 2^53 on more than a double counts exactly. */
const TOO_LONG = [10_485_761n, 1n << 31n, 1n << 32n, (1n << 53n) - 1n, 1n << 53n, (1n << 53n) + 1n, (1n << 63n) - 1n];
const headers: Case[] = [
  refuse("1.3 a mask that is wrong, on text", [text("a"), { ...text("b"), wrongMask: true }], 1002, [told(TEXT, "a")]),
  refuse("1.3 a mask that is wrong, on nothing", [{ ...text(), wrongMask: true }, text("a")]),
  refuse("1.3 a mask that is wrong, on a large frame", [{ ...binary(Buffer.alloc(70_000)), wrongMask: true, cut: 9 }]),
  refuse("1.3 a mask that is wrong, on a continuation", [frame(TEXT, "a"), { ...frame(FIN, "b"), wrongMask: true }]),
  refuse("1.3 a mask that is wrong, on a ping", [{ ...ping("p"), wrongMask: true }]),
  refuse("1.3 a mask that is wrong, on a close", [{ ...close(1000), wrongMask: true }]),
  ...[0, 1, 125].flatMap((length) => [
    refuse(`1.4 ${length} bytes, the length in two`, [{ ...text("*".repeat(length)), lengthSize: 2 }, ping()]),
    refuse(`1.4 ${length} bytes, the length in eight`, [{ ...binary("*".repeat(length)), lengthSize: 8 }, ping()]),
  ]),
  refuse("1.4 126 bytes, the length in eight", [{ ...binary("*".repeat(126)), lengthSize: 8 }]),
  refuse("1.4 65,535 bytes, the length in eight", [{ ...binary(Buffer.alloc(65_535)), lengthSize: 8, cut: 20 }]),
  refuse("1.4 a ping, the length in two", [{ ...ping("p"), lengthSize: 2 }]),
  refuse("1.4 a ping, the length in eight", [{ ...ping("p"), lengthSize: 8 }]),
  // RFC 6455 §5.2: "the most significant bit MUST be 0"
  ...[1n << 63n, (1n << 63n) + 5n, (1n << 64n) - 1n].flatMap((claims) => [
    refuse(`1.4 binary of ${claims} bytes`, [{ ...binary(), lengthSize: 8, claims }]),
    refuse(`1.4 a continuation of ${claims} bytes`, [frame(TEXT, "a"), { ...frame(FIN), lengthSize: 8, claims }]),
  ]),
  ...TOO_LONG.flatMap((claims) => [
    refuse(`1.4 binary of ${claims} bytes is too big`, [{ ...binary(), lengthSize: 8, claims }], 1009),
    refuse(`1.4 text of ${claims} bytes is too big`, [{ ...text(), lengthSize: 8, claims }], 1009),
    refuse(
      `1.4 a continuation of ${claims} bytes is too big`,
      [frame(BINARY, "a"), { ...frame(FIN), lengthSize: 8, claims }],
      1009,
    ),
  ]),
  refuse("1.4 a ping that claims 2^53 bytes", [{ ...ping(), lengthSize: 8, claims: 1n << 53n }]),
];

// --- 2: pings and pongs ---

const manyPings = Array.from({ length: 10 }, (_none, i) => ping(`payload-${i}`));
const pings: Case[] = [
  echo("2.1 empty ping", ping()),
  echo("2.2 ping with text", ping("Hello, world!")),
  echo("2.3 ping with bytes that are no text", ping(hex("00 ff fe fd fc fb 00 ff"))),
  echo("2.4 ping of 125 bytes", ping(Buffer.alloc(125, 0xfe))),
  refuse("2.5 ping of 126 bytes", [ping(Buffer.alloc(126, 0xfe))]),
  { title: "2.7 unasked pong without payload", send: [pong()], expect: [] },
  { title: "2.8 unasked pong with payload", send: [pong("unasked")], expect: [] },
  { title: "2.9 unasked pong, then a ping", send: [pong("unasked"), ping("ping")], expect: [told(PONG, "ping")] },
  { title: "2.10 ten pings", send: manyPings, expect: manyPings.map(echoed) },
];

// --- 3: reserved bits ---

const bits = [1, 2, 3, 4, 5, 6, 7].map((rsv) => rsv << 4);
const reserved: Case[] = bits.flatMap((rsv) => [
  refuse(`3 bits ${rsv >> 4} on text`, [text("a"), frame(FIN | rsv | TEXT, "b"), ping()], 1002, [told(TEXT, "a")]),
  refuse(`3 bits ${rsv >> 4} on binary`, [frame(FIN | rsv | BINARY, "b"), text("c")]),
  refuse(`3 bits ${rsv >> 4} on a continuation`, [frame(TEXT, "a"), frame(FIN | rsv, "b")]),
  refuse(`3 bits ${rsv >> 4} on a ping`, [frame(FIN | rsv | PING, "b")]),
  refuse(`3 bits ${rsv >> 4} on a close`, [frame(FIN | rsv | CLOSE)]),
]);

// --- 4: opcodes ---

const opcodes: Case[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
  refuse(`4 opcode ${opcode}, empty`, [frame(FIN | opcode)]),
  refuse(`4 opcode ${opcode}, with payload`, [frame(FIN | opcode, "payload")]),
  refuse(`4 opcode ${opcode}, after a message`, [text("a"), frame(FIN | opcode, "b"), ping()], 1002, [told(TEXT, "a")]),
  refuse(`4 opcode ${opcode}, in the middle of a message`, [frame(TEXT, "a"), frame(FIN | opcode, "b")]),
]);

// --- 5: fragments ---

const whole = told(TEXT, "fragment1fragment2");
const [one, two] = fragments(TEXT, bytes("fragment1fragment2"), [9]) as [Sent, Sent];
const fragmented: Case[] = [
  refuse("5.1 ping in fragments", [frame(PING, "a"), frame(FIN, "b")]),
  refuse("5.2 pong in fragments", [frame(PONG, "a"), frame(FIN, "b")]),
  { title: "5.3 text in two fragments", send: [one, two], expect: [whole] },
  { title: "5.6 a ping between two fragments", send: [one, ping("p"), two], expect: [told(PONG, "p"), whole] },
  { title: "5.6 a pong between two fragments", send: [one, pong("p"), two], expect: [whole] },
  refuse("5.6 a close between two fragments", [one, close(1000), two], 1000),
  refuse("5.9 a continuation of nothing, last", [frame(FIN, "a"), text("b")]),
  refuse("5.10 a continuation of nothing, empty", [frame(FIN), text("b")]),
  refuse("5.12 a continuation of nothing, not last", [frame(0, "a"), text("b")]),
  refuse("5.14 a continuation after a whole message", [text("a"), frame(0, "b"), frame(FIN)], 1002, [told(TEXT, "a")]),
  refuse("5.15 a continuation after a fragmented message", [one, two, frame(0, "c")], 1002, [whole]),
  refuse("5.18 text within text", [frame(TEXT, "a"), frame(FIN | TEXT, "b")]),
  refuse("5.18 binary within text", [frame(TEXT, "a"), frame(BINARY, "b")]),
  refuse("5.18 text within binary", [frame(BINARY, "a"), text("b")]),
  {
    title: "5.19 five fragments and two pings",
    send: [frame(TEXT, "1"), frame(0, "2"), ping("p"), frame(0, "3"), frame(0, "4"), ping("q"), frame(FIN, "5")],
    expect: [told(PONG, "p"), told(PONG, "q"), told(TEXT, "12345")],
  },
  { title: "5 three empty fragments", send: [frame(TEXT), frame(0), frame(FIN)], expect: [told(TEXT)] },
  { title: "5 empty around one", send: [frame(BINARY), frame(0, "x"), frame(FIN)], expect: [told(BINARY, "x")] },
  {
    title: "5 fragments of a byte",
    send: fragments(BINARY, bytes("every byte by itself"), everyBytes(20, 1)),
    expect: [told(BINARY, "every byte by itself")],
  },
  { title: "5 two messages after each other", send: [one, two, one, two], expect: [whole, whole] },
];

// --- 6: UTF-8 ---

const GREEK = "Hello-µ@ßöäüàá-UTF-8!!";
/** Well-formed: the edges of every length, what surrounds the surrogates, the noncharacters, the replacement character. */
const WELL_FORMED: readonly string[] = [
  "48656c6c6f", "cebae1bdb9cf83cebcceb5", "00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbd", "efbfbe",
  "efbfbf", "f0908080", "f48fbfbf", "f09fbfbe", "f09fbfbf", "f3bfbfbf", "efbbbf61", "f09f9880f09f9880", "c3bcc3bcc3bc",
  "61c3bc62e282ac63f09f9880", "4e".repeat(64) + "e282ac", "4e".repeat(15) + "f09f9880" + "4e".repeat(33),
]; // prettier-ignore
/** Ill-formed: continuation bytes by themselves, lonely starts, overlong forms, surrogates, beyond U+10FFFF, bytes that never occur. */
const ILL_FORMED: readonly string[] = [
  "80", "bf", "80bf", "80bf80bf80", "c0", "c1bf", "c080", "c0af", "c0ae", "c220", "df20", "c2c2", "e020", "e0809f", "e08080",
  "e080af", "e09fbf", "e28220", "e2e282ac", "eda080", "edadbf", "edae80", "edb080", "edbfbf", "eda080edb080", "edafbfedbfbf",
  "f08080af", "f0808080", "f08fbfbf", "f09f98", "f09f9820", "f0f09f9880", "f4908080", "f5808080", "f7bfbfbf", "f888808080",
  "f8808080af", "fbbfbfbfbf", "fc8480808080", "fc80808080af", "fdbfbfbfbfbf", "fe", "ff", "fefeffff", "cebae1bdb9cf83cebcceb5eda080656469746564",
  "61".repeat(40) + "ff" + "61".repeat(40), "61".repeat(15) + "e28261", "e282ac".repeat(30) + "80",
]; // prettier-ignore
/** The beginning of a character, and no more. */
const UNFINISHED: readonly string[] = [
  "c2", "df", "e0", "e0a0", "e282", "ef", "efbf", "f0", "f090", "f09080", "f48fbf", "e282ace2",
]; // prettier-ignore

/** Bytes after which it is certain that no text will come of it. */
function certainAt(data: Buffer): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let i = 0; i < data.length; i++)
    try {
      decoder.decode(data.subarray(i, i + 1), { stream: true });
    } catch {
      return i + 1;
    }
  return -1;
}

const utf8: Case[] = [
  echo("6.1 empty text", text()),
  { title: "6.1 empty fragments", send: [frame(TEXT), frame(0), frame(FIN)], expect: [told(TEXT)] },
  { title: "6.1 text between empty fragments", send: [frame(TEXT), frame(0, "m"), frame(FIN)], expect: [told(TEXT, "m")] },
  { title: "6.2 cut at a character", send: fragments(TEXT, bytes(GREEK), [8]), expect: [told(TEXT, GREEK)] },
  { title: "6.2 cut at every byte", send: fragments(TEXT, bytes(GREEK), everyBytes(bytes(GREEK).length, 1)), expect: [told(TEXT, GREEK)] },
  ...WELL_FORMED.flatMap((digits): Case[] => [
    echo(`6 well-formed ${digits}`, text(hex(digits))),
    { title: `6 well-formed ${digits}, in bytes`, send: fragments(TEXT, hex(digits), everyBytes(digits.length / 2, 1)), expect: [told(TEXT, hex(digits))] },
  ]),
  ...ILL_FORMED.flatMap((digits): Case[] => {
    const data = hex(digits);
    const certain = certainAt(data);
    return [
      refuse(`6 ill-formed ${digits}`, [text(data), ping()], 1007),
      refuse(`6 ill-formed ${digits}, in bytes`, [...fragments(TEXT, data, everyBytes(data.length, 1)), ping()], 1007),
      echo(`6 ill-formed ${digits}, binary`, binary(data)),
      ...(certain < 0 ? [] : [
        refuse(`6.4 ill-formed ${digits}, told before the message ends`, [frame(TEXT, "κόσμε"), frame(0, data.subarray(0, certain))], 1007),
        refuse(`6.4 ill-formed ${digits}, told before the frame ends`, [{ ...text(Buffer.concat([data, bytes("tail")])), cut: certain }], 1007),
      ]),
    ];
  }),
  ...UNFINISHED.flatMap((digits): Case[] => [
    refuse(`6 unfinished ${digits}`, [text(hex(digits))], 1007),
    refuse(`6 unfinished ${digits}, in fragments`, [frame(TEXT, "a"), frame(0, hex(digits)), frame(FIN)], 1007),
  ]),
]; // prettier-ignore

// --- 7: closing ---

const GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const BAD_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
const closing: Case[] = [
  { title: "7.1 close after a message", send: [text("a"), close(1000)], expect: [told(TEXT, "a"), "close 1000"] },
  refuse("7.1 two closes", [close(1000), close(1001)], 1000),
  refuse("7.1 a ping after the close", [close(1000), ping("p")], 1000),
  refuse("7.1 a message after the close", [close(1000), text("a")], 1000),
  refuse("7.1 a close in the middle of a message", [one, close(1000), two], 1000),
  refuse("7.1 broken frames after the close", [close(1000), frame(0x7f, "x")], 1000),
  refuse("7.3 close without payload", [close()], 1005),
  refuse("7.3 close of one byte", [frame(FIN | CLOSE, "a")]),
  refuse("7.3 close of a code", [close(1000)], 1000),
  refuse("7.3 close with a reason", [close(1000, "Hello, world!")], 1000),
  refuse("7.3 the longest reason", [close(1000, "*".repeat(123))], 1000),
  refuse("7.3 a reason that is too long", [close(1000, "*".repeat(124))]),
  refuse("7.5 a reason that is not UTF-8", [close(1000, hex("cebae1bdb9cf83cebcceb5eda080656469746564"))], 1007),
  refuse("7.5 a reason that ends in the middle of a character", [close(1000, hex("e282"))], 1007),
  refuse("7 a close in fragments", [frame(CLOSE, hex("03e8")), frame(FIN)]),
  ...GOOD_CODES.map((code) => refuse(`7.7 code ${code}`, [close(code)], code)),
  ...BAD_CODES.flatMap((code) => [
    refuse(`7.9 code ${code}`, [close(code)]),
    refuse(`7.9 code ${code} with a reason`, [close(code, "reason")]),
  ]),
];

// --- 9: sizes ---

const LARGE = 1 << 18;
const largeText = bytes("Η άλφα και η 😀 ".repeat(LARGE / 27));
const largeBytes = Buffer.from(
  Uint32Array.from({ length: LARGE / 4 }, (_none, i) => Math.imul(i, 2_654_435_761)).buffer,
);
const inFragments = (opcode: number, payload: Buffer, size: number): Case => ({
  title: `9.${opcode + 2} ${payload.length} bytes, ${NAMES[opcode]}, in fragments of ${size}`,
  send: fragments(opcode, payload, everyBytes(payload.length, size)),
  expect: [told(opcode, payload)],
});
function stream(size: number): Case {
  const send = Array.from({ length: 300 }, (_none, i) => (i % 2 === 0 ? text : binary)("*".repeat(size)));
  return { title: `9.7 300 messages of ${size} bytes`, send, expect: send.map(echoed) };
}
const sizes: Case[] = [
  echo("9.1 a large text", text(largeText)),
  echo("9.2 large binary", binary(largeBytes)),
  ...[64, 1024, 4096, 65_536].flatMap((size) => [
    inFragments(TEXT, largeText, size),
    inFragments(BINARY, largeBytes, size),
  ]),
  ...[0, 16, 64, 125, 1000].map(stream),
];

/** The cases 9.3 and 9.4 of Autobahn: what has no limit but its bytes, with all defaults. */
const hugeText = bytes("BAsd7&jh23 Ελληνικά 😀 ".repeat(2 ** 22 / 32)).subarray(0, 2 ** 22);
const hugeBytes = Buffer.concat(Array.from({ length: 16 }, () => largeBytes));
export const HUGE: readonly Case[] = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304].flatMap(
  (size) => [inFragments(TEXT, hugeText, size), inFragments(BINARY, hugeBytes, size)],
);

/** Limits of the endpoint that the cases of `LIMITED` are for. */
export const LIMITS = { maxMessageSize: 1000, maxFragments: 8, maxEmptyFragments: 4 } as const;
const tooBig = (title: string, send: readonly Sent[], before: readonly string[] = []): Case =>
  refuse(title, send, 1009, before);
const thousand = Buffer.alloc(1000, "*");
const EMPTY = Array.from({ length: LIMITS.maxEmptyFragments }, () => frame(0));
/** Before a limit is crossed by a whole message or fragment, its header says so. */
export const LIMITED: readonly Case[] = [
  echo("9.5 as many bytes as may be", binary(thousand)),
  inPieces("9.5 as many bytes as may be, in fragments", fragments(TEXT, thousand, [400, 800])),
  tooBig("9.5 a byte more, seen in the header", [{ ...text("*".repeat(1001)), cut: 0 }]),
  tooBig(
    "9.5 a byte more, in the last fragment's header",
    fragments(BINARY, Buffer.alloc(1001), [400, 800]).map((one, i) => (i === 2 ? { ...one, cut: 0 } : one)),
  ),
  tooBig("9.5 a byte more, in a fragment that is not the last", [frame(TEXT, thousand), { ...frame(0, "*"), cut: 0 }]),
  tooBig("9.5 much more, after a good one", [text("a"), { ...binary(Buffer.alloc(70_000)), cut: 0 }], [told(TEXT, "a")]),
  { title: "9.5 each message by itself", send: [text(thousand), text(thousand)], expect: [told(TEXT, thousand), told(TEXT, thousand)] },
  { title: "9.6 pings are no part of it", send: [frame(BINARY, thousand), ping("p"), frame(FIN)], expect: [told(PONG, "p"), told(BINARY, thousand)] },
  inPieces("9.6 as many fragments as may be", fragments(TEXT, bytes("12345678"), everyBytes(8, 1))),
  refuse("9.6 one fragment more", fragments(TEXT, bytes("123456789"), everyBytes(9, 1)), 1008),
  inPieces("9.6 as many empty fragments as may be", [frame(TEXT), ...EMPTY.slice(1), frame(0, "a"), frame(FIN)]),
  inPieces("9.6 as many empty fragments among others", [frame(BINARY, "a"), ...EMPTY, frame(0, "b"), frame(FIN)]),
  refuse("9.6 one empty fragment more", [frame(TEXT), ...EMPTY], 1008),
  refuse("9.6 one empty fragment more, between others", [frame(TEXT, "a"), ...EMPTY, frame(0, "b"), frame(0)], 1008),
  refuse("9.6 empty fragments without end", [frame(TEXT), ...Array.from({ length: 40 }, () => frame(0))], 1008),
  {
    title: "9.6 each message's empty fragments by themselves",
    send: Array.from({ length: 3 }, () => [frame(TEXT, "a"), ...EMPTY.slice(1), frame(FIN, "b")]).flat(),
    expect: Array.from({ length: 3 }, () => told(TEXT, "ab")),
  },
  {
    title: "9.6 each message's fragments by themselves",
    send: Array.from({ length: 5 }, () => fragments(TEXT, bytes("1234"), [1, 2])).flat(),
    expect: Array.from({ length: 5 }, () => told(TEXT, "1234")),
  },
]; // prettier-ignore

function inPieces(title: string, send: readonly Sent[]): Case {
  const opcode = (send[0]?.first ?? 0) & 15;
  return { title, send, expect: [told(opcode, Buffer.concat(send.map(({ payload }) => payload)))] };
}

export const GROUPS: readonly (readonly [name: string, cases: readonly Case[]])[] = [
  ["1 framing", framing],
  ["1 masks and lengths", headers],
  ["2 pings and pongs", pings],
  ["3 reserved bits", reserved],
  ["4 opcodes", opcodes],
  ["5 fragments", fragmented],
  ["6 UTF-8", utf8],
  ["7 closing", closing],
  ["9 sizes", sizes],
];
