/**
 * What deploy/nginx.conf and deploy/haproxy.cfg repeat at the other server, and what they must not. RFC 9110 §9.2.2: "A proxy MUST NOT
 * automatically retry non-idempotent requests."
 */
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { backend } from "./_backend.ts";
import { ask } from "./_load.ts";
import { startProxy } from "./_proxy.ts";
import { freePort } from "./_server.ts";

const POST = { method: "POST", body: "x", headers: { "Content-Length": 1 }, agent: false } as const;
/** Both servers have their turn. */
const TIMES = 6;

for (const name of ["nginx", "haproxy"] as const) {
  const test = suite(`repeated by ${name}`, { deadline: 20, needs: [name] });

  test("any request whose connection is refused", async () => {
    const good = await backend(true);
    const proxy = await startProxy(name, [await freePort(), good.port]);
    for (let count = 0; count < TIMES; count++) assert.is((await ask(proxy.port, POST)).status, 200);
    assert.is(good.seen.length, TIMES);
    await proxy.close();
    await good.close();
  });

  test("a GET whose connection breaks, and no POST", async () => {
    const [bad, good] = [await backend(false), await backend(true)];
    const proxy = await startProxy(name, [bad.port, good.port]);
    for (let count = 0; count < TIMES; count++) assert.is((await ask(proxy.port, { agent: false })).status, 200);
    assert.ok(bad.seen.includes("GET"), "one has been repeated");
    bad.seen.length = 0;
    good.seen.length = 0;
    const statuses: number[] = [];
    for (let count = 0; count < TIMES; count++) statuses.push((await ask(proxy.port, POST)).status);
    assert.is(bad.seen.length + good.seen.length, TIMES, "each has arrived once");
    assert.ok(bad.seen.length > 0);
    assert.is(statuses.filter((status) => status === 502).length, bad.seen.length);
    await proxy.close();
    await Promise.all([bad.close(), good.close()]);
  });
  test.run();
}
