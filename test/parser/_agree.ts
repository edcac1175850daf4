/**
 * Random and mutated input for the parsers, and the comparison of what they make of it. Used by the test with a few thousand
 * runs and by `scripts/fuzz-parser.ts` with as many as one likes. What is right is not known here, only that all agree.
 */
import fc from "fast-check";
import * as abi from "../../src/parser/abi.ts";
import { FIELD_NAMES, METHOD_NAMES } from "../../src/parser/names.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import type { Element } from "./_case.ts";
import { topics } from "./cases/index.ts";
import { parse, put, snapshot } from "./_feed.ts";

export interface Trial {
  readonly element: Element;
  readonly input: string;
  readonly maxFields: number;
  /** Lengths at which the input is handed over once more, ascending. */
  readonly cuts: readonly number[];
  readonly start: number;
}

/** Bytes on which grammars turn. */
const HINGES = '\r\n\t :;,="\\%?/*#[]@.-0159afxAFZ~\0\x01\x0b\x0c\x1f\x7f\x80\x85\xa0\xff';
const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz";

const oneOf = (letters: string): fc.Arbitrary<string> => fc.constantFrom(...letters);
const run = (unit: fc.Arbitrary<string>, min: number, max: number): fc.Arbitrary<string> =>
  fc.array(unit, { minLength: min, maxLength: max, size: "max" }).map((units) => units.join(""));
const anyByte: fc.Arbitrary<string> = fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte));
const token = run(oneOf(TCHARS), 1, 20);
const blanks = fc.constantFrom("", "", " ", " ", "\t", "  ", " \t ", "      ");

const recased = (name: string): fc.Arbitrary<string> =>
  fc
    .bigInt({ min: 0n, max: (1n << 25n) - 1n })
    .map((bits) => [...name].map((letter, i) => ((bits >> BigInt(i)) & 1n ? letter.toUpperCase() : letter)).join(""));
const knownName = fc.constantFrom(...FIELD_NAMES.slice(1)).chain(recased);
const factName = fc.constantFrom(...FIELD_NAMES.slice(1, 7)).chain(recased);
const nearName = fc.tuple(knownName, fc.nat(), oneOf(TCHARS)).map(([name, at, letter]) => {
  const i = at % (name.length + 1);
  return name.slice(0, i) + letter + name.slice(i + (at % 2));
});
const fieldName = fc.oneof(factName, factName, knownName, nearName, token);

const listItems = fc.constantFrom(
  ..."chunked Chunked CHUNKED gzip close Close keep-alive Keep-Alive upgrade identity 100-continue 100-Continue".split(
    " ",
  ),
  ..."0 1 5 007 4294967296 9007199254740991 9007199254740992 18446744073709551616 -1 +1 0x1".split(" "),
  ..."example.com a:80 [::1]:80 a:123456 a%20b a%2 u@a [] websocket".split(" "),
  "",
  '"a',
  "chunked;x=1",
);
const list = fc
  .array(fc.tuple(blanks, listItems, blanks), { minLength: 1, maxLength: 3 })
  .map((items) => items.map((item) => item.join("")).join(","));
const longText = fc
  .tuple(fc.integer({ min: 1, max: 90 }), oneOf("aZ0 \xff"))
  .map(([length, letter]) => letter.repeat(length));
const fieldValue = fc.oneof(
  { weight: 6, arbitrary: list },
  { weight: 3, arbitrary: longText },
  { weight: 3, arbitrary: run(oneOf("ab, \t;=:"), 0, 40) },
  { weight: 1, arbitrary: run(anyByte, 0, 6) },
);
const fieldLine = fc
  .tuple(fieldName, blanks, fieldValue, blanks)
  .map(([name, a, value, b]) => `${name}:${a}${value}${b}\r\n`);
const fieldLines = run(fieldLine, 0, 8);

const authority = fc.constantFrom(
  "a",
  "a:80",
  "a:",
  ":80",
  "",
  "[::1]:443",
  "[::1]",
  "u@a",
  "a:123456",
  "a,b",
  "a%20:1",
  "a%2",
);
const usual = <T>(usually: fc.Arbitrary<T>, sometimes: fc.Arbitrary<T>, weight = 4): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usually }, { weight: 1, arbitrary: sometimes });

