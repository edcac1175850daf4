/**
 * Clients that say all they have to say and close their side (FIN): whatever was complete before is answered whole, however much
 * of it waits, and the connection comes to an end by itself.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import type { HTTPServer } from "../../../src/http/server/httpserver.ts";
import type { HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../../../src/http/interfaces.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { expectLog, suite } from "../../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../../_support/wire.ts";

const HOST = "Host: localhost\r\n";
const get = (path: string, fields = ""): string => `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`;
const LARGE = Buffer.alloc(16_000_000, "large");

function answer({ path, connection }: HTTPServerRequest): void {
  const body = path === "/large" ? LARGE : path;
  connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": body.length }), body);
  connection.finish();
}

async function slowly(request: HTTPServerRequest): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  answer(request);
}

async function closedByItself(server: HTTPServer): Promise<void> {
  while (server.connectionCount > 0) await new Promise((resolve) => setImmediate(resolve));
}

for (const [name, setup] of SETUPS) {
  const test = suite(`half-close · ${name}`, { deadline: 30 });
  // Nothing here may be ended by a timer.
  const patient = { ...setup, lingerTimeout: 60 };

  for (const fields of ["", "Connection: close\r\n"]) {
    test(`sends a large answer whole to a client that reads late${fields === "" ? "" : ", with Connection: close"}`, () =>
      serving(answer, patient, (port, server) =>
        withPeer(port, async (peer) => {
          peer.socket.pause();
          peer.write(get("/large", fields));
          peer.finish();
          for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
          peer.socket.resume();
          const got = await peer.answer();
          assert.is(got.body.length, LARGE.length);
          assert.is(await peer.rest(), "");
          await closedByItself(server);
        }),
      ));
  }

  test("sends a small answer whole to a client that reads late", () =>
    serving(answer, patient, (port, server) =>
      withPeer(port, async (peer) => {
        peer.socket.pause();
        peer.write(get("/small", "Connection: close\r\n"));
        peer.finish();
        await closedByItself(server);
        peer.socket.resume();
        assert.is((await peer.answer()).body, "/small");
        assert.is(await peer.rest(), "");
      }),
    ));

  for (const [kind, handler] of [
    ["at once", answer],
    ["later", slowly],
  ] as const) {
    test(`answers every request of a long pipeline in front of the FIN, ${kind}`, () =>
      serving(handler, patient, (port, server) =>
        withPeer(port, async (peer) => {
          const count = kind === "later" ? 300 : 3000;
          peer.write(get("/many").repeat(count));
          peer.finish();
          for (let i = 0; i < count; i++) assert.is((await peer.answer()).body, "/many", `answer ${i}`);
          assert.is(await peer.rest(), "");
          await closedByItself(server);
        }),
      ));
  }

  test("answers a pipeline of large answers in front of the FIN", () =>
    serving(answer, patient, (port, server) =>
      withPeer(port, async (peer) => {
        peer.socket.pause();
        peer.write(get("/large").repeat(2) + get("/last"));
        peer.finish();
        for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
        peer.socket.resume();
        for (let i = 0; i < 2; i++) assert.is((await peer.answer()).body.length, LARGE.length, `answer ${i}`);
        assert.is((await peer.answer()).body, "/last");
        assert.is(await peer.rest(), "");
        await closedByItself(server);
      }),
    ));

  test("closes where a head or a content ends in the middle, and answers neither", () =>
    serving(answer, patient, async (port, server) => {
      const incomplete = [
        "G",
        "GET / HTTP/1.1\r\nHost: local",
        `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nab`,
        `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n`,
      ];
      for (const bytes of incomplete) {
        await withPeer(port, async (peer) => {
          peer.write(bytes);
          peer.finish();
          assert.is(await peer.rest(), "", bytes);
          await closedByItself(server);
        });
        await withPeer(port, async (peer) => {
          peer.write(get("/first") + bytes);
          peer.finish();
          assert.is((await peer.answer()).body, "/first");
          assert.is(await peer.rest(), "", bytes);
          await closedByItself(server);
        });
      }
    }));

  test("closes where the content ends in the middle while its delegate takes its time", () => {
    const closed: unknown[] = [];
    /** Takes every piece only when the client has long gone. */
    class Slow implements HTTPMessageDelegate {
      headersReceived(): void {}
      async dataReceived(): Promise<void> {
        for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
      }
      finish(): void {
        assert.unreachable("finished without its end");
      }
      onConnectionClose(error?: Error): void {
        closed.push(error);
      }
    }
    const delegate: HTTPServerConnectionDelegate = { startRequest: () => new Slow() };
    return serving(delegate, patient, (port, server) =>
      withPeer(port, async (peer) => {
        peer.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nabc`);
        peer.finish();
        assert.is(await peer.rest(), "");
        await closedByItself(server);
        assert.is(closed.length, 1);
      }),
    );
  });

  test("gives a refusal to a client that has closed its side, and to one that reads late", () => {
    expectLog(/Malformed HTTP message/);
    return serving(answer, patient, (port, server) =>
      withPeer(port, async (peer) => {
        peer.socket.pause();
        peer.write(get("/large") + "nonsense\r\n\r\n");
        peer.finish();
        for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
        peer.socket.resume();
        assert.is((await peer.answer()).body.length, LARGE.length);
        assert.is((await peer.answer()).status, 400);
        assert.is(await peer.rest(), "");
        await closedByItself(server);
      }),
    );
  });

  test.run();
}
