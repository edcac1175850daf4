/** The one checker of options: names and what is near them, types, ranges, and the sentence. */
import * as assert from "uvu/assert";
import { UsageError } from "../src/errors.ts";
import * as rules from "../src/options-check.ts";
import type { OptionTable } from "../src/options-check.ts";
import { suite } from "./_support/suite.ts";

const test = suite("option checker");

interface Options {
  chunkSize?: number;
  maxSize?: number;
  bodyTimeout?: number;
  xheaders?: boolean;
  mode?: "a" | "b";
  tags?: readonly string[];
  inner?: { depth?: number };
}

const TABLE: OptionTable<Options> = {
  chunkSize: rules.whole(1, 1000),
  maxSize: rules.whole(),
  bodyTimeout: rules.seconds(),
  xheaders: rules.flag,
  mode: rules.oneOf("a", "b"),
  tags: rules.listOf(rules.text, "names"),
  inner: rules.group<{ depth?: number }>({ depth: rules.whole(0, 9) }),
};

function sentence(options: unknown): string {
  try {
    rules.checkOptions<Options>("Thing", options as Options, TABLE);
  } catch (error) {
    assert.instance(error, UsageError);
    assert.is((error as UsageError).code, "ERR_LANDSPOUT_OPTION");
    return (error as UsageError).message;
  }
  return "";
}

test("good options pass, undefined ones are not given", () => {
  for (const options of [
    {},
    { chunkSize: 1, maxSize: Infinity, bodyTimeout: 0.5, xheaders: false, mode: "b", tags: [], inner: { depth: 0 } },
    { chunkSize: undefined, inner: undefined },
    Object.assign(Object.create(null), { chunkSize: 1000 }),
  ])
    assert.is(sentence(options), "");
});

test("a size is a whole number in its range, a time a finite one", () => {
  for (const chunkSize of [0, 1001, 1.5, NaN, Infinity, -1, "10", null, 10n, true, {}])
    assert.match(sentence({ chunkSize }), /^Thing: chunkSize must be a whole number from 1 to 1000, not /);
  for (const maxSize of [-1, 1.5, NaN, -Infinity, 2 ** 53, "10"])
    assert.match(
      sentence({ maxSize }),
      /^Thing: maxSize must be a whole number from 0, or Infinity for no limit, not /,
    );
  for (const bodyTimeout of [-1, NaN, Infinity, "5", null])
    assert.match(sentence({ bodyTimeout }), /^Thing: bodyTimeout must be a number of seconds from 0, not /);
});

test("other types", () => {
  assert.is(sentence({ xheaders: "yes" }), 'Thing: xheaders must be true or false, not "yes"');
  assert.is(sentence({ xheaders: 1 }), "Thing: xheaders must be true or false, not 1");
  assert.is(sentence({ mode: "c" }), 'Thing: mode must be "a" or "b", not "c"');
  assert.is(sentence({ tags: "a" }), 'Thing: tags must be a list of names, not "a"');
  assert.is(sentence({ tags: ["a", 1] }), "Thing: tags must be a list of names, not a list");
  assert.is(sentence({ inner: { depth: 10 } }), "Thing, inner: depth must be a whole number from 0 to 9, not 10");
  assert.is(sentence({ inner: { dept: 1 } }), 'Thing, inner: there is no option "dept"; did you mean depth?');
  for (const options of [null, [], "x", 5, () => 1])
    assert.match(sentence(options), /^Thing: the options must be an object, not /);
});

test("an unknown name is refused with the nearest one", () => {
  const near = (name: string): string | undefined => /did you mean (\w+)\?$/.exec(sentence({ [name]: 1 }))?.[1];
  assert.is(near("chunk_size"), "chunkSize");
  assert.is(near("chunksize"), "chunkSize");
  assert.is(near("CHUNK-SIZE"), "chunkSize");
  assert.is(near("chukSize"), "chunkSize");
  assert.is(near("chnukSize"), "chunkSize");
  assert.is(near("bodyTimout"), "bodyTimeout");
  assert.is(near("xHeader"), "xheaders");
  assert.is(
    sentence({ port: 1 }),
    'Thing: there is no option "port"; there are chunkSize, maxSize, bodyTimeout, xheaders, mode, tags and inner',
  );
  // Names that every object has.
  for (const name of ["constructor", "toString", "__proto__x", "hasOwnProperty"])
    assert.match(sentence({ [name]: 1 }), /there is no option/);
  assert.match(sentence(JSON.parse('{"__proto__":1}')), /there is no option "__proto__"/);
  // Also where it is inherited.
  assert.match(sentence(Object.create({ chunksize: 1 })), /did you mean chunkSize/);
});

test("a value is shown, but not a long text, which may be a secret", () => {
  assert.is(sentence({ mode: "x".repeat(50) }), 'Thing: mode must be "a" or "b", not text of 50 characters');
  assert.match(sentence({ mode: new Map() }), /not an object of Map$/);
  assert.match(sentence({ mode: () => 1 }), /not a function$/);
  assert.match(sentence({ mode: Symbol("s") }), /not a symbol$/);
});

test("defaults stand where nothing, or undefined, is given", () => {
  const defaults = { a: 1, b: 2 };
  assert.equal(rules.withDefaults<{ a?: number; b?: number }, typeof defaults>({ a: 5 }, defaults), { a: 5, b: 2 });
  const options = { a: undefined } as unknown as { a?: number };
  assert.equal(rules.withDefaults<{ a?: number }, typeof defaults>(options, defaults), defaults);
});

test("the distance of a long name costs no time worth mention", () => {
  assert.match(sentence({ ["x".repeat(10_000)]: 1 }), /there is no option/);
});

test.run();
