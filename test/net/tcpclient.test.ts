/** TCPClient and everything that connects: resolvers, the race of RFC 8305, allowed addresses, time limits, signals (Tornado's `tcpclient_test`). */
import { getEventListeners, once } from "node:events";
import { spawn } from "node:child_process";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { ConnectRace, interleaved, MAX_ATTEMPTS } from "../../src/net/connect-race.ts";
import { IOStream } from "../../src/net/iostream.ts";
import type { ResolvedAddress, ResolveOptions, Resolver } from "../../src/net/resolver.ts";
import { TCPClient } from "../../src/net/tcpclient.ts";
import type { RuntimeConnectOptions, Transport } from "../../src/net/transport.ts";
import { sharedParser } from "../../src/parser/choose.ts";
import { websocketConnect } from "../../src/websocket/client.ts";
import { pathOf } from "../_support/programs.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { rejection } from "./_pair.ts";

const test = suite("TCPClient", { deadline: 20 });

/** Gives addresses, and remembers what it was asked. */
class StubResolver implements Resolver {
  readonly asked: [string, ResolveOptions | undefined][] = [];
  readonly #addresses: readonly (string | ResolvedAddress)[];
  constructor(...addresses: readonly (string | ResolvedAddress)[]) {
    this.#addresses = addresses;
  }
  resolve(host: string, options?: ResolveOptions): Promise<readonly ResolvedAddress[]> {
    this.asked.push([host, options]);
    return Promise.resolve(
      this.#addresses.map((one) =>
        typeof one === "string" ? { address: one, family: net.isIPv6(one) ? 6 : 4 } : one,
      ) as ResolvedAddress[],
    );
  }
}

interface Echo {
  readonly port: number;
  /** Addresses of those that came. */
  readonly seen: (string | undefined)[];
  readonly ports: (number | undefined)[];
}

