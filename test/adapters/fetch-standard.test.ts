/**
 * The light `Response` and `Request` beside the Fetch standard: facts of its web platform tests (fetch/api/response, fetch/api/request,
 * fetch/api/body), asked of the runtime's own class too, so that each fact is known to hold where the standard is followed.
 */
import * as assert from "uvu/assert";
import { FetchContainer, installLightFetch } from "../../src/adapters/index.ts";
import { inject } from "../../src/testing/index.ts";
import { suite } from "../_support/suite.ts";

const onBun = "Bun" in globalThis;
const own = globalThis.Response;

/** Runs with the light class in the place of the global, and puts the runtime's own back. */
async function light(run: () => unknown): Promise<void> {
  const uninstall = installLightFetch();
  try {
    await run();
  } finally {
    uninstall();
  }
  assert.is(globalThis.Response, own);
}

const bytesOf = async (response: Response): Promise<number[]> => [...new Uint8Array(await response.arrayBuffer())];
const failure = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return (error as Error).name;
  }
  return "nothing thrown";
};

const FACTS: readonly [string, () => unknown][] = [
  [
    "response-init-001: defaults",
    () => {
      for (const response of [new Response(), new Response(undefined, undefined), new Response(null, null as never)]) {
        assert.is(response.type, "default");
        assert.is(response.url, "");
        assert.is(response.ok, true);
        assert.is(response.redirected, false);
        assert.is(response.status, 200);
        assert.is(response.statusText, "");
        assert.is(response.body, null);
        assert.is(response.bodyUsed, false);
        assert.equal([...response.headers], []);
      }
    },
  ],
  [
    "response-init-001: values",
    () => {
      const response = new Response(null, { status: 404, statusText: "Gone fishing", headers: { "X-A": " 1 " } });
      assert.equal([response.status, response.statusText, response.ok], [404, "Gone fishing", false]);
      assert.is(response.headers.get("x-a"), "1");
      assert.is(new Response("", { status: "201" as never }).status, 201);
      assert.is(new Response("", { statusText: 5 as never }).statusText, "5");
    },
  ],
  [
    "response-error: statuses out of range",
    async () => {
      for (const status of [0, 100, 199, 600, 1000, NaN, -200, "x"])
        assert.is(await failure(() => new Response("", { status: status as number })), "RangeError", String(status));
    },
  ],
  [
    "response-error: status texts that are no reason phrase",
    async () => {
      for (const statusText of ["\n", "OK\r\nX: y", "\u0100", "\0"])
        assert.is(await failure(() => new Response("", { statusText })), "TypeError");
    },
  ],
  [
    "response-error: content with a null body status",
    async () => {
      for (const status of [204, 205, 304]) {
        for (const body of ["body", "", new Uint8Array(), new URLSearchParams()])
          assert.is(await failure(() => new Response(body, { status })), "TypeError");
        assert.is(new Response(null, { status }).status, status);
        assert.is(new Response(undefined, { status }).body, null);
      }
    },
  ],
  [
    "headers are refused when they are given",
    async () => {
      for (const headers of [{ "a b": "1" }, { a: "\n1\nb" }, { a: "\u0100" }, [["a"]], [["", "1"]], "x", 5])
        assert.is(await failure(() => new Response("", { headers: headers as never })), "TypeError");
      assert.is(new Response("", { headers: { a: 5 as never } }).headers.get("a"), "5");
    },
  ],
  [
    "init that is no object",
    async () => {
      for (const init of ["x", 5, true]) assert.is(await failure(() => new Response("", init as never)), "TypeError");
    },
  ],
  [
    "response-init-002: types of bodies",
    () => {
      const type = (body: unknown, headers?: ResponseInit["headers"]): string | null =>
        new Response(body as string, headers === undefined ? {} : { headers }).headers.get("Content-Type");
      assert.is(type("text"), "text/plain;charset=UTF-8");
      assert.is(type(""), "text/plain;charset=UTF-8");
      assert.is(type(5), "text/plain;charset=UTF-8");
      assert.is(type({}), "text/plain;charset=UTF-8");
      assert.is(type(new Uint8Array(2)), null);
      assert.is(type(new ArrayBuffer(2)), null);
      assert.is(type(new DataView(new ArrayBuffer(2))), null);
      assert.is(type(new Blob(["x"])), null);
      assert.is(type(new Blob(["x"], { type: "a/b" })), "a/b");
      assert.is(type(new URLSearchParams("a=1")), "application/x-www-form-urlencoded;charset=UTF-8");
      assert.match(type(new FormData()) ?? "", /^multipart\/form-data; ?boundary=.+/);
      assert.is(type(new ReadableStream()), null);
      assert.is(type(null), null);
      assert.is(type("text", { "CONTENT-TYPE": "x/y" }), "x/y");
      assert.is(type("text", [["content-type", "x/y"]]), "x/y");
      assert.is(type(new FormData(), { "Content-Type": "x/y" }), "x/y");
      assert.is(type("text", new Headers({ a: "1" })), "text/plain;charset=UTF-8");
    },
  ],
  [
    "response-consume: what is read back",
    async () => {
      assert.is(await new Response("héllo").text(), "héllo");
      assert.is(await new Response("\ud800x").text(), "\ufffdx", "~> a lone surrogate is U+FFFD");
      assert.is(await new Response("\ufeffx").text(), "x", "~> a byte order mark is dropped");
      assert.is(await new Response(5 as never).text(), "5");
      assert.is(await new Response().text(), "");
      assert.equal(await new Response('{"a":1}').json(), { a: 1 });
      assert.is(await failure(() => new Response("").json()), "SyntaxError");
      assert.is((await new Response("abc", { headers: { "Content-Type": "a/b" } }).blob()).type, "a/b");
      assert.equal(await bytesOf(new Response(new Uint8Array([1, 2, 3]).subarray(1))), [2, 3]);
      assert.equal(await bytesOf(new Response(new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1))), [2]);
      assert.equal(await bytesOf(new Response(Uint16Array.of(0x0201))), [1, 2]);
      const form = await new Response(new URLSearchParams("a=1&b=2")).formData();
      assert.equal(
        [...form],
        [
          ["a", "1"],
          ["b", "2"],
        ],
      );
    },
  ],
  [
    "bytes are copied when they are given",
    async () => {
      const bytes = Uint8Array.of(1, 2, 3);
      const response = new Response(bytes);
      const buffered = new Response(bytes.buffer);
      bytes.fill(9);
      assert.equal(await bytesOf(response), [1, 2, 3]);
      assert.equal(await bytesOf(buffered), [1, 2, 3]);
    },
  ],
  [
    "fields are copied when they are given",
    () => {
      const record = { a: "1" };
      const headers = new Headers(record);
      const responses = [new Response("", { headers: record }), new Response("", { headers })];
      record.a = "2";
      headers.set("a", "2");
      for (const response of responses) assert.is(response.headers.get("a"), "1");
    },
  ],
  [
    "response-consume: once",
    async () => {
      const response = new Response("x");
      assert.is(response.bodyUsed, false);
      await response.text();
      assert.is(response.bodyUsed, true);
      for (const again of ["text", "json", "arrayBuffer", "blob"] as const)
        assert.is(await failure(() => response[again]()), "TypeError");
      assert.is(await failure(() => response.clone()), "TypeError");
      const empty = new Response();
      await empty.text();
      assert.is(empty.bodyUsed, false, "~> there was none");
      assert.is(await empty.text(), "");
    },
  ],
  [
    "response-stream-disturbed: a stream that has a reader",
    async () => {
      const stream = new ReadableStream();
      stream.getReader();
      assert.is(await failure(() => new Response(stream)), "TypeError");
      const response = new Response("x");
      assert.is(response.body, response.body);
      response.body?.getReader();
      assert.is(await failure(() => response.text()), "TypeError");
    },
  ],
  [
    "response-clone",
    async () => {
      const response = new Response("x", { status: 202, statusText: "Yes", headers: { a: "1" } });
      response.headers.set("b", "2");
      const copy = response.clone();
      assert.equal(
        [copy.status, copy.statusText, copy.headers.get("a"), copy.headers.get("b")],
        [202, "Yes", "1", "2"],
      );
      copy.headers.set("a", "9");
      assert.is(response.headers.get("a"), "1");
      assert.equal([await copy.text(), await response.text()], ["x", "x"]);
      assert.is(new Response(null).clone().body, null);
    },
  ],
  [
    "headers are one object, before and after the content is read",
    async () => {
      const response = new Response("x", { headers: { a: "1" } });
      const { headers } = response;
      assert.is(response.headers, headers);
      await response.text();
      assert.is(response.headers, headers);
      headers.set("a", "2");
      assert.is(response.headers.get("a"), "2");
    },
  ],
  [
    "the class",
    () => {
      const response = new Response("x");
      assert.ok(response instanceof Response);
      assert.ok(Response.json({}) instanceof Response);
      assert.is(Response.json({ a: 1 }).headers.get("content-type"), "application/json");
      assert.is(Response.error().type, "error");
      assert.is(Response.redirect("http://a/", 303).headers.get("location"), "http://a/");
      assert.is(Response.name, "Response");
      assert.is(Response.length, 0);
      assert.is(Object.prototype.toString.call(response), "[object Response]");
      assert.is(response.constructor, Response);
      assert.throws(() => (Response as unknown as () => unknown)(), TypeError);
      for (const name of ["status", "headers", "ok", "body", "text", "clone"])
        assert.ok(name in response && Object.prototype.propertyIsEnumerable.call(Response.prototype, name), name);
      class Own extends Response {}
      assert.ok(new Own("x") instanceof Response);
      assert.is(new Response(response.body, response).status, 200);
    },
  ],
];

