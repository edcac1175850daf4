/**
 * An exchange written against the interface alone serves an Application: nothing above the interface knows how requests come in or how
 * responses go out. It speaks JSON: a request is one object, and so is its response.
 */
import { AsyncResource } from "node:async_hooks";
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/httputil.ts";
import type {
  Exchange,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestFacts,
  ResponseStream,
} from "../../src/http/httputil.ts";
import { Router, toRouter } from "../../src/web/routing/index.ts";
import { Application, EventSourceHandler, RequestHandler, StaticFileHandler } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("own exchange", { deadline: 10 });

interface Question {
  readonly method?: string;
  readonly path: string;
  readonly fields?: { readonly [name: string]: string };
  readonly content?: string;
}
interface Response {
  status: number;
  fields: { [name: string]: string };
  content: string;
  cut: boolean;
}

const never = (what: string): never => {
  throw new Error(`${what} is not offered here`);
};

class JSONExchange implements Exchange {
  readonly head: RequestFacts;
  readonly stream: ResponseStream = {
    isClosed: false,
    peerEnded: false,
    congested: false,
    unsentLength: 0,
    remoteAddress: "192.0.2.1",
    remotePort: undefined,
    localAddress: undefined,
    localPort: undefined,
    encrypted: true,
    setNodelay: () => undefined,
    destroy: () => this.destroy(),
  };
  readonly remoteIp = "192.0.2.1";
  readonly protocol = "https";
  requestComplete = false;
  readonly contentIsShort = true;
  readonly maxBodySize = 1000;
  readonly setMaxBodySize = (): void => undefined;
  readonly setBodyTimeout = (): void => undefined;
  started = false;
  finished = false;
  lost = false;
  readonly left = false;
  readonly setCloseCallback = (): void => undefined;
  readonly signal = new AbortController().signal;
  readonly setShutdownCallback = (): void => undefined;
  readonly shutdownSignal = new AbortController().signal;
  readonly upgradable = false;
  readonly detach = (): never => never("detach");
  readonly upgraded = undefined as never;
  readonly keepContext = (): void => undefined;
  readonly #response: Response = { status: 0, fields: {}, content: "", cut: false };
  readonly #done: (response: Response) => void;

  constructor(head: RequestFacts, done: (response: Response) => void) {
    this.head = head;
    this.#done = done;
  }
  get scope(): AsyncResource {
    return new AsyncResource("own");
  }

  respond(...[status, , headers, memo, content]: Parameters<Exchange["respond"]>): void {
    const fields = headers ?? new HTTPHeaders({ "Content-Type": memo.contentType });
    if (memo.tag !== "") fields.set("Etag", memo.tag);
    this.writeHeaders({ code: status, reason: "" }, fields, content);
    this.finish();
  }
  repeat(memo: Parameters<Exchange["repeat"]>[0]): boolean {
    this.respond(200, "", undefined, memo, memo.text, "keep");
    return true;
  }
  writeHeaders(
    { code }: { readonly code: number; readonly reason?: string },
    headers: HTTPHeaders,
    chunk: string | Uint8Array = "",
  ): void {
    this.started = true;
    this.#response.status = code;
    for (const [name, value] of headers) this.#response.fields[name.toLowerCase()] = value;
    this.write(chunk);
  }
  write(chunk: string | Uint8Array): void {
    this.#response.content += Buffer.from(chunk as string).toString();
  }
  finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.#done(this.#response);
  }
  destroy(): void {
    this.#response.cut = this.lost = true;
    this.finish();
  }
  fail(): void {
    this.writeHeaders({ code: 500 }, new HTTPHeaders());
    this.finish();
  }
}

const IDS: { readonly [method: string]: number } = { GET: 1, HEAD: 2, POST: 3 };

function ask(delegate: HTTPServerConnectionDelegate, question: Question): Promise<Response> {
  const { method = "GET", path, fields = {}, content } = question;
  const [targetPath = "", query = ""] = path.split("?");
  const lines = Object.entries(fields).flat();
  const names = Object.keys(fields).map((name) => name.toLowerCase());
  const head: RequestFacts = {
    method,
    path,
    version: "HTTP/1.1",
    id: IDS[method] ?? 0,
    targetPath,
    query,
    host: "own.example",
    pathEscaped: false,
    // If-None-Match and Content-Type, the two that these tests send.
    knows: (id) => (id === 15 && names.includes("if-none-match")) || (id === 7 && names.includes("content-type")),
    readFields: () => [...lines],
  };
  return new Promise((resolve, reject) => {
    const exchange = new JSONExchange(head, resolve);
    const message: HTTPMessageDelegate = delegate.startRequest({}, exchange);
    const rest = async (): Promise<void> => {
      exchange.requestComplete = content === undefined;
      await message.headersReceived(head, HTTPHeaders.from(head));
      if (content !== undefined) await message.dataReceived(Buffer.from(content));
      exchange.requestComplete = true;
      message.finish();
    };
    rest().catch(reject);
  });
}

