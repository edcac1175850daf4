/** Rows below and beside the framework: delegates, callbacks of exchanges and streams, the loop, executors, other programs' apps. */
import { PassThrough } from "node:stream";
import * as assert from "uvu/assert";
import { FetchContainer, NodeContainer } from "../../src/adapters/index.ts";
import { HTTPHeaders } from "../../src/http/message/headers.ts";
import type { HTTP1Exchange } from "../../src/http/http1/http1exchange.ts";
import type { HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../../src/http/interfaces.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import { IOLoop, PeriodicCallback } from "../../src/loop/ioloop.ts";
import type { Executor } from "../../src/async/executor/executor.ts";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { serving, withPeer } from "../_support/wire.ts";
import type { Peer } from "../_support/wire.ts";
import type { Act, Mode, Row } from "./_modes.ts";
import { see, send } from "./_request.ts";
import type { Asked, Expected, Seen } from "./_request.ts";

const all = (seen: Seen): Expected => ({ throws: seen, rejects: seen, resolves: seen, never: seen });
const AWAITED: Expected = { throws: 500, rejects: 500, resolves: 200, never: "nothing" };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function answer(exchange: HTTP1Exchange): void {
  void exchange.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": "0" }));
  exchange.finish();
}

class Upload implements HTTPMessageDelegate {
  readonly exchange: HTTP1Exchange;
  constructor(exchange: HTTP1Exchange) {
    this.exchange = exchange;
  }
  headersReceived(): void {}
  dataReceived(): void {}
  finish(): void {
    answer(this.exchange);
  }
  onConnectionClose(): void {}
}

interface Served extends Omit<Row, "run"> {
  readonly expected: Expected;
  readonly asked?: Asked;
  make(act: Act): HTTPServerConnectionDelegate | ((request: HTTPServerRequest) => void);
  readonly after?: (peer: Peer, called: Promise<void>) => Promise<void>;
}

/** A request to a server whose delegate has the function, and one behind it that must be answered as ever. */
function served({ expected, asked, make, after, ...row }: Served): Row {
  return {
    ...row,
    async run(act: Act, mode: Mode): Promise<void> {
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      const given = make(() => {
        report();
        return act();
      });
      await serving(given, {}, async (port) => {
        await withPeer(port, async (peer) => {
          send(peer, asked);
          if (after === undefined) await see(peer, expected[mode.kind], called, asked?.method);
          else await after(peer, called);
        });
      });
      await called;
    },
  };
}

const messageRow = (member: keyof HTTPMessageDelegate, row: Partial<Served> & { expected: Expected }): Row =>
  served({
    hook: `HTTPMessageDelegate.${member}`,
    where: new RegExp(`POST / \\(127\\.0\\.0\\.1\\) in Upload\\.${member}\\n|in Upload\\.${member}, connection from`),
    asked: { method: "POST", body: "content" },
    make: (act) => ({
      startRequest: (_connection, exchange) => {
        const message = new Upload(exchange as HTTP1Exchange);
        Object.defineProperty(message, member, {
          value: () => {
            const result = act();
            if (member === "finish") answer(exchange as HTTP1Exchange);
            return result;
          },
        });
        return message;
      },
    }),
    ...row,
  });

/** Bun may put a function where its name was. */
const CALLBACK = /Exception in callback (?:failing|\(anonymous\))\n/;

const loopRow = (member: string, start: (loop: IOLoop, callback: () => unknown) => unknown): Row => ({
  hook: `IOLoop.${member}`,
  where: CALLBACK,
  async run(act: Act): Promise<void> {
    const loop = new IOLoop();
    const running = loop.start();
    await new Promise<void>((resolve) => {
      const failing = (): unknown => {
        resolve();
        return act();
      };
      start(loop, failing);
    });
    // The loop goes on.
    await new Promise<void>((resolve) => loop.addCallback(resolve));
    loop.stop();
    await running;
    loop.close();
  },
});

/** Both ends of a connection. */
async function streams(use: (server: IOStream, client: IOStream) => Promise<void>): Promise<void> {
  let accept: (stream: IOStream) => void = () => undefined;
  const accepted = new Promise<IOStream>((resolve) => (accept = resolve));
  class Server extends TCPServer {
    override handleStream(stream: IOStream): void {
      accept(stream);
    }
  }
  const server = new Server();
  await server.listen(0, "127.0.0.1");
  const client = new IOStream();
  await client.connect(server.port, "127.0.0.1");
  const stream = await accepted;
  await use(stream, client);
  stream.close();
  client.close();
  await server.stop();
}

const streamRow = (member: string, use: (stream: IOStream, callback: () => void) => unknown): Row => ({
  hook: `IOStream.${member}`,
  where: /Uncaught exception in a stream callback/,
  run: (act: Act) =>
    streams(async (server, client) => {
      void server.write("hello\n");
      await new Promise<void>((resolve) => {
        use(client, () => {
          resolve();
          return act() as void;
        });
      });
      await turn();
    }),
});

export const TRANSPORT_ROWS: readonly Row[] = [
  served({
    hook: "HTTPServerConnectionDelegate.startRequest",
    where: /GET \/ \(127\.0\.0\.1\) in (?:the request delegate|Promise)\.headersReceived\n/,
    expected: all(500),
    loud: ["resolves", "never"],
    make: (act) => ({ startRequest: () => act() as HTTPMessageDelegate }),
  }),
  served({
    hook: "HTTPServerConnectionDelegate.onClose",
    where: /Uncaught exception in the request delegate\.onClose\n/,
    expected: all(200),
    make: (act) => ({
      startRequest: (_connection, exchange) => new Upload(exchange as HTTP1Exchange),
      onClose: () => act() as void,
    }),
  }),
  messageRow("headersReceived", { expected: AWAITED }),
  messageRow("dataReceived", { expected: AWAITED }),
  messageRow("finish", { expected: { throws: 500, rejects: 200, resolves: 200, never: 200 } }),
  messageRow("onConnectionClose", {
    expected: all("nothing"),
    asked: { method: "POST", fields: "Content-Length: 9\r\n" },
    after: async (peer, called) => {
      await turn();
      peer.write("1234");
      peer.destroy();
      await called;
    },
  }),
  served({
    hook: "RequestCallback",
    where: /GET \/ \(127\.0\.0\.1\) in CallbackMessage\.(?:finish|response)\n/,
    expected: { throws: 500, rejects: 500, resolves: "nothing", never: "nothing" },
    make: (act) => () => act() as void,
  }),
  served({
    hook: "HTTPConnection.setCloseCallback",
    where: /GET \/ \(127\.0\.0\.1\) in a close callback\n/,
    expected: all("nothing"),
    make: (act) => ({
      startRequest: (_connection, exchange) => {
        const message = new Upload(exchange as HTTP1Exchange);
        message.finish = () => (exchange as HTTP1Exchange).setCloseCallback(() => act() as void);
        return message;
      },
    }),
    after: async (peer, called) => {
      await turn();
      peer.destroy();
      await called;
    },
  }),
  served({
    hook: "ContainedFetch",
    where: /GET \/ \(127\.0\.0\.1\) in FetchMessage\.response\n/,
    expected: { throws: 500, rejects: 500, resolves: 500, never: "nothing" },
    loud: ["resolves"],
    make: (act) => new FetchContainer(() => act() as Response),
  }),
  served({
    hook: "ContainedListener",
    where: /GET \/ \(127\.0\.0\.1\) in NodeMessage\.(?:response|headersReceived)\n/,
    expected: { throws: 500, rejects: 500, resolves: "nothing", never: "nothing" },
    make: (act) => new NodeContainer(() => act()),
  }),
  loopRow("addCallback", (loop, callback) => loop.addCallback(callback)),
  loopRow("spawnCallback", (loop, callback) => loop.spawnCallback(callback)),
  loopRow("addCallbackFromSignal", (loop, callback) => loop.addCallbackFromSignal(callback)),
  loopRow("callLater", (loop, callback) => loop.callLater(0, callback)),
  loopRow("callAt", (loop, callback) => loop.callAt(loop.time(), callback)),
  loopRow("addTimeout", (loop, callback) => loop.addTimeout({ seconds: 0 }, callback)),
  loopRow("addFuture", (loop, callback) => loop.addFuture(Promise.resolve(), callback)),
  {
    hook: "HandlerCallback",
    also: ["IOLoop.addHandler"],
    where: CALLBACK,
    async run(act: Act): Promise<void> {
      const loop = new IOLoop();
      const running = loop.start();
      const source = new PassThrough();
      await new Promise<void>((resolve) => {
        const failing = (): unknown => {
          source.read();
          loop.removeHandler(source);
          resolve();
          return act();
        };
        loop.addHandler(source, failing, IOLoop.READ);
        source.write("a");
      });
      await new Promise<void>((resolve) => loop.addCallback(resolve));
      loop.stop();
      await running;
      loop.close();
      source.destroy();
    },
  },
  {
    hook: "PeriodicCallback.callback",
    where: CALLBACK,
    records: "some",
    async run(act: Act, mode: Mode): Promise<void> {
      let calls = 0;
      await new Promise<void>((resolve) => {
        const failing = (): unknown => {
          calls++;
          // One that does not settle is not overlapped.
          if (calls === 2 || mode.kind === "never") resolve();
          return act();
        };
        const periodic = new PeriodicCallback(failing, 1);
        periodic.start();
        void turn().then(async () => {
          while (calls < 2 && !(mode.kind === "never" && calls > 0)) await turn();
          periodic.stop();
        });
      });
    },
  },
  {
    hook: "Executor.submit",
    where: /^$/,
    // The promise of runInExecutor rejects, for its caller.
    silent: ["throws", "rejects"],
    async run(act: Act, mode: Mode): Promise<void> {
      const loop = new IOLoop();
      const executor = { submit: act } as unknown as Executor;
      const pending = loop.runInExecutor(executor, () => undefined);
      let failed = false;
      if (mode.kind === "never") void pending;
      else {
        await pending.catch(() => (failed = true));
        assert.is(failed, mode.kind !== "resolves");
      }
      loop.close();
    },
  },
  streamRow("setCloseCallback", (stream, callback) => {
    stream.setCloseCallback(callback);
    stream.close();
  }),
  streamRow("readUntil", (stream, callback) => stream.readUntil("\n", callback)),
  streamRow("write", (stream, callback) => stream.write("bye", callback)),
  {
    hook: "TCPServer.handleStream",
    where: /Error in connection callback, connection from 127\.0\.0\.1/,
    async run(act: Act, mode: Mode): Promise<void> {
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      let accepted: IOStream | undefined;
      class Server extends TCPServer {
        override handleStream(stream: IOStream): void {
          accepted = stream;
          report();
          return act() as void;
        }
      }
      const server = new Server();
      await server.listen(0, "127.0.0.1");
      await withPeer(server.port, async (peer) => {
        await called;
        // Nothing reads the connection any more, and its client is not left waiting.
        if (mode.kind === "throws" || mode.kind === "rejects") await peer.rest();
      });
      accepted?.close();
      await server.stop();
    },
  },
];