if (!onBun) {
  const standard = suite("Fetch standard, the runtime's own Response");
  const ours = suite("Fetch standard, the light Response");
  for (const [name, check] of FACTS) {
    standard(name, async () => void (await check()));
    ours(name, () => light(check));
  }
  standard.run();
  ours.run();
}

const test = suite("the global Response");

test("is the runtime's own, whatever is made or used of this package", async () => {
  const app = new FetchContainer(
    async (request) => new Response(JSON.stringify([request.method, (await request.formData()).get("a")])),
  );
  const form = new FormData();
  form.set("a", "1");
  const answer = await inject(app, { url: "/", body: form });
  assert.equal(answer.json(), ["POST", "1"]);
  assert.is(globalThis.Response, own);
});

test("is replaced by installLightFetch, on Node, until it is put back", async () => {
  await light((): void => assert.is(globalThis.Response === own, onBun));
  // Called twice, and out of order.
  const first = installLightFetch();
  const second = installLightFetch();
  second();
  first();
  assert.is(globalThis.Response, own);
  if (onBun) return;
  const mine = class extends own {} as typeof Response;
  globalThis.Response = mine;
  installLightFetch()();
  assert.is(globalThis.Response, mine);
  globalThis.Response = own;
});

for (const installed of [false, true]) {
  const how = installed ? "with the light Response" : "with the runtime's own";
  const run = installed ? light : async (body: () => unknown): Promise<void> => void (await body());

  test(`inject sends contents with their type, ${how}`, () =>
    run(async () => {
      const app = new FetchContainer(async (request) =>
        Response.json({ type: request.headers.get("content-type"), body: (await request.text()).slice(0, 40) }),
      );
      const sent = async (body: never): Promise<{ type: string | null; body: string }> =>
        (await inject(app, { url: "/", method: "POST", body })).json() as never;
      const form = new FormData();
      form.set("a", "1");
      assert.match((await sent(form as never)).type ?? "", /^multipart\/form-data; ?boundary=.+/);
      assert.equal(await sent(new URLSearchParams({ a: "ü" }) as never), {
        type: "application/x-www-form-urlencoded;charset=UTF-8",
        body: "a=%C3%BC",
      });
      assert.equal(await sent(new Blob(["x"], { type: "a/b" }) as never), { type: "a/b", body: "x" });
      assert.equal(await sent(new Blob(["x"]) as never), { type: null, body: "x" });
      assert.equal(await sent(Uint8Array.of(97).buffer as never), { type: null, body: "a" });
      assert.equal(await sent(Uint16Array.of(0x6261) as never), { type: null, body: "ab" });
      assert.equal(await sent({ a: 1 } as never), { type: "application/json", body: '{"a":1}' });
      assert.equal(await sent(Buffer.from("text") as never), { type: null, body: "text" });
    }));

  test(`a FetchContainer sends what the Response says, ${how}`, () =>
    run(async () => {
      const answers: { [path: string]: () => Response } = {
        "/text": () => new Response("héllo", { status: 201, statusText: "Made", headers: { "X-A": "1" } }),
        "/bytes": () => new Response(Uint8Array.of(97, 98)),
        "/typed": () =>
          new Response("{}", {
            headers: [
              ["content-type", "a/b"],
              ["Set-Cookie", "a=1"],
              ["Set-Cookie", "b=2"],
            ],
          }),
        "/form": () => new Response(new URLSearchParams("a=1")),
        "/blob": () => new Response(new Blob(["x"], { type: "a/b" })),
        "/empty": () => new Response(null, { status: 204 }),
        "/late": () => {
          const response = new Response("x");
          response.headers.set("X-B", "2");
          return response;
        },
      };
      const app = new FetchContainer(
        (request) => answers[new URL(request.url).pathname]?.() ?? new Response("", { status: 404 }),
      );
      const get = (url: string) => inject(app, url);
      const text = await get("/text");
      assert.equal([text.status, text.reason, text.text(), text.headers.get("x-a")], [201, "Made", "héllo", "1"]);
      assert.match(text.headers.get("content-type") ?? "", /^text\/plain;charset=utf-8$/i);
      assert.equal([(await get("/bytes")).text(), (await get("/bytes")).headers.get("content-length")], ["ab", "2"]);
      const typed = await get("/typed");
      assert.equal([typed.headers.get("content-type"), typed.headers.getList("set-cookie")], ["a/b", ["a=1", "b=2"]]);
      assert.match((await get("/form")).headers.get("content-type") ?? "", /x-www-form-urlencoded/);
      assert.is((await get("/blob")).headers.get("content-type"), "a/b");
      assert.is((await get("/empty")).status, 204);
      assert.is((await get("/late")).headers.get("x-b"), "2");
      assert.is((await get("/none")).status, 404);
    }));
}