const app = new Application(
  [
    [
      "/hello/:name",
      class extends RequestHandler {
        override get(name: string) {
          this.write(`Hello ${name}, ${this.getArgument("a", "")} ${this.request.fullUrl()} ${this.request.remoteIp}`);
        }
      },
    ],
    [
      "/form",
      class extends RequestHandler {
        override post() {
          this.setHeader("X-Own", "a");
          this.write({ a: this.getBodyArgument("a") });
        }
      },
    ],
    [
      "/stream",
      class extends RequestHandler {
        override async get() {
          for (const one of ["a", "b"]) {
            this.write(one);
            await this.flush();
          }
        }
      },
    ],
    [
      "/throws",
      class extends RequestHandler {
        override get() {
          throw new Error("thrown");
        }
      },
    ],
    [
      "/cut",
      class extends RequestHandler {
        override get() {
          this.write("a");
          void this.flush();
          throw new Error("half");
        }
      },
    ],
    [
      "/events",
      class extends EventSourceHandler {
        override async open() {
          await this.send({ data: "one" });
          this.close();
        }
      },
    ],
    [
      "/socket",
      class extends WebSocketHandler {
        override onMessage() {}
      },
    ],
    ["/static/*", StaticFileHandler, { path: new URL(".", import.meta.url).pathname }],
  ],
  { accessLog: false },
);

test("an application answers", async () => {
  const { status, content, fields } = await ask(app, { path: "/hello/you?a=b" });
  assert.is(status, 200);
  assert.is(content, "Hello you, b https://own.example/hello/you?a=b 192.0.2.1");
  assert.match(fields["etag"] ?? "", /^"[0-9a-f]{32}"$/);
  const again = await ask(app, { path: "/hello/you?a=b", fields: { "If-None-Match": fields["etag"] as string } });
  assert.equal([again.status, again.content], [304, ""]);
});

test("content, headers, streams, files", async () => {
  const form = await ask(app, {
    method: "POST",
    path: "/form",
    fields: { "Content-Type": "application/x-www-form-urlencoded" },
    content: "a=b",
  });
  assert.equal([form.status, form.content, form.fields["x-own"]], [200, '{"a":"b"}', "a"]);
  assert.is((await ask(app, { path: "/stream" })).content, "ab");
  assert.match((await ask(app, { path: "/static/own-exchange.test.ts" })).content, "speaks JSON");
  assert.match((await ask(app, { path: "/events" })).content, "data: one\n\n");
});

test("errors", async () => {
  assert.is((await ask(app, { path: "/nowhere" })).status, 404);
  assert.is((await ask(app, { method: "POST", path: "/stream" })).status, 405);
  expectLog("Uncaught exception GET /throws (192.0.2.1)");
  assert.is((await ask(app, { path: "/throws" })).status, 500);
  expectLog("Uncaught exception GET /cut (192.0.2.1)");
  assert.is((await ask(app, { path: "/cut" })).cut, true);
  expectLog("an adapter has no connection that could become a WebSocket", { level: "warn" });
  assert.is((await ask(app, { path: "/socket", fields: { "Sec-WebSocket-Key": "a" } })).status, 501);
});

test("compression, routers, callbacks", async () => {
  const outer = new Application(
    [
      ["/inner/*", toRouter((request) => app.startRequest({}, request.connection))],
      [
        "/callback",
        ((request: { connection: Exchange }) => {
          void request.connection.writeHeaders({ code: 201, reason: "" }, new HTTPHeaders());
          request.connection.finish();
        }) as never,
      ],
    ],
    { accessLog: false },
  );
  assert.is((await ask(outer, { path: "/inner/x" })).status, 404);
  const nothing = new (class extends Router {
    override findHandler(): undefined {
      return undefined;
    }
  })();
  assert.is((await ask(nothing, { path: "/" })).status, 404);
  const coded = new Application(
    [
      [
        "/",
        class extends RequestHandler {
          override get() {
            this.write("x".repeat(2000));
          }
        },
      ],
    ],
    { accessLog: false, compressResponse: true },
  );
  assert.is((await ask(coded, { path: "/" })).content.length, 2000);
});

test.run();
