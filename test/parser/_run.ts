/**
 * Feeds every case to every parser: whole, at several places of the memory and at its very end, with other bytes behind it,
 * cut in two at every place, byte by byte, moved between two calls. Whatever the way, the expected result is the same.
 */
import { suite } from "../_support/suite.ts";
import * as assert from "uvu/assert";
import * as abi from "../../src/parser/abi.ts";
import type { HttpParser } from "../../src/parser/types.ts";
import type { Accepted, ByteTable, Case, Element, Expectation, Refused } from "./_case.ts";
import { parse, put, snapshot, span, text } from "./_feed.ts";
import { parsers } from "./_parsers.ts";

const DEFAULT_MAX_FIELDS = 100;
/** Longer inputs are cut only where it is likely to matter, to keep the time of a run in bounds. */
const CUT_EVERYWHERE = 700;
const BEHIND = ["\r\n\r\n", "\n", "\0", " x", ": y\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\xff".repeat(40)];

interface Feed {
  readonly parser: HttpParser;
  readonly element: Element;
  readonly input: string;
  readonly maxFields: number;
  readonly expect: Expectation;
}

/**
 * How many bytes it takes until the answer is certain: a refusal must come with that byte, neither earlier nor later, and
 * whatever is shorter must be incomplete.
 */
function decidedAfter({ input, expect }: Feed): number {
  if ("unfinished" in expect) return Number.POSITIVE_INFINITY;
  if (!("error" in expect)) return expect.consumed ?? input.length;
  switch (expect.error) {
    case abi.E_BARE_CR:
      return expect.at + 2;
    case abi.E_VERSION_UNSUPPORTED:
      return expect.at + 3;
    case abi.E_TARGET_FORM:
      return input.indexOf(" ", expect.at) + 1;
    default:
      return expect.at + 1;
  }
}

const named = Object.entries(abi) as [string, number][];
const CODES = new Map(named.filter(([name]) => name.startsWith("E_")).map(([name, value]) => [value, name]));
const FLAGS = named.filter(([name]) => name.startsWith("F_"));

const codeName = (code: number): string => CODES.get(code) ?? String(code);
const flagNames = (flags: number): string =>
  FLAGS.filter(([, value]) => (flags & value) !== 0)
    .map(([name]) => name)
    .join(" ");

function checkRefused({ parser }: Feed, expect: Refused, result: number, start: number, way: string): void {
  const got =
    result < 0 ? `${codeName(-result)} at ${(parser.table[abi.T_ERROR_OFFSET] as number) - start}` : `result ${result}`;
  assert.is(got, `${codeName(expect.error)} at ${expect.at}`, way);
}

function checkAccepted(feed: Feed, expect: Accepted, result: number, start: number, way: string): void {
  const { parser, input, element } = feed;
  const { table } = parser;
  const slot = (index: number): number => table[index] as number;
  const length = (low: number): number => slot(low) + slot(low + 1) * 2 ** 32;
  const failed = result < 0 ? ` (${codeName(-result)} at ${slot(abi.T_ERROR_OFFSET) - start})` : "";
  assert.is(result, expect.consumed ?? input.length, `consumed, ${way}${failed}`);
  const is = (value: unknown, expected: unknown, what: string): void => {
    if (expected !== undefined) assert.equal(value, expected, `${what}, ${way}`);
  };
  if (element === "chunk") {
    is(length(abi.T_CHUNK_SIZE_LO), expect.size, "size");
    return;
  }
  is(slot(abi.T_METHOD), expect.method, "method");
  is(span(parser, abi.T_METHOD_START, abi.T_METHOD_END), expect.methodText, "method text");
  is(slot(abi.T_TARGET_FORM), expect.form, "form");
  is(span(parser, abi.T_TARGET_START, abi.T_TARGET_END), expect.target, "target");
  is(span(parser, abi.T_PATH_START, abi.T_PATH_END), expect.path, "path");
  is(span(parser, abi.T_AUTHORITY_START, abi.T_AUTHORITY_END), expect.authority, "authority");
  is(slot(abi.T_MINOR), expect.minor, "minor version");
  if (expect.flags !== undefined) {
    const flags = expect.flags | (expect.host === undefined ? 0 : abi.F_HOST_PRESENT);
    if (slot(abi.T_FLAGS) !== flags) is(flagNames(slot(abi.T_FLAGS)), flagNames(flags), "flags");
    is(slot(abi.T_FLAGS), flags, "flags");
    if (expect.host === undefined) is([slot(abi.T_HOST_START), slot(abi.T_HOST_END)], [0, 0], "no host");
  }
  is(length(abi.T_CONTENT_LENGTH_LO), expect.contentLength, "content length");
  if (expect.host !== undefined) {
    is(span(parser, abi.T_HOST_START, abi.T_HOST_END), expect.host, "host");
    is(slot(abi.T_HOST_START) > 0, true, "host's place");
  }
  is(slot(abi.T_STATUS), expect.status, "status");
  is(span(parser, abi.T_REASON_START, abi.T_REASON_END), expect.reason, "reason");
  checkFields(parser, expect, way);
}

