/**
 * A client that leaves while more of its bytes are unread than are kept: the system says nothing of it before they are read. A handler
 * hears of it all the same, and no descriptor is held for ever.
 */
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../../src/http/message/headers.ts";
import type { HTTPServerOptions } from "../../../src/http/server/httpserver.ts";
import type { HTTPServerRequest } from "../../../src/http/request.ts";
import { Application, RequestHandler, streamRequestBody } from "../../../src/web/index.ts";
import { certificate } from "../../_support/certificates.ts";
import { suite } from "../../_support/suite.ts";
import { Peer, serving, SETUPS } from "../../_support/wire.ts";

const pair = certificate("localhost");
const REQUEST = "GET /poll HTTP/1.1\r\nHost: localhost\r\n\r\n";
/** More than is kept, and less than the system takes. */
const MANY = REQUEST.repeat(Math.ceil(400_000 / REQUEST.length));

async function connect(port: number, secure: boolean): Promise<{ peer: Peer; below: net.Socket }> {
  const below = net.connect({ port, host: "127.0.0.1", noDelay: true });
  await once(below, "connect");
  if (!secure) return { peer: Peer.over(below), below };
  const socket = tls.connect({ socket: below, ca: pair.cert, servername: "localhost" });
  await once(socket, "secureConnect");
  return { peer: Peer.over(socket), below };
}

const sent = (peer: Peer, text: string): Promise<void> =>
  new Promise((resolve) => peer.socket.write(text, "latin1", () => resolve()));

async function empty(server: { readonly connectionCount: number }): Promise<void> {
  while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const [name, setup] of SETUPS) {
  for (const secure of [false, true]) {
    if (secure && setup.transport === "zero-copy" && setup.parser === "ts") continue;
    const test = suite(`unread bytes · ${name}${secure ? " · TLS" : ""}`, { deadline: 30 });
    const options: HTTPServerOptions = { ...setup, ...(secure ? { ssl: pair } : {}) };
    const quick = { ...options, unreadTimeout: 0.5 };

    for (const way of ["RST", "FIN"] as const) {
      test(`20 long polls hear of a ${way}`, () => {
        let left = 0;
        const waits = ({ connection }: HTTPServerRequest): void => connection.setCloseCallback(() => left++);
        return serving(waits, quick, async (port, server) => {
          const clients = await Promise.all(Array.from({ length: 20 }, () => connect(port, secure)));
          for (const { peer } of clients) await sent(peer, MANY);
          await new Promise((resolve) => setTimeout(resolve, 50));
          for (const { below } of clients) {
            if (way === "RST") below.resetAndDestroy();
            else below.destroy();
          }
          await empty(server);
          assert.is(left, 20);
        });
      });
    }

    test("a client that stays is not taken for one that left while its response goes on", () =>
      serving(
        async ({ connection, signal }) => {
          void connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": 12 }));
          for (let i = 0; i < 12 && !signal.aborted; i++) {
            await new Promise((resolve) => setTimeout(resolve, 100));
            if (!signal.aborted) void connection.write("x");
          }
          if (!signal.aborted) connection.finish();
        },
        quick,
        async (port) => {
          const { peer, below } = await connect(port, secure);
          await sent(peer, MANY);
          assert.is((await peer.answer()).body, "x".repeat(12));
          below.destroy();
        },
      ));

    {
      test("an upload whose handler waits hears of an RST", async () => {
        let left = 0;
        class Waits extends RequestHandler {
          override dataReceived(): Promise<void> {
            return new Promise((resolve) => this.request.signal.addEventListener("abort", () => resolve()));
          }
          override onConnectionClose(): void {
            left++;
          }
          override post(): void {}
        }
        streamRequestBody(Waits);
        await serving(
          new Application([["/", Waits]], { accessLog: false }),
          { ...options, unreadTimeout: 60, bodyIdleTimeout: 4 },
          async (port, server) => {
            const { peer, below } = await connect(port, secure);
            await sent(
              peer,
              `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(400_000)}`,
            );
            await new Promise((resolve) => setTimeout(resolve, 50));
            below.resetAndDestroy();
            await empty(server);
            assert.is(left, 1);
          },
        );
      });
    }
    test.run();
  }
}
