/** Functions that a program gives to the client: whatever they throw is the result of that request alone, or one record of the log. */
import * as assert from "uvu/assert";
import type { AsyncHTTPClient, FetchOptions } from "../../src/http/client/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { OK, withClient, withRaw } from "./_peer.ts";

const test = suite("client, functions of a program", { deadline: 30 });

/** What a function of the program can do wrong, and what its request must reject with. */
const FAULTS: readonly [name: string, thrown: unknown, fail: () => never | Promise<never>][] = (() => {
  const error = new Error("of the program");
  return [
    [
      "throws",
      error,
      () => {
        throw error;
      },
    ],
    ["rejects", error, () => Promise.reject(error)],
    [
      "rejects later",
      error,
      async () => {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        throw error;
      },
    ],
    [
      "throws what is no Error",
      "a text",
      () => {
        throw "a text";
      },
    ],
  ] as const;
})();

const CHUNKED =
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 5\r\n\r\nhello";

/** Options that have the client call `fail`, by the name of the function. */
const OPTIONS: readonly [
  name: string,
  waits: boolean,
  options: (fail: () => never | Promise<never>) => FetchOptions,
][] = [
  ["streamingCallback", true, (fail) => ({ streamingCallback: fail })],
  ["headerCallback", false, (fail) => ({ headerCallback: fail })],
  ["informationCallback", false, (fail) => ({ informationCallback: fail })],
  ["bodyProducer", true, (fail) => ({ method: "POST", bodyProducer: fail })],
];

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The next request works, and nothing is left open or waiting. */
async function unharmed(client: AsyncHTTPClient, url: string): Promise<void> {
  assert.is((await client.fetch(url)).code, 200);
  assert.is(client.stats().active, 0);
  assert.is(client.stats().queued, 0);
}

for (const [option, waits, options] of OPTIONS)
  for (const [fault, thrown, fail] of FAULTS) {
    if (!waits && fault.startsWith("rejects")) continue;
    test(`${option} ${fault}: the request rejects with it`, () =>
      withClient({ maxClients: 1 }, (client) =>
        withRaw(
          ({ socket }) => socket.write(CHUNKED),
          async ({ url }) => {
            const error = await rejection(client.fetch(url, options(fail)));
            assert.ok(error === thrown || (error as { cause?: unknown }).cause === thrown, String(error));
            await unharmed(client, url);
          },
        ),
      ));
  }

for (const [fault, thrown, fail] of FAULTS) {
  test(`a middleware ${fault}: the request rejects with it`, () =>
    withClient({}, (client) =>
      withRaw(
        ({ socket }) => socket.write(OK),
        async ({ url }) => {
          let wrong = true;
          client.use((request, next) => (wrong ? (fail() as Promise<never>) : next(request)));
          const error = await rejection(client.fetch(url));
          assert.ok(error === thrown || (error as { cause?: unknown }).cause === thrown, String(error));
          wrong = false;
          await unharmed(client, url);
        },
      ),
    ));

  test(`a cookie jar ${fault}: the request rejects, or the cookie is not kept`, () => {
    let wrong = true;
    const cookieJar = {
      getCookieString: () => (wrong ? fail() : undefined),
      setCookie: () => undefined,
    };
    return withClient({ cookieJar }, (client) =>
      withRaw(
        ({ socket }) => socket.write(OK),
        async ({ url }) => {
          const error = await rejection(client.fetch(url));
          assert.ok(error === thrown || (error as { cause?: unknown }).cause === thrown, String(error));
          wrong = false;
          await unharmed(client, url);
        },
      ),
    );
  });
}

test("the callback of fetch throws: one record of the log, and the next request works", () =>
  withClient({}, (client) =>
    withRaw(
      ({ socket }) => socket.write(OK),
      async ({ url }) => {
        const log = expectLog("in the callback", { level: "error" });
        await new Promise<void>((resolve) => {
          client.fetch(url, () => {
            setImmediate(resolve);
            throw new Error("in the callback");
          });
        });
        await unharmed(client, url);
        assert.is(log.records.length, 1);
      },
    ),
  ));

test.run();
