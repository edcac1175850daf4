/**
 * What the compiler knows of routes: `tsc` checks this file, and every line it must refuse says so. The functions here are read, not
 * run; the tests at the end hold the types against what happens.
 */
import * as assert from "uvu/assert";
import { PathMatches, reverse, route, url } from "../../src/web/routing/index.ts";
import type { PathArguments, PathParameters, ReverseArguments } from "../../src/web/routing/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import type { Route } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("types of routes");

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(proof: Same<A, B>): void => assert.ok(proof);

test("patterns give names and places", () => {
  same<PathParameters<"/">, {}>(true);
  same<PathParameters<"/users/:id">, { readonly id: string }>(true);
  same<PathParameters<"/users/:id/posts/:post">, { readonly id: string; readonly post: string }>(true);
  same<PathParameters<"/files/*">, { readonly "*": string }>(true);
  same<PathParameters<"/:a/files/*path">, { readonly a: string; readonly path: string }>(true);
  same<PathParameters<string>, { readonly [name: string]: string | undefined }>(true);
  same<PathParameters<RegExp>, { readonly [name: string]: string | undefined }>(true);
  same<PathArguments<"/">, []>(true);
  same<PathArguments<"/users/:id/x/:post/*">, [string, string, string]>(true);
  same<PathArguments<string>, string[]>(true);
  same<PathArguments<RegExp>, (string | undefined)[]>(true);
  same<ReverseArguments<"/a/b">, []>(true);
});

test("functions know what their pattern captures", () => {
  route("/users/:id/posts/:post", (request, id, post) => {
    same<typeof id, string>(true);
    same<typeof post, string>(true);
    same<typeof request.params.id, string>(true);
    // @ts-expect-error there is no part of that name
    return request.params.name;
  });
  // @ts-expect-error the pattern captures one part
  route("/users/:id", (_request, id, more) => id + more);
  // @ts-expect-error the pattern captures nothing
  route("/users", (_request, id) => id);
  // @ts-expect-error parts are strings
  route("/users/:id", (_request, id: number) => ({ id }));
  // @ts-expect-error a number cannot be written
  route("/users/:id", () => 1);
  route("/users/:id", {
    GET: (request) => request.params.id,
    PUT: (_request, id) => id,
    PROPFIND: (_request, id) => id,
  });
  // @ts-expect-error there is no part of that name
  route("/users/:id", { GET: (request) => request.params.name });
  route(/\/r(?<year>\d+)(x)?/, (request, ...args) => {
    same<(typeof args)[0], string | undefined>(true);
    same<typeof request.params.year, string | undefined>(true);
  });
  route("/status", function () {
    this.setStatus(204);
  });
});

test("functions in a list of routes get strings", () => {
  const routes: Route[] = [
    [
      "/users/:id",
      (request, id, more) => {
        same<typeof id, string>(true);
        same<typeof more, string>(true);
        same<(typeof request.params)["name"], string | undefined>(true);
        return { id };
      },
    ],
    ["/files/*", { GET: (_request, path) => path.toUpperCase(), POST: (request) => request.body }],
    [/\/x/, [["/x", (request) => request.path]]],
    route("/typed/:id", (_request, id) => id),
    // @ts-expect-error a number cannot be written
    ["/number", () => 1],
    // @ts-expect-error methods are in capitals
    ["/method", { get: () => "" }],
  ];
  assert.is(routes.length, 6);
});

test("handler classes know the names of the pattern they are for", () => {
  class Post extends RequestHandler<"/users/:id/posts/:post"> {
    override get(id: string, post: string): void {
      same<typeof this.pathKwargs, { readonly id: string; readonly post: string }>(true);
      // @ts-expect-error there is no part of that name
      this.write(this.pathKwargs.name);
      this.write(id + post);
    }
  }
  class Any extends RequestHandler {
    override get(): void {
      same<(typeof this.pathKwargs)["name"], string | undefined>(true);
    }
  }
  route("/users/:id/posts/:post", Post);
  route("/users/:id/posts/:post", Any, { name: "any", initArgs: {} });
  // @ts-expect-error the pattern does not capture what the class reads
  route("/users/:id", Post);
  new Application([
    ["/users/:id/posts/:post", Post],
    ["/", Any],
  ]);
});

test("paths are made of the values a pattern needs, and of no others", () => {
  assert.is(reverse("/users/:id", { id: 1 }), "/users/1");
  assert.is(reverse("/users/:id", "a"), "/users/a");
  assert.is(reverse("/a/b"), "/a/b");
  assert.is(url("/users/:id/*rest", RequestHandler).reverse({ id: 1, rest: "a/b" }), "/users/1/a/b");
  assert.is(route("/users/:id", (_request, id) => id).reverse(3n), "/users/3");
  assert.is(new PathMatches("/users/:id").reverse({ id: 5 }), "/users/5");
  const wrong = [
    // @ts-expect-error no value
    () => reverse("/users/:id"),
    // @ts-expect-error one too many
    () => reverse("/users/:id", 1, 2),
    // @ts-expect-error there is no part of that name
    () => reverse("/users/:id", { name: 1 }),
    // @ts-expect-error one more than there are
    () => reverse("/users/:id", { id: 1, more: 2 }),
    // @ts-expect-error a value is missing
    () => reverse("/users/:id/:post", { id: 1 }),
    // @ts-expect-error not what stands in a path
    () => reverse("/users/:id", { id: true }),
    // @ts-expect-error captures nothing
    () => reverse("/a/b", 1),
    // @ts-expect-error there is no part of that name
    () => route("/users/:id", () => "").reverse({ name: 1 }),
  ];
  for (const call of wrong) assert.throws(call, /takes|needs|has no part|text, a number or bytes/);
});

test.run();
