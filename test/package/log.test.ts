/** The loggers: their format, and pino in their place as it is. */
import { Writable } from "node:stream";
import pino from "pino";
import * as assert from "uvu/assert";
import { loggers, setLoggers } from "../../src/log.ts";
import { inject } from "../../src/testing/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("log", { deadline: 20 });

/** The package's own, before any test replaces them. */
const plain = { ...loggers };

class Main extends RequestHandler {
  override get() {
    this.write("x");
  }
}

test("pino fits in as it is", async () => {
  const lines: { level: number; name: string; msg: string }[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as { level: number; name: string; msg: string });
      done();
    },
  });
  const before = setLoggers({
    access: pino({ name: "access" }, sink),
    application: pino({ name: "application" }, sink),
    general: pino({ name: "general" }, sink),
  });
  try {
    const app = new Application([["/", Main]]);
    await inject(app, "/a?b");
    await inject(app, "/");
    loggers.general.error("text");
  } finally {
    setLoggers(before);
  }
  assert.equal(
    lines.map(({ level, name, msg }) => [level, name, msg.replace(/[0-9.]+ms$/, "?ms")]),
    [
      [40, "access", "404 GET /a?b (127.0.0.1) ?ms"],
      [30, "access", "200 GET / (127.0.0.1) ?ms"],
      [50, "general", "text"],
    ],
  );
});

test("a logger that does not exist, or is none, is refused", () => {
  for (const [wrong, sentence] of [
    [{ acces: console }, "did you mean access?"],
    [{ access: {} }, "access must be an object with debug, info, warn and error"],
  ] as const)
    assert.throws(
      () => setLoggers(wrong as object),
      (error: Error & { code?: string }) => error.code === "ERR_LANDSPOUT_OPTION" && error.message.includes(sentence),
    );
});

/** The lines a record becomes on standard error. */
function written(message: string): string {
  const lines: string[] = [];
  const { error } = console;
  console.error = (line: string) => void lines.push(line);
  try {
    plain.general.warn(message);
  } finally {
    console.error = error;
  }
  assert.is(lines.length, 1);
  return (lines[0] as string).replace(/^\[W \d{6} \d\d:\d\d:\d\d landspout\.general\] /, "");
}

for (const [raw, shown] of [
  ["\x1b[31mred", "\\x1b[31mred"],
  ["a\x9b31mred", "a\\x9b31mred"],
  ["a\x85b", "a\\x85b"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["abc\u202efed", "abc\\u202efed"],
  ["\u2066a\u2069\u200f\u061c", "\\u2066a\\u2069\\u200f\\u061c"],
  ["\0\b\v\f\x7f", "\\x00\\x08\\x0b\\x0c\\x7f"],
  ["\ud800 \u{e0041}", "\\ud800 \\u{e0041}"],
  ["grün 😀 日本 C:\\x\ttab", "grün 😀 日本 C:\\x\ttab"],
  [
    "one\r\ntwo\rthree\n[E 260101 00:00:00 landspout.general] forged",
    "one\n    two\n    three\n    [E 260101 00:00:00 landspout.general] forged",
  ],
] as const) {
  test(`a record shows ${JSON.stringify(shown)} and no control character`, () => assert.is(written(raw), shown));
}

test("a logger of the program gets the same text, its lines apart by line feeds", async () => {
  const lines: string[] = [];
  const take = (line: string): void => void lines.push(line);
  const before = setLoggers({ general: { debug: take, info: take, warn: take, error: take } });
  try {
    for (const level of ["debug", "info", "warn", "error"] as const) loggers.general[level]("a\x1b[2J\u202eb\r\nc\rd");
  } finally {
    setLoggers(before);
  }
  assert.equal(lines, Array(4).fill("a\\x1b[2J\\u202eb\nc\nd"));
});

test("a logger in use can be spread, to replace one of its functions", () => {
  const lines: string[] = [];
  const own = { debug() {}, info() {}, warn() {}, error: (line: string) => void lines.push(line) };
  const first = setLoggers({ general: { ...loggers.general, error: own.error } });
  // Now it is one of the program's own, behind the guard.
  const second = setLoggers({ general: { ...loggers.general, debug: own.debug } });
  try {
    loggers.general.error("seen");
  } finally {
    setLoggers(second);
    setLoggers(first);
  }
  assert.equal(lines, ["seen"]);
});

test.run();