const originForm = run(oneOf("/a%?.~{}|*:@[]\\^`0-"), 0, 40).map((rest) => `/${rest}`);
const anyTarget = fc.oneof(
  run(oneOf("/a%?.~{}|*:@[]\\^`0-"), 1, 40).map((rest) => `/${rest}`),
  fc.constantFrom("/", "*", "*a", "a", "?", "//a", "http:", "http:/", "http://", "https://", "/a?b?c%20", "/%41?x"),
  fc
    .tuple(
      fc.constantFrom("http://", "https://", "HTTP://", "hTTpS://", "httpx://"),
      authority,
      fc.constantFrom("", "/", "/a%20", "?", "?a", "#", "/a?b"),
    )
    .map((parts) => parts.join("")),
  authority,
);
const anyMethod = fc.oneof(fc.constantFrom(...METHOD_NAMES.slice(1)), fc.constantFrom("OPTIONS", "CONNECT"), token);
const startOfRequest = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.oneof(fc.constantFrom("GET", "POST", "OPTIONS"), token), originForm) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom("GET", "OPTIONS"),
      authority.map((name) => `http://${name}/a%20?b`),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant("CONNECT"), authority) },
  { weight: 3, arbitrary: fc.tuple(anyMethod, anyTarget) },
);
const anyVersion = fc.constantFrom("HTTP/1.0", "HTTP/1.9", "HTTP/2.0", "HTTP/1.", "http/1.1", "HTTP/11");
const version = usual(fc.constant("HTTP/1.1"), anyVersion, 9);
const requestHead = fc
  .tuple(
    fc.constantFrom("", "", "", "\r\n"),
    startOfRequest,
    version,
    fieldLines,
    fc.constantFrom("\r\n", "\r\n", "\r\n", ""),
  )
  .map(([empty, [m, t], v, lines, end]) => `${empty}${m} ${t} ${v}\r\n${lines}${end}`);
const responseHead = fc
  .tuple(
    version,
    usual(fc.constantFrom("200", "404", "101"), fc.constantFrom("20", "099", "2000")),
    usual(
      fieldValue.map((value) => ` ${value}`),
      fc.constant(""),
    ),
    fieldLines,
    fc.constantFrom("\r\n", "\r\n", ""),
  )
  .map(([v, status, reason, lines, end]) => `${v} ${status}${reason}\r\n${lines}${end}`);
const trailerSection = fc.tuple(fieldLines, fc.constantFrom("\r\n", "\r\n", "")).map(([lines, end]) => lines + end);
const chunkExtension = fc.oneof(
  token.map((name) => `;${name}`),
  fc.tuple(token, token).map(([name, value]) => `;${name}=${value}`),
  fc.tuple(token, run(oneOf("ab \t;=\x80,"), 0, 12)).map(([name, value]) => `;${name}="${value}"`),
  fc.tuple(token, run(oneOf('ab\t\\"\n'), 0, 6)).map(([name, value]) => `;${name}="${value}"`),
);
const chunkLine = fc
  .tuple(
    usual(
      run(oneOf("0123456789abcdefABCDEF"), 1, 13),
      fc.oneof(
        run(oneOf("0123456789abcdefABCDEF"), 0, 18),
        fc.constantFrom("1fffffffffffff", "20000000000000", "0".repeat(30)),
      ),
    ),
    fc.array(chunkExtension, { maxLength: 3 }),
    usual(fc.constant("\r\n"), fc.constantFrom("\n", "\r", ""), 8),
  )
  .map(([size, extensions, end]) => size + extensions.join("") + end);

const cases = topics.flatMap((topic) => topic.cases).filter((one) => one.input.length < 2000);
const caseInput = fc.constantFrom(...cases).map((one): [Element, string] => [one.element ?? "request", one.input]);
const of = (element: Element, input: fc.Arbitrary<string>): fc.Arbitrary<[Element, string]> =>
  input.map((made): [Element, string] => [element, made]);
const anyElement: fc.Arbitrary<Element> = fc.constantFrom("request", "response", "trailers", "chunk");

