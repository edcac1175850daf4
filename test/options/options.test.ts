/**
 * Tornado's options_test, in its order and under its names, and the rows that landspout adds: values, files, the environment, `mock`, the
 * help.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import * as root from "../../src/index.ts";
import {
  Duration,
  MAX_OPTION_VALUES,
  OptionParser,
  OptionsError,
  options as programOptions,
  withAttributes,
} from "../../src/options/index.ts";
import type { Options, OptionSpec } from "../../src/options/index.ts";
import { LOADER } from "../_support/loader.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("options", { deadline: 30 });
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** A parser with its options as properties. */
function parserOf(specs: { readonly [name: string]: OptionSpec } = {}): Options {
  const parser = new OptionParser();
  parser.defineAll(specs);
  return withAttributes(parser);
}

/** The message of the OptionsError that a call throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.instance(error, OptionsError);
    assert.is((error as OptionsError).code, "ERR_LANDSPOUT_OPTIONS");
    return (error as OptionsError).message;
  }
  throw new Error("it was accepted");
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => new Error("it was accepted"),
    (reason: unknown) => reason,
  );
  return refusal(() => {
    throw error;
  });
}

// --- Tornado's ---

test("parse_command_line", () => {
  const options = parserOf({ port: { default: 80 } });
  assert.equal(options.parseCommandLine(["--port=443"]), []);
  assert.is(options["port"], 443);
});

test("parse_config_file: a module", async () => {
  const options = parserOf({ port: { default: 80 }, userName: { default: "foo" }, myPath: {} });
  await options.parseConfigFile(fixture("config.mjs"));
  assert.equal([options["port"], options["userName"], options["my_path"]], [443, "李康", fixture("config.mjs")]);
});

test("parse_callbacks", () => {
  const options = parserOf();
  let called = 0;
  options.addParseCallback(() => void called++);
  options.parseCommandLine([], { final: false });
  assert.is(called, 0);
  options.parseCommandLine([]);
  assert.is(called, 1);
  options.parseCommandLine([]);
  assert.is(called, 2, "each final parse runs them");
  options.parseEnvironment("X", { env: {}, final: false });
  assert.is(called, 2);
  options.parseEnvironment("X", { env: {} });
  options.runParseCallbacks();
  assert.is(called, 4);
});

test("subcommand: options end at the first argument without a dash", () => {
  const base = parserOf({ verbose: { default: false } });
  const sub = parserOf({ foo: { type: String } });
  const rest = base.parseCommandLine(["--verbose", "subcommand", "--foo=bar"]);
  assert.equal(rest, ["subcommand", "--foo=bar"]);
  assert.is(base["verbose"], true);
  assert.equal(sub.parseCommandLine(rest.slice(1)), []);
  assert.is(sub["foo"], "bar");
  assert.match(
    refusal(() => sub.parseCommandLine(["--verbose"])),
    "unknown option --verbose",
  );
});

test("setattr", () => {
  const options = parserOf({ foo: { default: 1, type: "int" } });
  options["foo"] = 2;
  assert.is(options["foo"], 2);
});

test("setattr_type_check: text is not parsed", () => {
  const options = parserOf({ foo: { default: 1, type: "int" } });
  assert.is(
    refusal(() => (options["foo"] = "2")),
    '--foo must be a whole number, not "2"',
  );
  assert.is(options["foo"], 1);
});

test("setattr_with_callback, and with a parse", () => {
  const values: unknown[] = [];
  const options = parserOf({ foo: { default: 1, type: "int", callback: (value: number) => void values.push(value) } });
  assert.equal(values, [], "not for the default");
  options["foo"] = 2;
  options.parseCommandLine(["--foo=3"]);
  options.parseEnvironment("A", { env: { A_FOO: "4" } });
  assert.equal(values, [2, 3, 4]);
});

const sample = (): Options => parserOf({ a: { default: 1 }, b: { default: 2 } });

test("iter, getitem, setitem, items, as_dict", () => {
  const options = sample();
  assert.equal(new Set(options), new Set(["a", "b", "help"]));
  assert.is(options.get("a"), 1);
  options.set("a", 3);
  assert.is(options["a"], 3);
  assert.equal(
    new Map(options.items()),
    new Map<string, unknown>([
      ["help", undefined],
      ["a", 3],
      ["b", 2],
    ]),
  );
  assert.equal(options.asDict(), { help: undefined, a: 3, b: 2 });
  assert.ok("a" in options && options.has("a") && !("c" in options));
});

test("group_dict", () => {
  const options = parserOf({ a: { default: 1 }, b: { group: "b_group", default: 2 } });
  assert.equal(options.groups(), new Set(["b_group", ""]));
  assert.equal(options.groupDict("b_group"), { b: 2 });
  assert.equal(options.groupDict("nonexistent"), {});
});

test("mock_patch: nested, mixed with values that are set meanwhile", () => {
  const options = parserOf({ foo: { default: 1 } });
  options.parseCommandLine(["--foo=2"]);
  const first = options.mock({ foo: 3 });
  assert.is(options["foo"], 3);
  first[Symbol.dispose]();
  assert.is(options["foo"], 2);
  options.mock({ foo: 4 }, () => {
    assert.is(options["foo"], 4);
    options["foo"] = 5;
    options.mock({ foo: 6 }, () => assert.is(options["foo"], 6));
    assert.is(options["foo"], 5);
  });
  assert.is(options["foo"], 2);
  first[Symbol.dispose]();
  assert.is(options["foo"], 2, "only the first time counts");
});

test("types", () => {
  class Email {
    readonly value: string;
    constructor(text: string) {
      if (!text.includes("@")) throw new Error("an address has an @");
      this.value = text;
    }
  }
  const options = new OptionParser();
  const values = options.defineAll({
    str: { type: String },
    int: { type: "int" },
    float: { type: Number },
    big: { type: BigInt },
    date: { type: Date },
    wait: { type: Duration },
    email: { type: Email },
    url: { type: URL },
    words: { type: (text: string) => text.split(" ") },
    flag: { type: Boolean },
  });
  options.parseCommandLine([
    "--str=asdf",
    "--int=42",
    "--float=1.5",
    "--big=12345678901234567890",
    "--date=2013-04-28 05:16",
    "--wait=45s",
    "--email=a@example.com",
    "--url=http://localhost/",
    "--words=a b",
    "--flag=true",
  ]);
  assert.equal([values.str, values.int, values.float, values.flag], ["asdf", 42, 1.5, true]);
  assert.is(values.big, 12_345_678_901_234_567_890n);
  assert.equal(values.date, new Date(2013, 3, 28, 5, 16));
  assert.equal(values.wait, { seconds: 45 });
  assert.is(values.email?.value, "a@example.com");
  assert.is(values.url?.href, "http://localhost/");
  assert.equal(values.words, ["a", "b"]);
  assert.is(
    refusal(() => options.parseCommandLine(["--email=nobody"])),
    '--email: "nobody" is not accepted: an address has an @',
  );
  assert.match(
    refusal(() => options.set("email", "a@example.com")),
    "--email must be a value of the type Email",
  );
});

test("multiple_string, multiple_int", () => {
  const options = parserOf({ foo: { type: String, multiple: true }, bar: { type: "int", multiple: true } });
  assert.equal([options["foo"], options["bar"]], [[], []]);
  options.parseCommandLine(["--foo=a,b,c", "--bar=1,3,5:7,-2:-1"]);
  assert.equal(options["foo"], ["a", "b", "c"]);
  assert.equal(options["bar"], [1, 3, 5, 6, 7, -2, -1]);
  options.parseCommandLine(["--foo="]);
  assert.equal(options["foo"], []);
});

test("error_redefine, in every spelling", () => {
  const options = parserOf({ fooBar: {} });
  for (const name of ["fooBar", "foo_bar", "foo-bar"])
    assert.is(
      refusal(() => options.define(name)),
      "option --foo-bar is already defined, as fooBar",
    );
});

test("dash_underscore_cli", () => {
  for (const defined of ["foo-bar", "foo_bar", "fooBar"])
    for (const flag of ["--foo-bar=a", "--foo_bar=a", "--fooBar=a", "-foo-bar=a", "---foo_bar=a"]) {
      const options = parserOf({ [defined]: {} });
      options.parseCommandLine([flag]);
      assert.equal([options["foo_bar"], options["fooBar"], options["foo-bar"]], ["a", "a", "a"]);
    }
});

test("dash_underscore_file, and text of a file is parsed", async () => {
  const options = parserOf({
    "foo-bar": {},
    port: { default: 80 },
    userName: {},
    num: { default: 1 },
    tags: { multiple: true },
    wait: { type: Duration },
  });
  await options.parseConfigFile(new URL("fixtures/config.json", import.meta.url));
  assert.equal(options.asDict(), {
    help: undefined,
    "foo-bar": "a",
    port: 443,
    userName: "李康",
    num: 7,
    tags: ["x", "y"],
    wait: { seconds: 5400 },
  });
});

test("dash_underscore_introspection: names stay as they were defined, the help has dashes", () => {
  const options = parserOf({ "with-dash": { group: "g" }, with_underscore: { group: "g" } });
  const names = ["help", "with-dash", "with_underscore"];
  assert.equal([...options].sort(), names);
  assert.equal(Object.keys(options.asDict()).sort(), names);
  assert.equal(Object.keys(options.groupDict("g")), names.slice(1));
  let help = "";
  options.printHelp((text) => (help += text));
  assert.ok(help.includes("--with-dash=TEXT") && help.includes("--with-underscore=TEXT"));
});

// --- the command line ---

test("a value may be an argument of its own; a number may be negative", () => {
  const options = parserOf({ port: { default: 1 }, rate: { type: Number }, name: {}, wait: { type: Duration } });
  assert.equal(options.parseCommandLine(["--port", "-5", "--rate", "-.5", "--wait", "-1m", "--name", "-", "x"]), ["x"]);
  assert.equal([options["port"], options["rate"], options["name"], options["wait"]], [-5, -0.5, "-", { seconds: -60 }]);
  for (const args of [["--port"], ["--port", "--name"], ["--name", "-x"], ["--name", "--"]])
    assert.match(
      refusal(() => options.parseCommandLine(args)),
      / needs a value: write --(?:port=INT|name=TEXT)$/,
    );
});

test("a flag takes no argument; --no-flag turns it off", () => {
  const options = parserOf({ debug: { default: true }, noise: { default: true } });
  assert.equal(options.parseCommandLine(["--no-debug", "true"]), ["true"]);
  assert.is(options["debug"], false);
  options.parseCommandLine(["--debug", "--no_noise"]);
  assert.equal([options["debug"], options["noise"]], [true, false]);
  for (const [text, value] of [
    ["TRUE", true],
    ["1", true],
    ["yes", true],
    ["f", false],
    ["0", false],
    ["no", false],
  ] as const) {
    options.parseCommandLine([`--debug=${text}`]);
    assert.is(options["debug"], value, text);
  }
  assert.is(
    refusal(() => options.parseCommandLine(["--debug=maybe"])),
    '--debug must be true or false, not "maybe"',
  );
  assert.match(
    refusal(() => options.parseCommandLine(["--no-debug=1"])),
    "unknown option --no-debug",
  );
});

test("-- and - end the options", () => {
  const options = parserOf({ debug: { default: false } });
  assert.equal(options.parseCommandLine(["--", "--debug"]), ["--debug"]);
  assert.equal(options.parseCommandLine(["-", "--debug"]), ["-", "--debug"]);
  assert.is(options["debug"], false);
});

const WRONG: readonly (readonly [spec: OptionSpec, text: string, said: string])[] = [
  [{ default: 1 }, "1.5", 'a whole number, not "1.5"'],
  [{ default: 1 }, "0x10", 'a whole number, not "0x10"'],
  [{ default: 1 }, "", 'a whole number, not ""'],
  [{ default: 1 }, "9007199254740993", 'a whole number, not "9007199254740993"'],
  [{ type: Number }, "1e999", 'a number, not "1e999"'],
  [{ type: Number }, "nan", 'a number, not "nan"'],
  [{ type: BigInt }, "1.5", 'a whole number, not "1.5"'],
  [{ type: Date }, "2013-02-30", "a date and time such as "],
  [{ type: Date }, "yesterday", "a date and time such as "],
  [{ type: Duration }, "5 parsecs", "a length of time such as 90s or 1h 30m, not "],
  [{ type: Duration }, "5 constructor", "a length of time such as 90s or 1h 30m, not "],
  [{ type: Duration }, "", "a length of time such as 90s or 1h 30m, not "],
  [{ type: "int", multiple: true }, "1,,2", 'a whole number, not ""'],
  [{ type: "int", multiple: true }, "5:1", 'ranges from a smaller number to a larger one, not "5:1"'],
  [{ type: "int", multiple: true }, "1:1000000000", `at most ${MAX_OPTION_VALUES} values, not "1:1000000000"`],
  [{ default: "hunter2", type: "int", secret: true, multiple: false } as OptionSpec, "x", "a whole number"],
];
for (const [spec, text, said] of WRONG) {
  const { default: initial, ...rest } = spec;
  const own = spec.secret === true ? rest : { ...rest, ...(initial === undefined ? {} : { default: initial }) };
  test(`${JSON.stringify(text)} is refused: must be ${said}`, () => {
    const parser = parserOf({ it: own });
    const message = refusal(() => parser.parseCommandLine([`--it=${text}`]));
    if (spec.secret === true) assert.is(message, `--it must be ${said}`);
    else assert.ok(message.startsWith(`--it must be ${said}`), message);
  });
}

for (const [text, date] of [
  ["Mon Dec 31 23:59:58 2012", new Date(2012, 11, 31, 23, 59, 58)],
  ["2012-12-31 23:59:58", new Date(2012, 11, 31, 23, 59, 58)],
  ["2012-12-31 23:59", new Date(2012, 11, 31, 23, 59)],
  ["2012-12-31T23:59", new Date(2012, 11, 31, 23, 59)],
  ["20121231 23:59:58", new Date(2012, 11, 31, 23, 59, 58)],
  ["20121231 23:59", new Date(2012, 11, 31, 23, 59)],
  ["2012-12-31", new Date(2012, 11, 31)],
  ["20121231", new Date(2012, 11, 31)],
  ["23:59:58", new Date(1900, 0, 1, 23, 59, 58)],
  ["23:59", new Date(1900, 0, 1, 23, 59)],
  ["2012-12-31T23:59:58.5Z", new Date(Date.UTC(2012, 11, 31, 23, 59, 58, 500))],
  ["2012-12-31T23:59:58+01:30", new Date(Date.UTC(2012, 11, 31, 22, 29, 58))],
] as const)
  test(`a date: ${text}`, () => {
    const options = parserOf({ when: { type: Date } });
    options.parseCommandLine([`--when=${text}`]);
    assert.equal(options["when"], date);
  });

for (const [text, length] of [
  ["1h 30m", 5400],
  ["1h30m", 5400],
  ["90", 90],
  ["1.5 hours", 5400],
  ["250ms", 0.25],
  ["1us", 0.000_001],
  ["1w 1d", 691_200],
  ["-1 min", -60],
] as const)
  test(`a length of time: ${text}`, () => {
    const options = parserOf({ wait: { type: Duration } });
    options.parseCommandLine([`--wait=${text}`]);
    assert.equal(options["wait"], { seconds: length });
  });

// --- names ---

test("a name that nothing defines is refused, with the nearest one", () => {
  const options = parserOf({ logToStderr: { default: false }, port: { default: 1 } });
  assert.is(
    refusal(() => options.parseCommandLine(["--prot=1"])),
    "unknown option --prot; did you mean --port?",
  );
  assert.is(
    refusal(() => options.parseCommandLine(["--log_to_sdterr"])),
    "unknown option --log_to_sdterr; did you mean --log-to-stderr?",
  );
  assert.is(
    refusal(() => options.parseCommandLine(["--quite-another"])),
    "unknown option --quite-another; --help lists the options",
  );
  assert.is(
    refusal(() => options["prot"]),
    "options: unknown option prot; did you mean port?",
  );
  assert.match(
    refusal(() => (options["prot"] = 1)),
    "did you mean port?",
  );
  assert.match(
    refusal(() => options.parseCommandLine(["---"])),
    "unknown option --",
  );
});

test("names that objects and parsers have themselves cannot be options", () => {
  const options = new OptionParser();
  for (const name of [
    "__proto__",
    "constructor",
    "toString",
    "then",
    "define",
    "parse_command_line",
    "get",
    "a b",
    "",
    "1",
  ])
    assert.match(
      refusal(() => options.define(name)),
      "cannot be the name of an option",
    );
  assert.match(
    refusal(() => options.parseCommandLine(["--__proto__=1"])),
    "unknown option",
  );
  assert.is(({} as { polluted?: unknown }).polluted, undefined);
});

test("a definition is checked", () => {
  const options = new OptionParser();
  const usage = (spec: object): string => {
    try {
      options.define("x", spec);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it was accepted");
  };
  assert.match(usage({ defualt: 1 }), "did you mean default?");
  assert.match(usage({ type: "integer" }), "type must be String, Number");
  assert.match(usage({ default: "x", type: "int" }), '--x must be a whole number, not "x"');
  assert.match(usage({ default: 1, multiple: true }), "must be a list");
  assert.is(options.has("x"), false);
});

test("options can be inspected and awaited", async () => {
  assert.is(await Promise.resolve(programOptions), programOptions);
  assert.is(typeof (await import("node:util")).inspect(programOptions), "string");
  assert.is(root.options, programOptions);
  assert.equal([...programOptions].slice(0, 3), ["help", "logging", "logToStderr"]);
});

// --- callbacks ---

test("a callback that throws stops the parse, one that rejects is logged", async () => {
  const options = parserOf({
    bad: {
      callback: () => {
        throw new RangeError("no");
      },
    },
    late: { callback: () => Promise.reject(new Error("late")) as never },
  });
  assert.throws(() => options.parseCommandLine(["--bad=x"]), RangeError);
  const log = expectLog("Uncaught exception in the callback of the option late");
  options.parseCommandLine(["--late=x"]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(log.records.length, 1);
});

// --- files, environment ---

test("a file that is missing, malformed, or has an unknown name is refused with its path", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-options-"));
  try {
    const options = parserOf({ port: { default: 1 } });
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const cases = [
      [join(folder, "none.json"), "cannot be read: ENOENT"],
      [file("a.json", "{"), "cannot be read: "],
      [file("b.json", "[1]"), "must hold an object of options"],
      [file("c.json", '{ "prot": 1 }'), "unknown option prot; did you mean port?"],
      [file("d.json", '{ "port": true }'), "--port must be a whole number, not true"],
      [file("e.json", '{ "__proto__": 1 }'), "unknown option __proto__"],
      [file("f.mjs", "throw new Error('inside')"), "cannot be read: inside"],
      [fixture("default-export.mjs"), "unknown option prot; did you mean port?"],
    ] as const;
    for (const [path, said] of cases) {
      const message = await rejection(options.parseConfigFile(path));
      assert.ok(message.startsWith(path) && message.includes(said), message);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("parseEnvironment", () => {
  const options = parserOf({
    logLevel: { default: "a" },
    port: { default: 1 },
    debug: { default: true },
    tags: { multiple: true },
  });
  options.parseEnvironment("APP", {
    env: { APP_LOG_LEVEL: "", APP_PORT: "", APP_DEBUG: "false", APP_TAGS: "x,y", PORT: "9", APP_HELP: "1" },
  });
  assert.equal(options.asDict(), { help: undefined, logLevel: "", port: 1, debug: false, tags: ["x", "y"] });
  options.parseEnvironment("", { env: { PORT: "9" } });
  assert.is(options["port"], 9);
  assert.is(
    refusal(() => options.parseEnvironment("APP_", { env: { APP_PORT: "http" } })),
    'APP_PORT: --port must be a whole number, not "http"',
  );
  process.env["LANDSPOUT_TEST_PORT"] = "7";
  options.parseEnvironment("LANDSPOUT_TEST");
  delete process.env["LANDSPOUT_TEST_PORT"];
  assert.is(options["port"], 7);
});

// --- mock ---

test("mock waits for a promise, puts back after a failure, and sets nothing if a value is wrong", async () => {
  const options = parserOf({ foo: { default: 1 }, bar: { default: "a" } });
  const running = options.mock({ foo: 2 }, async () => {
    await Promise.resolve();
    return options["foo"] as number;
  });
  assert.is(options["foo"], 2);
  assert.is(await running, 2);
  assert.is(options["foo"], 1);
  assert.throws(
    () =>
      options.mock({ foo: 3 }, () => {
        throw new Error("inside");
      }),
    "inside",
  );
  assert.is(options["foo"], 1);
  refusal(() => options.mock({ foo: 4, bar: 5 }));
  refusal(() => options.mock({ foo: 4, baz: 5 }));
  assert.equal([options["foo"], options["bar"]], [1, "a"]);
});

// --- a program ---

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...LOADER, fixture("program.ts"), ...args], {
    encoding: "utf8",
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
}

test("--help goes to standard error, and ends the program with 0", () => {
  const { status, stdout, stderr } = run("--help", "--nonsense");
  assert.equal([status, stdout], [0, ""]);
  assert.is(stderr, readFileSync(fixture("help.txt"), "utf8"));
});

test("a program reads its own arguments", () => {
  const { status, stdout } = run("--port=80", "--logging=NONE", "--peers=5:6", "file");
  assert.is(status, 0);
  const { port, logging, peers, rest } = JSON.parse(stdout) as { [name: string]: unknown };
  assert.equal([port, logging, peers, rest], [80, "none", [5, 6], ["file"]]);
  assert.equal(
    run("--logging=loud").stderr,
    '--logging: "loud" is not accepted: there is debug, info, warning, warn, error, none\n',
  );
});

test.run();