/** What a handler makes of a request. */
async function asked(request: object, look: (request: Request) => unknown): Promise<unknown> {
  let seen: unknown;
  const app = new FetchContainer(async (given) => {
    seen = await look(given);
    return new Response("");
  });
  await inject(app, request as { url: string });
  return seen;
}

for (const installed of onBun ? [false] : [false, true]) {
  const requests = suite(`Fetch standard, ${installed ? "the light Request" : "the Request of a FetchContainer"}`);
  const run = installed ? light : async (body: () => unknown): Promise<void> => void (await body());
  const fact = (name: string, check: () => unknown): void => requests(name, () => run(check));

  fact("is a Request", async () => {
    await asked({ url: "/a?b=1", headers: { "X-A": "1" } }, (request) => {
      assert.ok(request instanceof Request);
      assert.is(Object.prototype.toString.call(request), "[object Request]");
      assert.is(request.headers, request.headers);
      assert.is(request.signal, request.signal);
      assert.equal([request.method, request.url, request.headers.get("x-a")], ["GET", "http://localhost/a?b=1", "1"]);
      assert.equal([request.body, request.bodyUsed], [null, false]);
      const copy = new Request(request, { headers: { "X-B": "2" } });
      assert.equal([copy.url, copy.method, copy.headers.get("x-b")], [request.url, "GET", "2"]);
      for (const name of ["cache", "credentials", "mode", "redirect", "destination", "integrity"] as const)
        assert.is(request[name], copy[name], name);
    });
    await asked({ url: "/", method: "PUT", body: "x", headers: { "X-A": "1" } }, async (request) => {
      const copy = new Request(request);
      assert.equal([copy.method, copy.headers.get("x-a"), await copy.text()], ["PUT", "1", "x"]);
      assert.ok(onBun || request.bodyUsed, "~> its content went over");
    });
    await asked({ url: "/", body: "x" }, async (request) => {
      const copy = new Request("http://other/", request as RequestInit);
      assert.equal([copy.method, copy.url, await copy.text()], ["POST", "http://other/", "x"]);
    });
  });

  fact("its address is spelt as the URL standard spells it", async () => {
    for (const [target, host] of [
      ["/", "localhost"],
      ["/a/../b", "localhost"],
      ["/a/./b/..", "localhost:8888"],
      ["/.hidden/a..b", "localhost"],
      ["/a/%2e%2e/b", "localhost"],
      ["/a%20b?c=%C3%BC&d='e'", "localhost"],
      ["/a", "EXAMPLE.com"],
      ["/a", "example.com:80"],
      ["/a", "example.com:08080"],
      ["/a", "127.0.0.1:8888"],
      ["/a", "0x7f.1"],
      ["/a", "[::1]:8888"],
      ["/a//b///?q", "xn--bcher-kva.example"],
      ["/a;b=c,d:e@f", "localhost"],
    ] as [string, string][])
      assert.is(
        await asked({ url: target, headers: { Host: host } }, ({ url }) => url),
        new URL(`http://${host}${target}`).href,
      );
    assert.is(await asked({ url: "*", method: "OPTIONS" }, ({ url }) => url), "http://localhost/");
  });

  fact("its content is given once, in any form", async () => {
    for (const read of ["text", "json", "arrayBuffer", "blob", "formData"] as const)
      await asked(
        { url: "/", body: read === "formData" ? new URLSearchParams("a=1") : '{"a":1}', method: "POST" },
        async (request) => {
          assert.is(request.bodyUsed, false);
          await request[read]();
          assert.is(request.bodyUsed, true, read);
          for (const again of ["text", "json", "arrayBuffer", "blob"] as const)
            assert.is(await failure(() => request[again]()), "TypeError", `${read}, ${again}`);
          assert.is(await failure(() => request.clone()), "TypeError");
        },
      );
    await asked({ url: "/", body: "\ufeffx" }, async (request) => assert.is(await request.text(), "x"));
  });

  fact("GET has none, and a clone has its own", async () => {
    await asked({ url: "/", method: "GET", body: "x" }, async (request) => {
      assert.is(request.body, null);
      assert.is(await request.text(), "");
      assert.is(request.bodyUsed, false);
    });
    await asked({ url: "/", body: "x" }, async (request) => {
      request.headers.set("X-B", "2");
      const copy = request.clone();
      assert.is(copy.headers.get("x-b"), "2");
      assert.equal([await copy.text(), await request.text()], ["x", "x"]);
    });
  });

  requests.run();
}

test.run();