const seedInput: fc.Arbitrary<[Element, string]> = fc.oneof(
  { weight: 6, arbitrary: of("request", requestHead) },
  { weight: 2, arbitrary: of("response", responseHead) },
  { weight: 2, arbitrary: of("trailers", trailerSection) },
  { weight: 3, arbitrary: of("chunk", chunkLine) },
  { weight: 3, arbitrary: caseInput },
  { weight: 1, arbitrary: fc.tuple(anyElement, run(oneOf(HINGES), 0, 60)) },
  { weight: 1, arbitrary: fc.tuple(anyElement, run(anyByte, 0, 30)) },
);

type Mutation = (input: string) => string;

const mutation: fc.Arbitrary<Mutation> = fc
  .record({
    kind: fc.constantFrom("replace", "insert", "delete", "repeat", "truncate", "flip"),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 12 }),
    byte: fc.oneof({ weight: 4, arbitrary: oneOf(HINGES) }, { weight: 1, arbitrary: anyByte }),
  })
  .map(({ kind, at, length, byte }): Mutation => (input) => {
    const i = input.length === 0 ? 0 : at % input.length;
    switch (kind) {
      case "replace":
        return input.slice(0, i) + byte + input.slice(i + 1);
      case "insert":
        return input.slice(0, i) + byte + input.slice(i);
      case "delete":
        return input.slice(0, i) + input.slice(i + (length % 3) + 1);
      case "repeat":
        return input.slice(0, i + length) + input.slice(i);
      case "truncate":
        return input.slice(0, i);
      default:
        return (
          input.slice(0, i) + String.fromCharCode((input.charCodeAt(i) || 0) ^ (1 << (length & 7))) + input.slice(i + 1)
        );
    }
  });

/** Most trials are well-formed or wrong in one place: that is where parsers differ. */
const mutations = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Mutation[]>([]) },
  { weight: 4, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(mutation, { minLength: 2, maxLength: 5 }) },
);

export const trial: fc.Arbitrary<Trial> = fc
  .tuple(
    seedInput,
    mutations,
    usual(fc.constantFrom(8, 100, abi.MAX_FIELDS), fc.constantFrom(0, 1, 2, 3)),
    fc.array(fc.nat(), { maxLength: 4 }),
    fc.oneof(fc.integer({ min: 0, max: 80 }), fc.constant(-1)),
  )
  .map(([[element, seed], changes, maxFields, cuts, place]): Trial => {
    const input = changes.reduce((text, change) => change(text), seed);
    return {
      element,
      input,
      maxFields,
      cuts: [...cuts.map((cut) => cut % (input.length + 1)), input.length].toSorted((a, b) => a - b),
      start: place === -1 ? abi.MEMORY_SIZE - input.length : abi.RECEIVE - 40 + place,
    };
  });

function describe(parser: HttpParser, element: Element, result: number, start: number): string {
  return JSON.stringify([result, ...snapshot(parser, element, result, start)]);
}

/** What a parser makes of the whole, and of the input in pieces; the two must be alike. */
function outcome(parser: HttpParser, { element, input, maxFields, cuts, start }: Trial): string {
  put(parser, input, start);
  const result = parse(parser, element, start, start + input.length, 0, maxFields);
  const whole = describe(parser, element, result, start);
  let hint = 0;
  for (const cut of cuts) {
    const partial = parse(parser, element, start, start + cut, hint, maxFields);
    const piece = describe(parser, element, partial, start);
    if (cut === input.length || partial > 0) {
      if (piece !== whole) return `${whole} whole but ${piece} in pieces`;
      break;
    }
    if (partial < 0) return piece === whole ? whole : `${whole} whole but ${piece} after ${cut} bytes`;
    hint = element === "chunk" ? 0 : (parser.table[abi.T_RESUME] as number);
  }
  return whole;
}

/** What the parsers say where they differ from each other or from themselves, or undefined. */
export function findDisagreement(parsers: readonly HttpParser[], one: Trial): string | undefined {
  const outcomes = parsers.map((parser) => `${parser.kind}: ${outcome(parser, one)}`);
  const [first = ""] = outcomes;
  const answers = new Set(outcomes.map((text) => text.slice(text.indexOf(":") + 1)));
  return answers.size > 1 || first.includes(" whole but ") ? outcomes.join("\n") : undefined;
}
