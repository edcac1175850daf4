/** https: certificates, options that are never shared, and a tunnel through a proxy. */
import * as net from "node:net";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { Application } from "../../src/web/application/application.ts";
import { RequestHandler } from "../../src/web/handler/request-handler.ts";
import { serving } from "../_support/wire.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { failure, withClient } from "./_peer.ts";

const test = suite("client, TLS", { deadline: 20 });
const { key, cert } = certificate("localhost");
class Hello extends RequestHandler {
  override get(): void {
    this.write("ok");
  }
}
const answer = new Application([["/", Hello]], { logFunction: () => undefined });

test("24: certificates are verified, and the options of one request are not another's", () =>
  serving(answer, { ssl: { key, cert } }, (port) =>
    withClient({ hostnameMapping: { "other.test": "127.0.0.1" } }, async (client) => {
      const url = `https://localhost:${port}/`;
      const good = { ssl: { ca: cert } };
      assert.is((await client.fetch(url, good)).text(), "ok");
      assert.is((await client.fetch(url, good)).reused, true);
      assert.is((await failure(client.fetch(url)))["code"], "ERR_LANDSPOUT_FETCH_CONNECT");
      assert.is((await client.fetch(url, { validateCert: false })).reused, false);
      assert.is(
        (await failure(client.fetch(`https://other.test:${port}/`, good)))["code"],
        "ERR_LANDSPOUT_FETCH_CONNECT",
      );
    }),
  ));

test("23: a tunnel through a proxy carries TLS to the server", () =>
  serving(answer, { ssl: { key, cert } }, (port) =>
    withClient({}, async (client) => {
      const heads: string[] = [];
      const proxy = net.createServer((socket) => {
        socket.once("data", (head: Buffer) => {
          heads.push(String(head));
          const onward = net.connect(port, "127.0.0.1", () => {
            socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
            socket.pipe(onward).pipe(socket);
          });
          onward.on("error", () => socket.destroy());
          socket.on("error", () => onward.destroy());
          socket.on("close", () => onward.destroy());
        });
      });
      proxy.listen(0, "127.0.0.1");
      await once(proxy, "listening");
      const options = { proxy: `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`, ssl: { ca: cert } };
      assert.is((await client.fetch("https://localhost:1/", options)).text(), "ok");
      assert.is((await client.fetch("https://localhost:1/", options)).reused, true);
      assert.match(heads[0] as string, /^CONNECT localhost:1 HTTP/);
      assert.is(heads.length, 1);
      await client.close();
      proxy.close();
    }),
  ));

test.run();