async function withServer(use: (server: Echo) => Promise<void>, address = "127.0.0.1"): Promise<void> {
  const seen: (string | undefined)[] = [];
  const ports: (number | undefined)[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    seen.push(socket.remoteAddress);
    ports.push(socket.remotePort);
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, address);
  await once(server, "listening");
  try {
    await use({ port: (server.address() as net.AddressInfo).port, seen, ports });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
}

/** A port at which a connect gets no answer: the queue of those that wait to be accepted is full. */
async function withHangingPort(use: (port: number) => Promise<void>): Promise<void> {
  const program = `
import socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)
held = []
for i in range(4):
  k = socket.socket(); k.setblocking(False)
  try: k.connect(s.getsockname())
  except BlockingIOError: pass
  held.append(k)
print(s.getsockname()[1], flush=True)
sys.stdin.read()
`;
  const child = spawn(pathOf("python3"), ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  try {
    await use(Number(String(line)));
  } finally {
    child.stdin.end();
    await once(child, "exit");
  }
}

async function echoes(stream: IOStream): Promise<void> {
  void stream.write("hello");
  assert.is(String(await stream.readBytes(5)), "hello");
  stream.close();
}

for (const family of [4, 6] as const)
  test(`connects to a literal address of IPv${family}`, () =>
    withServer(
      async ({ port }) => echoes(await new TCPClient().connect(family === 4 ? "127.0.0.1" : "::1", port)),
      family === 4 ? "127.0.0.1" : "::1",
    ));

test("connects to a name of both families, wherever the server listens", async () => {
  await withServer(async ({ port }) => echoes(await new TCPClient().connect("localhost", port)));
  const resolver = new StubResolver("::1", "127.0.0.1");
  for (const address of ["127.0.0.1", "::1"])
    await withServer(async ({ port }) => echoes(await new TCPClient({ resolver }).connect("dual.test", port)), address);
});

test("a callback gets the stream, or the error", () =>
  withServer(async ({ port }) => {
    const stream = await new Promise<IOStream | undefined>((resolve) =>
      new TCPClient().connect("127.0.0.1", port, (_error, connected) => resolve(connected)),
    );
    await echoes(stream as IOStream);
    const error = await new Promise<Error | undefined>((resolve) =>
      new TCPClient().connect("127.0.0.1", 1, {}, (failed) => resolve(failed)),
    );
    assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_STREAM_CLOSED");
  }));

test("the resolver is asked by everything that connects", () =>
  withServer(async ({ port }) => {
    const resolver = new StubResolver("127.0.0.1");
    await echoes(await new TCPClient({ resolver }).connect("some.test", port, { family: 4 }));
    await echoes(await new IOStream().connect({ host: "some.test", port, resolver }));
    // The server echoes the request, which is no answer.
    const error = await rejection(websocketConnect(`ws://some.test:${port}/`, { resolver }));
    assert.is(error.code, "ERR_LANDSPOUT_WEBSOCKET_HANDSHAKE");
    assert.equal(
      resolver.asked.map(([host, options]) => [host, options?.port, options?.family]),
      [
        ["some.test", port, 4],
        ["some.test", port, 0],
        ["some.test", port, 0],
      ],
    );
  }));

test("a resolver may change the port, and is not asked for literals and unix sockets", () =>
  withServer(async ({ port }) => {
    const resolver = new StubResolver({ address: "127.0.0.1", family: 4, port });
    await echoes(await new TCPClient({ resolver }).connect("some.test", 1));
    await echoes(await new TCPClient({ resolver }).connect("127.0.0.1", port));
    assert.is(resolver.asked.length, 1);
  }));

test("an address that refuses is followed by the next; all of them are named where none is good", () =>
  withServer(async ({ port }) => {
    const client = new TCPClient({ resolver: new StubResolver("127.0.0.2", "127.0.0.3", "127.0.0.1") });
    await echoes(await client.connect("some.test", port));
    const bad = new TCPClient({ resolver: new StubResolver("127.0.0.2", "::1", "127.0.0.3") });
    const error = (await rejection(bad.connect("some.test", port))) as Error & {
      code: string;
      realError: { code: string };
      attempts: { address: string; port: number; error: { code: string } }[];
    };
    assert.is(error.code, "ERR_LANDSPOUT_STREAM_CLOSED");
    assert.is(error.realError.code, "ECONNREFUSED");
    assert.equal(
      error.attempts.map((one) => [one.address, one.port, one.error.code]),
      [
        ["127.0.0.2", port, "ECONNREFUSED"],
        ["::1", port, "ECONNREFUSED"],
        ["127.0.0.3", port, "ECONNREFUSED"],
      ],
    );
  }));

test.needing(["python3"], "an address that does not answer is passed by after the delay, and goes on meanwhile", () =>
  withHangingPort((hanging) =>
    withServer(async ({ port }) => {
      const resolver = new StubResolver(
        { address: "127.0.0.1", family: 4, port: hanging },
        { address: "127.0.0.1", family: 4, port },
      );
      const start = performance.now();
      await echoes(await new TCPClient({ resolver }).connect("some.test", 1, { attemptDelay: 0.1 }));
      const took = performance.now() - start;
      assert.ok(took >= 90 && took < 5000, `${took} ms`);
    }),
  ),
);

test.needing(["python3"], "timeout and signal end a connect that hangs; nothing is left", () =>
  withHangingPort(async (port) => {
    const client = new TCPClient();
    const late = await rejection(client.connect("127.0.0.1", port, { timeout: { milliseconds: 50 } }));
    assert.is(late.code, "ERR_LANDSPOUT_TIMEOUT");
    assert.match(late.message, new RegExp(`127\\.0\\.0\\.1:${port} after 0\\.05 s`));
    const abort = new AbortController();
    const pending = client.connect("127.0.0.1", port, { signal: abort.signal });
    const reason = new Error("enough");
    setTimeout(() => abort.abort(reason), 20);
    assert.is(await rejection(pending), reason);
    assert.is(await rejection(client.connect("127.0.0.1", port, { signal: abort.signal })), reason);
    assert.is(getEventListeners(abort.signal, "abort").length, 0);
    const given = client.connect("127.0.0.1", port);
    client.close();
    assert.is((await rejection(given)).code, "ERR_LANDSPOUT_STREAM_CLOSED");
    assert.throws(() => void client.connect("127.0.0.1", port), /closed/);
  }),
);

test("the time limit covers a resolver that never answers, which is told to give up", async () => {
  let told = false;
  const resolver: Resolver = {
    resolve: (_host, options) => {
      options?.signal?.addEventListener("abort", () => (told = true));
      return new Promise(() => undefined);
    },
  };
  const error = await rejection(new TCPClient({ resolver }).connect("some.test", 80, { timeout: 0.05 }));
  assert.is(error.code, "ERR_LANDSPOUT_TIMEOUT");
  assert.ok(told);
});

test("a signal used by many connects keeps no listener", () =>
  withServer(async ({ port }) => {
    const { signal } = new AbortController();
    for (let i = 0; i < 50; i++) (await new TCPClient().connect("127.0.0.1", port, { signal })).close();
    assert.is(getEventListeners(signal, "abort").length, 0);
  }));

test("a connection leaves from the source that was asked for", () =>
  withServer(async ({ port, seen, ports }) => {
    await echoes(await new TCPClient().connect("127.0.0.1", port, { sourceIp: "127.0.0.7" }));
    assert.is(seen.at(-1), "127.0.0.7");
    const free = net.createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const sourcePort = (free.address() as net.AddressInfo).port;
    free.close();
    await once(free, "close");
    await echoes(await new TCPClient().connect("127.0.0.1", port, { sourcePort }));
    assert.is(ports.at(-1), sourcePort);
    assert.ok(await rejection(new TCPClient().connect("127.0.0.1", port, { sourceIp: "192.0.2.1" })));
    // The family of the source decides.
    const resolver = new StubResolver("::1");
    const error = await rejection(new TCPClient({ resolver }).connect("some.test", port, { sourceIp: "127.0.0.1" }));
    assert.is((error as unknown as { realError: { code: string } }).realError.code, "ERR_LANDSPOUT_NO_ADDRESS");
  }));

test("allowAddress is asked for each address, literals and every way to connect included", () =>
  withServer(async ({ port, seen }) => {
    const asked: unknown[] = [];
    const allowAddress = (...args: unknown[]): boolean => {
      asked.push(args);
      return false;
    };
    const resolver = new StubResolver("127.0.0.1", "::1");
    for (const host of ["127.0.0.1", "some.test"]) {
      const error = (await rejection(new TCPClient({ resolver }).connect(host, port, { allowAddress }))) as unknown as {
        realError: Error & { code: string };
      };
      assert.is(error.realError.code, "ERR_LANDSPOUT_ADDRESS_REFUSED");
      assert.match(error.realError.message, host);
    }
    await rejection(websocketConnect(`ws://some.test:${port}/`, { resolver, allowAddress }));
    assert.equal(asked, [
      ["127.0.0.1", 4, "127.0.0.1"],
      ["127.0.0.1", 4, "some.test"],
      ["::1", 6, "some.test"],
      ["127.0.0.1", 4, "some.test"],
      ["::1", 6, "some.test"],
    ]);
    assert.is(seen.length, 0);
    const only4 = new TCPClient({ resolver: new StubResolver("::1", "127.0.0.1") });
    await echoes(await only4.connect("some.test", port, { allowAddress: (_address, family) => family === 4 }));
  }));

test("a program's functions that fail end their connect alone", () =>
  withServer(async ({ port }) => {
    const thrown = new Error("mine");
    const causes: unknown[] = [];
    const failing = async (options: object, resolver?: Resolver): Promise<void> => {
      const error = await rejection(
        new TCPClient(resolver === undefined ? {} : { resolver }).connect("localhost", port, options),
      );
      const { realError } = error as unknown as { realError: Error & { code?: string } };
      causes.push(realError === thrown ? "mine" : realError.code);
    };
    await failing({
      allowAddress: () => {
        throw thrown;
      },
    });
    await failing({ allowAddress: () => Promise.resolve(true) });
    await failing({}, { resolve: () => Promise.reject(thrown) });
    await failing(
      {},
      {
        resolve: () => {
          throw thrown;
        },
      },
    );
    await failing({}, { resolve: () => Promise.resolve(undefined as unknown as ResolvedAddress[]) });
    // A name in place of an address would be looked up past allowAddress.
    await failing({}, { resolve: () => Promise.resolve([{ address: "localhost", family: 4 }]) });
    await failing({}, { resolve: () => Promise.resolve([]) });
    const resolverCode = "ERR_LANDSPOUT_RESOLVER";
    assert.equal(causes, [
      "mine",
      "ERR_LANDSPOUT_ASYNC_HOOK",
      "mine",
      "mine",
      resolverCode,
      resolverCode,
      "ERR_LANDSPOUT_NO_ADDRESS",
    ]);
  }));

test("TLS comes after the race, once, for the name", async () => {
  const { key, cert } = certificate("some.test");
  class Server extends TCPServer {
    override async handleStream(stream: IOStream): Promise<void> {
      await stream.write(await stream.readBytes(5));
    }
  }
  const server = new Server({ ssl: { key, cert } });
  await server.listen(0, "127.0.0.1");
  const { port } = server;
  const resolver = new StubResolver("::1", "127.0.0.2", "127.0.0.1");
  const client = new TCPClient({ resolver });
  await echoes(await client.connect("some.test", port, { ssl: { ca: cert } }));
  assert.ok(await rejection(client.connect("other.test", port, { ssl: { ca: cert } })));
  assert.ok(await rejection(client.connect("some.test", port, { ssl: {} })));
  await echoes(await client.connect("some.test", port, { ssl: { ca: cert }, sourceIp: "127.0.0.1" }));
  await server.stop();
});

test("wrong calls are refused with a sentence", () => {
  const client = new TCPClient();
  const bad: [() => unknown, RegExp][] = [
    [() => client.connect("localhost", 70_000), /port must be/],
    [() => client.connect(1 as unknown as string, 1), /host must be/],
    [() => client.connect("localhost", 1, { timeout: -1 }), /timeout must be/],
    [() => client.connect("localhost", 1, { sourceIp: "localhost" }), /sourceIp must be/],
    [() => client.connect("localhost", 1, { attemptDelay: 0 }), /attemptDelay must be/],
    [() => client.connect("localhost", 1, { source_ip: "::1" } as object), /did you mean sourceIp/],
    [() => new TCPClient({ resolver: {} as Resolver }), /resolver must be/],
  ];
  for (const [call, sentence] of bad) assert.throws(call, sentence);
});

// --- the race, with attempts that the test settles ---

interface Attempt {
  readonly address: string;
  readonly connected: () => void;
  readonly failed: (reason: string) => void;
  givenUp: boolean;
}

function race(
  addresses: readonly string[],
  attemptDelay: number,
): { attempts: Attempt[]; outcome: string[]; giveUp(): void } {
  const attempts: Attempt[] = [];
  const outcome: string[] = [];
  const open = (
    options: RuntimeConnectOptions,
    connected: (transport: Transport) => void,
    failed: (error: Error) => void,
  ): (() => void) => {
    const attempt: Attempt = {
      address: options.address as string,
      connected: () => connected(attempt as unknown as Transport),
      failed: (reason) => failed(new Error(reason)),
      givenUp: false,
    };
    attempts.push(attempt);
    return () => (attempt.givenUp = true);
  };
  const running = new ConnectRace(
    addresses.map((address) => ({ address, family: net.isIPv6(address) ? 6 : 4 })),
    { attemptDelay, port: 1, parser: sharedParser().parser },
    {
      connected: (transport) => outcome.push(`connected ${(transport as unknown as Attempt).address}`),
      failed: (error, tried) => outcome.push(`failed ${error.message} ${tried.length}`),
    },
    open,
  );
  return { attempts, outcome, giveUp: () => running.giveUp() };
}
const addresses = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.0.${i}`);

test("families alternate, beginning with the first", () => {
  const order = (...list: readonly string[]): string[] =>
    interleaved(list.map((address) => ({ address, family: net.isIPv6(address) ? 6 : 4 }))).map(
      ({ address }) => address,
    );
  assert.equal(order("::1", "::2", "1.1.1.1", "::3", "2.2.2.2"), ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"]);
  assert.equal(order("1.1.1.1", "2.2.2.2"), ["1.1.1.1", "2.2.2.2"]);
  assert.equal(order(), []);
});

test("one attempt at a time until the delay or a failure; the first that stands ends the others", async () => {
  const { attempts, outcome } = race(addresses(3), 2);
  assert.is(attempts.length, 1);
  attempts[0]?.failed("no");
  assert.is(attempts.length, 2);
  attempts[1]?.connected();
  assert.equal(outcome, ["connected 10.0.0.1"]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(attempts.length, 2);
});

test("attempts before the last go on, and may still win", async () => {
  const { attempts, outcome } = race(addresses(3), 0.01);
  while (attempts.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  attempts[0]?.connected();
  assert.equal(outcome, ["connected 10.0.0.0"]);
  assert.equal(
    attempts.map(({ givenUp }) => givenUp),
    [false, true, true],
  );
});

test("no more attempts than the limit are open; a failure makes room", async () => {
  const { attempts, giveUp } = race(addresses(20), 0.01);
  while (attempts.length < MAX_ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(attempts.length, MAX_ATTEMPTS);
  attempts[2]?.failed("no");
  assert.is(attempts.length, MAX_ATTEMPTS + 1);
  giveUp();
  assert.is(attempts.filter(({ givenUp }) => givenUp).length, MAX_ATTEMPTS);
});

test("the last failure is the race's, with the number of all", () => {
  const { attempts, outcome } = race(addresses(3), 2);
  for (const i of [0, 1, 2]) attempts[i]?.failed(`no ${i}`);
  assert.equal(outcome, ["failed no 2 3"]);
});

test.run();
