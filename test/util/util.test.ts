/** Tornado's util_test for what landspout has of it: ConfigurableTest, ImportObjectTest; and ObjectDict. */
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Configurable, importObject, ObjectDict } from "../../src/util/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("util", { deadline: 20 });

interface Options {
  readonly a?: number;
  readonly b?: number;
}
class Base extends Configurable {
  readonly a: number | undefined;
  constructor(options?: Options) {
    super();
    this.a = options?.a;
  }
  static override configurableBase = () => Base;
  static override configurableDefault = () => One;
}
class One extends Base {}
class Two extends Base {
  readonly b: number | undefined;
  constructor(options?: Options) {
    super(options);
    this.b = options?.b;
  }
}
test.after.each(() => Base.configure());

test("default, configured class, and back", () => {
  assert.ok(Base.create() instanceof One);
  assert.is(Base.configuredClass(), One);
  Base.configure(Two);
  assert.ok(Base.create() instanceof Two);
  assert.is(Base.configuredClass(), Two);
  assert.ok(new One() instanceof One && !(new One() instanceof Two));
  Base.configure();
  assert.ok(Base.create() instanceof One);
});

test("options of configure, and those of the call on top; a class made directly has its own only", () => {
  Base.configure(Two, { a: 1, b: 2 });
  const made = Base.create({ b: 3 }) as Two;
  assert.equal([made.a, made.b], [1, 3]);
  const direct = new Two({ b: 4 });
  assert.equal([direct.a, direct.b], [undefined, 4]);
});

test("a base that is its own implementation; several levels", () => {
  class Lower extends Base {
    static override configurableBase = () => Lower as never;
    static override configurableDefault = () => Lower as never;
  }
  class Lowest extends Lower {}
  Base.configure(Lower);
  const lower = Base.create();
  assert.ok(lower instanceof Lower && !(lower instanceof Lowest));
  (Lower as typeof Base).configure(Lowest);
  assert.ok(Base.create() instanceof Lowest);
});

test("what is no implementation is refused", () => {
  for (const wrong of [Map, "One", {}])
    assert.throws(
      () => Base.configure(wrong as never),
      (error: Error & { code: string }) => error.code === "ERR_LANDSPOUT_CONFIGURABLE",
    );
  class Unfinished extends Configurable {}
  assert.throws(() => Unfinished.create(), /configurableBase must return/);
});

test("importObject: a module, an export, a member of one", async () => {
  assert.is(await importObject("node:path#join"), join);
  assert.is(((await importObject("node:path")) as { join: unknown }).join, join);
  assert.is(await importObject("node:path#posix.sep"), "/");
  assert.is(await importObject("./fixtures/module.mjs#admin.name", import.meta.url), "MainHandler");
  for (const name of ["node:path#nothing", "node:path#join.constructor", "node:path#", "./here.js", "#x", ""]) {
    const error = (await importObject(name).catch((reason: unknown) => reason)) as { code?: string };
    assert.is(error.code, "ERR_LANDSPOUT_IMPORT", name);
  }
});

test("ObjectDict has names as keys only", () => {
  const dict = new ObjectDict<{ [name: string]: unknown }>({ a: 1 });
  dict["b"] = 2;
  assert.equal({ ...dict }, { a: 1, b: 2 });
  assert.is(dict["constructor"], undefined);
  dict["__proto__"] = 3;
  assert.equal(Object.keys(dict), ["a", "b", "__proto__"]);
});

test.run();
