/**
 * Hono inside landspout, on both runtimes; landspout inside `Bun.serve`, which there is on Bun only; landspout inside any host that
 * speaks in Requests and Responses, here Hono itself.
 */
import { Hono } from "hono";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/fetch", { deadline: 30 });
const SIZE = 3_000_000;

/** The same questions, whoever serves. */
async function askAll(ask: (path: string, init?: RequestInit) => Promise<Response>, you: string): Promise<void> {
  assert.match(await (await ask("/")).text(), "GET  /hello/NAME");
  assert.equal(await (await ask("/hello/ann")).json(), { hello: "ann", from: "landspout", you });
  assert.equal(await (await ask("/api/hello/ann")).json(), { hello: "ann", from: "Hono" });
  const events = await ask("/api/count/100");
  assert.is(events.headers.get("content-type"), "text/event-stream");
  const numbers = Array.from({ length: 100 }, (_, at) => `data: ${at + 1}\n\n`);
  assert.is(await events.text(), numbers.join(""));
  const measured = await ask("/api/measure", { method: "POST", body: new Uint8Array(SIZE) });
  assert.equal(await measured.json(), { bytes: SIZE });
  for (const [path, status] of [
    ["/nothing", 404],
    ["/api/nothing", 404],
    ["/api/count/many", 404],
  ] as const) {
    const answer = await ask(path);
    assert.is(answer.status, status, path);
    await answer.text();
  }
}

async function askExample(path: string): Promise<string> {
  const example = await startExample(path, ["--port", "0"]);
  try {
    await askAll((target, init) => fetch(`http://127.0.0.1:${example.port}${target}`, init), "127.0.0.1");
    return example.banner;
  } finally {
    await example.stop();
  }
}

test("runs Hono inside landspout", async () => {
  assert.match(await askExample("fetch/server.ts"), "served by landspout");
});

if ("Bun" in globalThis)
  test("runs landspout inside Bun.serve", async () => {
    assert.match(await askExample("fetch/bun.ts"), "served by Bun.serve");
  });

test("runs landspout inside any host that speaks in Requests", async () => {
  const { app } = await import("../../examples/fetch/app.ts");
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(`http://localhost${path}`, init), { remoteAddress: "192.0.2.7" });
  await askAll(ask, "192.0.2.7");
  const host = new Hono().mount("/below", (request) => app.fetch(request));
  await askAll(async (path, init) => host.request(`/below${path}`, init), "127.0.0.1");
});

test.run();
