/**
 * What `listen` and `bind` take. Runtimes take some wrong ports for others (99999 for 34463), an undefined one for any free port, and leave
 * a callback uncalled: each is refused at the call, alike on Node and Bun.
 */
import * as assert from "uvu/assert";
import { UsageError } from "../../src/errors.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { Application } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("arguments of listen");

const app = new Application([], { accessLog: false });
type Listen = (...args: never[]) => unknown;
const CALLS: readonly [string, Listen][] = [
  ["TCPServer.listen", (...args) => new TCPServer().listen(...(args as unknown as [number]))],
  ["TCPServer.bind", (...args) => new TCPServer().bind(...(args as unknown as [number]))],
  ["HTTPServer.listen", (...args) => new HTTPServer(app).listen(...(args as unknown as [number]))],
  ["Application.listen", (...args) => app.listen(...(args as unknown as [number]))],
];

/** The sentence a call is refused with, thrown at once. */
function sentence(listen: Listen, ...args: unknown[]): string {
  try {
    listen(...(args as never[]));
  } catch (error) {
    assert.instance(error, UsageError);
    assert.is((error as UsageError).code, "ERR_LANDSPOUT_LISTEN");
    return (error as UsageError).message;
  }
  throw new Error(`${JSON.stringify(args)} was taken`);
}

for (const [name, listen] of CALLS) {
  test(`${name} refuses a port that is none`, () => {
    for (const port of [
      99_999,
      65_536,
      -1,
      1.5,
      NaN,
      Infinity,
      null,
      true,
      [],
      {},
      8888n,
      "",
      "http",
      "99999",
      "-1",
      "1.5",
      " 80",
      "0x50",
    ])
      assert.match(
        sentence(listen, port, "127.0.0.1"),
        /the port must be a whole number from 0 to 65535 \(0: any free port\), not /,
        typeof port,
      );
  });

  test(`${name} says what an undefined port comes from`, () => {
    assert.match(sentence(listen, undefined), /the port is undefined.*process\.env\.PORT \?\? 8888/);
    assert.match(sentence(listen), /the port is undefined/);
  });

  test(`${name} says that it takes no callback`, () => {
    const callback = (): void => assert.unreachable();
    for (const args of [[callback], [0, callback], [0, "127.0.0.1", callback]])
      assert.match(sentence(listen, ...args), /takes no callback: await/);
  });

  test(`${name} refuses an address that is none`, () => {
    for (const address of [5, null, true, ["127.0.0.1"]])
      if (!(name === "Application.listen" && Array.isArray(address)))
        assert.match(sentence(listen, 0, address), /the address must be text/);
  });
}

test("a path in the place of the port is a unix socket's", () =>
  assert.match(
    sentence((...args) => new TCPServer().listen(...(args as unknown as [number])), "/run/app.sock"),
    /a unix socket is listenUnix\(path\)/,
  ));

test("decimal digits are a port: the environment gives text", async () => {
  const server = new TCPServer();
  await server.listen("0", "127.0.0.1");
  assert.ok(server.port > 0);
  await server.stop();
  const bound = new TCPServer();
  bound.bind("0", "127.0.0.1");
  await bound.start();
  assert.ok(bound.port > 0);
  await bound.stop();
});

test("an empty address is every interface, as in Tornado", async () => {
  const server = new TCPServer();
  await server.listen(0, "");
  assert.ok(server.address === "::" || server.address === "0.0.0.0", String(server.address));
  await server.stop();
});

test("Application.listen takes its options in the second or the third place", async () => {
  for (const args of [
    [0, { noKeepAlive: true }],
    [0, "127.0.0.1", { noKeepAlive: true }],
    [0, undefined, { noKeepAlive: true }],
  ] as [number, string, object][]) {
    const server = app.listen(...args);
    await server.listening;
    await server.stop();
  }
  assert.throws(() => app.listen(0, [] as never), /the options must be an object, not a list/);
});

test("the other arguments of places are checked as well", async () => {
  const server = new TCPServer();
  for (const fd of [-1, 1.5, "3", undefined])
    assert.throws(() => server.addSocket(fd as number), /a file descriptor is a whole number from 0/);
  for (const path of ["", 5, undefined]) {
    const failed = await server.listenUnix(path as string).catch((error: unknown) => error);
    assert.match((failed as Error).message, /listenUnix: the path must be text/);
  }
  for (const backlog of [0, 1.5, NaN, "5"])
    assert.throws(() => server.listen(0, undefined, { backlog: backlog as number }), /backlog must be a whole number/);
});

test("a client's port is checked likewise", () => {
  for (const port of [99_999, -1, 1.5, NaN])
    assert.throws(() => void new IOStream().connect(port, "127.0.0.1"), /port must be a whole number from 0 to 65535/);
  for (const where of [undefined, null, "8888"])
    assert.throws(() => void new IOStream().connect(where as never), /connect: the options must be an object/);
  assert.throws(() => void new IOStream().connect({ host: "localhost" }), /connect: a port is needed/);
});

test.run();