function checkFields(parser: HttpParser, expect: Accepted, way: string): void {
  const { table } = parser;
  const fields: [string, string][] = [];
  const ids: number[] = [];
  const known = [0, 0];
  for (let line = 0; line < (table[abi.T_FIELD_COUNT] as number); line++) {
    const at = abi.T_FIELDS + line * abi.FIELD_SLOTS;
    const [first, nameEnd, valueStart, valueEnd] = [...table.subarray(at, at + 4)] as [number, number, number, number];
    const id = first >>> 24;
    fields.push([text(parser, first & 0xffffff, nameEnd), text(parser, valueStart, valueEnd)]);
    if (valueStart === valueEnd) assert.is(parser.buffer[valueStart], 0x0d, `an empty value lies at its CR, ${way}`);
    ids.push(id);
    if (id !== 0) known[id >> 5] = ((known[id >> 5] as number) | (1 << (id & 31))) >>> 0;
  }
  if (expect.fields !== undefined) assert.equal(fields, expect.fields, `fields, ${way}`);
  if (expect.ids !== undefined) assert.equal(ids, expect.ids, `ids, ${way}`);
  assert.equal([table[abi.T_KNOWN], table[abi.T_KNOWN_HI]], known, `known names, ${way}`);
}

function checkUnfinished({ parser, element }: Feed, length: number, result: number, way: string): void {
  assert.is(result, 0, `incomplete, ${way}`);
  if (element !== "chunk") assert.is((parser.table[abi.T_RESUME] as number) & 0xffffff, length, `bytes seen, ${way}`);
}

/** The first `length` bytes are parsed as `result`; is that right? */
function check(feed: Feed, length: number, result: number, start: number, way: string): void {
  const { expect } = feed;
  if (length < decidedAfter(feed)) checkUnfinished(feed, length, result, way);
  else if ("error" in expect) checkRefused(feed, expect, result, start, way);
  else if (!("unfinished" in expect)) checkAccepted(feed, expect, result, start, way);
  if ("unfinished" in expect && length === feed.input.length && feed.element !== "chunk") {
    assert.is(feed.parser.table[abi.T_STAGE], expect.unfinished, `stage, ${way}`);
  }
}

function feedWhole(feed: Feed): void {
  const { parser, element, input, maxFields } = feed;
  const ends = [abi.MEMORY_SIZE, abi.RECEIVE + input.length];
  for (let shift = 1; shift < 20; shift++) ends.push(abi.RECEIVE - 7 + shift + input.length);
  for (const end of ends) {
    const start = end - input.length;
    put(parser, input, start);
    check(feed, input.length, parse(parser, element, start, end, 0, maxFields), start, `whole, at ${start}`);
  }
}

function feedWithBytesBehind(feed: Feed): void {
  const { parser, element, input, maxFields, expect } = feed;
  const start = abi.RECEIVE;
  for (const behind of BEHIND) {
    // The bytes behind belong to the input: only what is decided stays as it is.
    put(parser, input + behind, start);
    if (!("unfinished" in expect)) {
      const result = parse(parser, element, start, start + input.length + behind.length, 0, maxFields);
      check(feed, input.length, result, start, `with ${JSON.stringify(behind)} behind`);
    }
    // The bytes behind lie past the end: they must not be looked at.
    const result = parse(parser, element, start, start + input.length, 0, maxFields);
    check(feed, input.length, result, start, `with ${JSON.stringify(behind)} past the end`);
  }
}

