/** Whatever the arguments are: values of the right types, or an OptionsError. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { Duration, OptionParser, OptionsError } from "../../src/options/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("arbitrary arguments", { deadline: 60 });

const NAMES = [
  "int",
  "num",
  "big",
  "text",
  "flag",
  "date",
  "wait",
  "ints",
  "texts",
  "dates",
  "own",
  "no-flag",
  "__proto__",
];

function parserOf(): { parser: OptionParser; values: object } {
  const parser = new OptionParser();
  const values = parser.defineAll({
    int: { type: "int" },
    num: { type: Number },
    big: { type: BigInt },
    text: { type: String },
    flag: { type: Boolean },
    date: { type: Date },
    wait: { type: Duration },
    ints: { type: "int", multiple: true },
    texts: { multiple: true },
    dates: { type: Date, multiple: true },
    own: { type: URL },
  });
  return { parser, values };
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(..."0123456789-+.:eE,smhdTZ "), maxLength: 24 }),
  fc.integer().map(String),
  fc.date().map((date) => (Number.isNaN(date.getTime()) ? "no date" : date.toISOString())),
);
const argument = fc.oneof(
  text,
  fc
    .tuple(fc.constantFrom("-", "--", "---", ""), fc.constantFrom(...NAMES), fc.constantFrom("=", ""), text)
    .map((parts) => parts.join("")),
  fc.constantFrom(...NAMES.map((name) => `--${name}`)),
);

/** The values that are allowed, by the name of the option. */
const ALLOWED: { readonly [name: string]: (value: unknown) => boolean } = {
  int: Number.isSafeInteger,
  num: (value) => typeof value === "number" && !Number.isNaN(value),
  big: (value) => typeof value === "bigint",
  text: (value) => typeof value === "string",
  flag: (value) => typeof value === "boolean",
  date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  wait: (value) => Number.isFinite((value as { seconds: number }).seconds),
  ints: (value) => (value as unknown[]).every(Number.isSafeInteger),
  texts: (value) => (value as unknown[]).every((item) => typeof item === "string"),
  dates: (value) => (value as Date[]).every((item) => !Number.isNaN(item.getTime())),
  own: (value) => value instanceof URL,
};

test("nothing but an OptionsError is thrown, and values are of their types", () => {
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
      if (args.some((written) => /^-+help/.test(written))) return;
      const { parser, values } = parserOf();
      let rest: string[] = [];
      try {
        rest = parser.parseCommandLine(args);
      } catch (error) {
        assert.instance(error, OptionsError, String(error));
      }
      assert.equal(rest, rest.length === 0 ? [] : args.slice(-rest.length));
      for (const [name, value] of Object.entries(values))
        assert.ok(value === undefined || ALLOWED[name]?.(value) === true, `${name} is ${String(value)}`);
      assert.is(({} as { polluted?: unknown }).polluted, undefined);
    }),
    { numRuns: 2000 },
  );
});

test("reading long arguments takes linear time", () => {
  const time = (length: number): number => {
    const { parser } = parserOf();
    const started = process.cpuUsage();
    for (const name of ["--int=", "--num=", "--date=", "--wait=", "--ints=", "--own=", "--"])
      for (const unit of ["1", "-", " ", "1 ", "1:", ",", "a"]) {
        try {
          parser.parseCommandLine([name + unit.repeat(length)]);
        } catch (error) {
          assert.instance(error, OptionsError);
        }
      }
    const { user } = process.cpuUsage(started);
    return user;
  };
  time(2_000);
  const short = Math.min(time(2_000), time(2_000));
  const long = Math.min(time(32_000), time(32_000));
  assert.ok(long < 64 * short + 200_000, `${short} µs, 16 times as long ${long} µs`);
});

test.run();
