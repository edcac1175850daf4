/**
 * The table is whole: every member of a class that programs extend, and every function that an exported interface or type of `src/`
 * describes, has a row, or is named in `_no-rows.ts` with the reason why it needs none. A new one fails here.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { EventSourceHandler, RequestHandler, UIModule } from "../../src/web/index.ts";
import { Matcher, Router } from "../../src/web/routing/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import { suite } from "../_support/suite.ts";
import { APPLICATION_ROWS } from "./_application.ts";
import { HANDLER_ROWS } from "./_handlers.ts";
import { LIVE_ROWS } from "./_live.ts";
import { CALLS, INTERNAL } from "./_no-rows.ts";
import { TRANSPORT_ROWS } from "./_transport.ts";

const test = suite("every function of a program that is called");

const ROWS = [...HANDLER_ROWS, ...APPLICATION_ROWS, ...LIVE_ROWS, ...TRANSPORT_ROWS];
const named = new Set([...ROWS.flatMap(({ hook, also = [] }) => [hook, ...also]), ...CALLS]);

/** Members of the classes, those of their private bases counted as their own. */
function* membersOf(given: { readonly prototype: object; readonly name: string }, until: object): Iterable<string> {
  for (let p = given.prototype; p !== until; p = Object.getPrototypeOf(p) as object)
    for (const member of Object.getOwnPropertyNames(p)) if (member !== "constructor") yield `${given.name}.${member}`;
}

test("members of the classes that programs extend", () => {
  const members = [
    ...membersOf(RequestHandler, Object.prototype),
    ...membersOf(WebSocketHandler, RequestHandler.prototype),
    ...membersOf(EventSourceHandler, RequestHandler.prototype),
    ...membersOf(UIModule, Object.prototype),
    ...membersOf(Router, Object.prototype),
    ...membersOf(Matcher, Object.prototype),
  ];
  assert.equal(
    members.filter((member) => !named.has(member)),
    [],
    "neither a row nor a reason for none",
  );
  const classes = /^(?:RequestHandler|WebSocketHandler|EventSourceHandler|UIModule|Router|Matcher)\./;
  const gone = CALLS.filter((name) => classes.test(name) && !members.includes(name));
  assert.equal(gone, [], "named in _no-rows.ts, and there is no such member");
});

const INTERFACE = /^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm;
const MEMBER = /^ {2}(?:readonly )?(\w+)\??(?:\(|: \([\s\S]*?\) =>|: \(\(|: \w+(?:Callback|Function|Factory)\b)/gm;
const FUNCTION_TYPE = /^export type (\w+)(?:<[^>]*>)? =\s*(?:new )?\(/gm;

function* functionsIn(text: string): Iterable<string> {
  for (const [, name = "", body = ""] of text.matchAll(INTERFACE))
    if (!INTERNAL.has(name)) for (const [, member] of body.matchAll(MEMBER)) yield `${name}.${member}`;
  for (const [, name = ""] of text.matchAll(FUNCTION_TYPE)) if (!INTERNAL.has(name)) yield name;
}

test("functions that exported interfaces and types describe", () => {
  const src = new URL("../../src/", import.meta.url);
  const found = new Set<string>();
  for (const file of readdirSync(src, { recursive: true, encoding: "utf8" }))
    if (file.endsWith(".ts")) for (const name of functionsIn(readFileSync(new URL(file, src), "utf8"))) found.add(name);
  assert.ok(found.has("HTTPMessageDelegate.finish"), "the source is read");
  assert.equal(
    [...found].filter((name) => !named.has(name)),
    [],
    "neither a row nor a reason for none",
  );
});

test("no row twice", () => {
  const hooks = ROWS.map(({ hook }) => hook);
  assert.equal(
    hooks.filter((hook, i) => hooks.indexOf(hook) !== i),
    [],
  );
});

test.run();