/** Every prefix, whole; then the rest, with the hint, at another place of the memory. */
function feedInTwo(feed: Feed): void {
  const { parser, element, input, maxFields } = feed;
  const step = input.length <= CUT_EVERYWHERE ? 1 : 41;
  for (let cut = 0; cut <= input.length; cut += step) {
    const start = abi.RECEIVE + (cut % 5);
    put(parser, input, start);
    const first = parse(parser, element, start, start + cut, 0, maxFields);
    check(feed, cut, first, start, `the first ${cut} bytes`);
    if (first !== 0) continue;
    const hint = element === "chunk" ? 0 : (parser.table[abi.T_RESUME] as number);
    const moved = abi.RECEIVE - cut;
    put(parser, input, moved);
    const second = parse(parser, element, moved, moved + input.length, hint, maxFields);
    check(feed, input.length, second, moved, `cut after ${cut} bytes and moved`);
  }
}

function feedInSteps(feed: Feed, step: number): void {
  const { parser, element, input, maxFields } = feed;
  const start = abi.RECEIVE;
  put(parser, input, start);
  let hint = 0;
  let stage = 0;
  for (let length = Math.min(step, input.length); ; length = Math.min(length + step, input.length)) {
    const result = parse(parser, element, start, start + length, hint, maxFields);
    check(feed, length, result, start, `in steps of ${step}, ${length} bytes`);
    if (result !== 0 || length === input.length) break;
    if (element === "chunk") continue;
    hint = parser.table[abi.T_RESUME] as number;
    assert.ok((parser.table[abi.T_STAGE] as number) >= stage, `the stage does not go back, ${length} bytes`);
    stage = parser.table[abi.T_STAGE] as number;
    const withHint = snapshot(parser, element, result, start);
    parse(parser, element, start, start + length, 0, maxFields);
    assert.equal(withHint, snapshot(parser, element, 0, start), `with and without hint, ${length} bytes`);
  }
}

function feedByteByByteAtTheEnd(feed: Feed): void {
  const { parser, element, input, maxFields } = feed;
  let hint = 0;
  for (let length = 0; length <= input.length; length++) {
    const start = abi.MEMORY_SIZE - length;
    put(parser, input.slice(0, length), start);
    const result = parse(parser, element, start, abi.MEMORY_SIZE, hint, maxFields);
    check(feed, length, result, start, `${length} bytes at the end of memory`);
    if (result !== 0) break;
    hint = element === "chunk" ? 0 : (parser.table[abi.T_RESUME] as number);
  }
}

function runCase(one: Case, parser: HttpParser): void {
  const feed: Feed = {
    parser,
    element: one.element ?? "request",
    input: one.input,
    maxFields: one.maxFields ?? DEFAULT_MAX_FIELDS,
    expect: one.expect,
  };
  feedWhole(feed);
  feedWithBytesBehind(feed);
  feedInTwo(feed);
  if (one.input.length <= CUT_EVERYWHERE) {
    for (const step of [1, 2, 3, 7]) feedInSteps(feed, step);
    feedByteByByteAtTheEnd(feed);
  } else {
    feedInSteps(feed, 131);
  }
}

function runByteTable(table: ByteTable, parser: HttpParser): void {
  for (let byte = 0; byte < 256; byte++) {
    const character = String.fromCharCode(byte);
    const expect: Expectation =
      table.except?.[character] ??
      (table.accepts.includes(character) ? {} : { error: table.error, at: table.errorAt ?? table.before.length });
    const input = table.before + character + table.after;
    const feed: Feed = { parser, element: table.element ?? "request", input, maxFields: DEFAULT_MAX_FIELDS, expect };
    try {
      feedWhole(feed);
      feedInSteps(feed, 1);
    } catch (error) {
      if (error instanceof Error) error.message = `byte 0x${byte.toString(16)}: ${error.message}`;
      throw error;
    }
  }
}

/** Registers a suite per parser. */
export function runCases(topic: string, cases: readonly Case[], tables: readonly ByteTable[] = []): void {
  for (const parser of parsers) {
    const test = suite(`${topic} · ${parser.kind}`);
    for (const one of cases) {
      const reason = one.skip?.[parser.kind];
      if (reason === undefined) test(one.title, () => runCase(one, parser));
      else test.skip(`${one.title} (${reason})`);
    }
    for (const table of tables) test(table.title, () => runByteTable(table, parser));
    test.run();
  }
}
