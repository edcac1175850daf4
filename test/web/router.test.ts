/** Which route answers: the order in which they were given decides, however they are looked up. */
import * as assert from "uvu/assert";
import { PathTable } from "../../src/web/paths/path-table.ts";
import { suite } from "../_support/suite.ts";

const test = suite("router");

const router = (...patterns: (string | RegExp)[]): PathTable<number> =>
  new PathTable(patterns.map((pattern, target) => ({ pattern, target })));
const found = (made: PathTable<number>, path: string): unknown => {
  const match = made.find(path);
  return match === undefined ? undefined : [match.target, ...match.captured];
};

test("finds constant paths", () => {
  const made = router("/", "/a", "/a/b", "/a/");
  assert.equal(found(made, "/"), [0]);
  assert.equal(found(made, "/a"), [1]);
  assert.equal(found(made, "/a/b"), [2]);
  assert.equal(found(made, "/a/"), [3]);
  assert.is(found(made, "/b"), undefined);
  assert.is(found(made, "/a/b/"), undefined);
});
test("captures one segment for a parameter, never an empty one", () => {
  const made = router("/users/:id", "/users/:id/posts/:post");
  assert.equal(found(made, "/users/7"), [0, "7"]);
  assert.equal(found(made, "/users/7/posts/a%20b"), [1, "7", "a%20b"]);
  assert.is(found(made, "/users/"), undefined);
  assert.is(found(made, "/users/7/"), undefined);
});
test("captures the rest of the path for an asterisk", () => {
  const made = router("/files/*");
  assert.equal(found(made, "/files/a/b.c"), [0, "a/b.c"]);
  assert.equal(found(made, "/files/"), [0, ""]);
  assert.is(found(made, "/files"), undefined);
});
test("matches an expression against the whole path, alternatives included", () => {
  const made = router(/\/a|\/b/, /\/n(\d+)(?:\/(x))?/);
  assert.equal(found(made, "/b"), [0]);
  assert.is(found(made, "/a/zzz"), undefined);
  assert.equal(found(made, "/n12"), [1, "12", undefined]);
  assert.equal(found(made, "/n12/x"), [1, "12", "x"]);
});
test("lets the earlier route win among constants, patterns and expressions", () => {
  assert.equal(found(router("/:a", "/x"), "/x"), [0, "x"]);
  assert.equal(found(router("/x", "/:a"), "/x"), [0]);
  assert.equal(found(router(/\/./, "/x"), "/x"), [0]);
  assert.equal(found(router("/x", /\/./), "/x"), [0]);
  assert.equal(found(router("/*", "/:a", "/x"), "/x"), [0, "x"]);
  assert.equal(found(router("/:a/y", "/x/:b", "/x/y"), "/x/y"), [0, "x"]);
  assert.equal(found(router("/x/:b", "/:a/y"), "/x/y"), [0, "y"]);
  assert.equal(found(router("/x", "/x"), "/x"), [0]);
});
test("goes back where a constant segment leads nowhere", () => {
  const made = router("/a/b/c", "/a/:x/d", "/:y/b/e");
  assert.equal(found(made, "/a/b/d"), [1, "b"]);
  assert.equal(found(made, "/a/b/e"), [2, "a"]);
});
test("takes patterns in other letters than ASCII", () => {
  assert.equal(found(router("/über/:id"), "/%C3%BCber/1"), [0, "1"]);
});
test("finds every one of 500 routes", () => {
  const made = new PathTable(Array.from({ length: 500 }, (_, target) => ({ pattern: `/r${target}/:id`, target })));
  for (const target of [0, 250, 499])
    assert.equal(made.find(`/r${target}/x`), { target, captured: ["x"], index: target });
});
test("refuses patterns it does not understand, and says what to use", () => {
  for (const pattern of ["a", "/a/*/b", "/a:b", "/:", "/:a-b", "/a*"]) {
    try {
      router(pattern);
      assert.unreachable(pattern);
    } catch (error) {
      assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_ROUTE");
      assert.match((error as Error).message, "Use a RegExp");
    }
  }
});

test.run();
