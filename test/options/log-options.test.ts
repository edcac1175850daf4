/** The log options (Tornado's log_test: LoggingOptionTest), `enablePrettyLogging` and `LogFormatter`. */
import { enablePrettyLogging, LogFormatter, loggers, setLoggers } from "../../src/log.ts";
import type { Logger, LogRecord } from "../../src/log.ts";
import * as assert from "uvu/assert";
import { defineLoggingOptions, OptionParser } from "../../src/options/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("log options", { deadline: 20 });

/** The package's own, before any test replaces them. */
const plain = { ...loggers };

/** What is written to standard error while a function runs with the package's loggers; they are put back. */
function written(call: () => void, own: { [name: string]: Logger } = {}): string[] {
  const lines: string[] = [];
  const before = setLoggers({ ...plain, ...own });
  const { error } = console;
  console.error = (line: string) => void lines.push(line.replace(/ \d{6} \d\d:\d\d:\d\d /, " "));
  try {
    call();
  } finally {
    console.error = error;
    setLoggers(before);
  }
  return lines;
}

function logAll(): void {
  for (const level of ["debug", "info", "warn", "error"] as const) loggers.general[level](level);
}
const ALL = [
  "[D landspout.general] debug",
  "[I landspout.general] info",
  "[W landspout.general] warn",
  "[E landspout.general] error",
];

function parserWith(args: readonly string[], set?: string | null): void {
  const parser = new OptionParser();
  defineLoggingOptions(parser);
  if (set !== undefined) parser.set("logging", set);
  parser.parseCommandLine(args);
}

for (const [args, set, from] of [
  [[], undefined, 1],
  [["--logging=debug"], undefined, 0],
  [["--logging=WARNING"], undefined, 2],
  [["--logging=error"], undefined, 3],
  [["--logging=none"], undefined, 1],
  [["--logging=None"], undefined, 1],
  [["--logging=DEBUG", "--log-to-stderr"], undefined, 0],
  [[], "error", 3],
  [[], null, 1],
  [["--logging=debug"], "none", 0],
  [["--logging=debug", "--no-log-to-stderr"], undefined, 1],
] as const)
  test(`${args.join(" ")}, set to ${String(set)} before: the lowest level is ${ALL[from]?.slice(24)}`, () => {
    const lines = written(() => {
      parserWith(args, set);
      logAll();
    });
    assert.equal(lines, ALL.slice(from));
  });

test("loggers of the program stay, unless the log shall go to standard error", () => {
  const taken: string[] = [];
  const take = (line: string): void => void taken.push(line);
  const own = { general: { debug: take, info: take, warn: take, error: take } };
  const kept = written(() => {
    enablePrettyLogging({ logging: "error" });
    logAll();
  }, own);
  assert.equal([kept, taken], [[], ["debug", "info", "warn", "error"]]);
  const replaced = written(() => {
    enablePrettyLogging({ logging: "error", logToStderr: true });
    logAll();
  }, own);
  assert.equal(replaced, ALL.slice(3));
});

test("wrong values are refused", () => {
  for (const [call, said] of [
    [() => enablePrettyLogging({ logging: "loud" }), "logging must be one of debug, info"],
    [() => enablePrettyLogging({ loging: "info" } as object), "did you mean logging?"],
    [() => enablePrettyLogging({ formatter: {} } as never), "formatter must be a LogFormatter"],
    [() => new LogFormatter({ colour: true } as object), "did you mean color?"],
    [() => new LogFormatter({ colors: { warning: "x" } } as object), "did you mean warn?"],
  ] as const)
    assert.throws(
      call,
      (error: Error & { code: string }) => error.code === "ERR_LANDSPOUT_OPTION" && error.message.includes(said),
    );
});

/** Runs as if standard error were a terminal. */
function onTerminal<T>(env: string | undefined, call: () => T): T {
  const { isTTY } = process.stderr;
  const before = process.env["NO_COLOR"];
  Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true, writable: true });
  if (env === undefined) delete process.env["NO_COLOR"];
  else process.env["NO_COLOR"] = env;
  try {
    return call();
  } finally {
    Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true, writable: true });
    if (before === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = before;
  }
}

const RECORD: LogRecord = {
  level: "warn",
  logger: "access",
  message: "a\nb\x1b[2J",
  time: new Date(2026, 6, 8, 9, 5, 3),
};
const PLAIN = "[W 260708 09:05:03 landspout.access] a\n    b\\x1b[2J";

test("LogFormatter has colours on a terminal only, and not with NO_COLOR", () => {
  const colored = PLAIN.replace(/^\[.*?\]/, (prefix) => `\x1b[33m${prefix}\x1b[0m`);
  assert.is(onTerminal(undefined, () => new LogFormatter()).format(RECORD), colored);
  assert.is(onTerminal("1", () => new LogFormatter()).format(RECORD), PLAIN);
  assert.is(onTerminal(undefined, () => new LogFormatter({ color: false })).format(RECORD), PLAIN);
  const own = onTerminal(undefined, () => new LogFormatter({ colors: { warn: "<" } }));
  assert.ok(own.format(RECORD).startsWith("<[W "));
});

test("a formatter of the program's is used; if it throws, the record is written all the same", () => {
  class Short extends LogFormatter {
    override format({ level, message }: LogRecord): string {
      if (message === "bad") throw new RangeError("inside");
      return `${level}: ${message}`;
    }
  }
  const lines = written(() => {
    enablePrettyLogging({ formatter: new Short() });
    loggers.general.info("good");
    loggers.general.info("bad");
  });
  assert.is(lines[0], "info: good");
  assert.match(
    lines[1] as string,
    /^\[I landspout\.general\] bad\n\[E .* The formatter of the log failed\n {4}RangeError: inside/,
  );
});

test.run();
