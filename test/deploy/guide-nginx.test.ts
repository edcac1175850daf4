/**
 * The nginx block of the guide, word for word, in the real nginx: a WebSocket, events and uploads in pieces, and who asks. Changed are only
 * the addresses, and the certificate that the block leaves to its reader.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as https from "node:https";
import type { IncomingMessage } from "node:http";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { Application, EventSourceHandler, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import { suite } from "../_support/suite.ts";
import { startProxyWith } from "./_proxy.ts";
import type { Proxy } from "./_proxy.ts";

const test = suite("the nginx block of the guide", { deadline: 60, needs: ["nginx"] });
let server: HTTPServer;
let proxy: Proxy;

class Echo extends WebSocketHandler {
  override onMessage(message: Message): void {
    void this.writeMessage(`${this.request.protocol}: ${String(message)}`);
  }
}
/** The second event is sent when the first has arrived. */
let sendSecond = (): void => undefined;
class Events extends EventSourceHandler {
  override open(): void {
    void this.send({ data: "one" });
    sendSecond = () => void this.send({ data: "two" });
  }
}
/** Resolves with the first piece of an upload. */
let firstPiece: (text: string) => void = () => undefined;
class Uploads extends RequestHandler {
  #size = 0;
  override dataReceived(piece: Uint8Array): void {
    if (this.#size === 0) firstPiece(Buffer.from(piece).toString());
    this.#size += piece.length;
  }
  override post(): void {
    this.write(String(this.#size));
  }
}
streamRequestBody(Uploads);
class Plain extends RequestHandler {
  override get(): void {
    const { protocol, remoteIp, host, headers, version } = this.request;
    this.write({ protocol, remoteIp, host, version, connection: headers.get("Connection") ?? "" });
  }
  override post(): void {
    this.write(String(this.request.body.length));
  }
}

/** The block with these changes, each of which must find its place. */
function configOfGuide(port: number): string {
  const page = readFileSync(new URL("../../docs/guide/7-deployment.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/^```nginx\n([^]*?)^```$/gm)];
  assert.is(blocks.length, 1);
  let text = blocks[0]?.[1] ?? "";
  for (const [from, to] of [
    ["server 127.0.0.1:8888;", `server 127.0.0.1:${port};`],
    ["listen 443 ssl;", "listen 127.0.0.1:$PORT ssl;"],
    ["# ssl_certificate …", "ssl_certificate example.pem; ssl_certificate_key example.key;"],
  ] as const) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  return text;
}

const ask = (path: string, options: https.RequestOptions = {}): ReturnType<typeof https.request> =>
  https.request({ host: "127.0.0.1", port: proxy.port, path, rejectUnauthorized: false, agent: false, ...options });

async function answerTo(request: ReturnType<typeof https.request>): Promise<IncomingMessage> {
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  return answer;
}
async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of answer.setEncoding("utf8")) text += String(piece);
  return text;
}

test.before(async () => {
  server = new HTTPServer(
    new Application(
      [
        ["/echo", Echo],
        ["/events", Events],
        ["/uploads", Uploads],
        ["/", Plain],
      ],
      { accessLog: false },
    ),
    { xheaders: true },
  );
  await server.listen(0, "127.0.0.1");
  proxy = await startProxyWith("nginx", configOfGuide(server.port));
});
test.after(async () => {
  await proxy?.close();
  await server?.stop();
  await server?.closeAllConnections();
});

test("a WebSocket comes through", async () => {
  const place = `127.0.0.1:${proxy.port}`;
  const socket = new WebSocket(`wss://${place}/echo`, { origin: `https://${place}`, rejectUnauthorized: false });
  await once(socket, "open");
  for (const text of ["hello", "é".repeat(50_000)]) {
    socket.send(text);
    const [message] = (await once(socket, "message")) as [Buffer];
    assert.is(String(message), `https: ${text}`);
  }
  socket.close(1000);
  const [code] = (await once(socket, "close")) as [number];
  assert.is(code, 1000);
});

test("the program knows who asks, and believes no client about it; its connections are kept", async () => {
  const headers = { "X-Scheme": "http", "X-Forwarded-Proto": "http", "X-Real-Ip": "203.0.113.7" };
  const request = ask("/", { headers });
  request.end();
  const seen = JSON.parse(await textOf(await answerTo(request))) as object;
  const host = `127.0.0.1:${proxy.port}`;
  assert.equal(seen, { protocol: "https", remoteIp: "127.0.0.1", host, version: "HTTP/1.1", connection: "" });
});

test("content above nginx's own limit of 1 MB comes through", async () => {
  const request = ask("/", { method: "POST", headers: { "Content-Length": 2_000_000 } });
  request.end(Buffer.alloc(2_000_000));
  assert.is(await textOf(await answerTo(request)), "2000000");
});

test("events arrive one by one", async () => {
  const request = ask("/events");
  request.end();
  const answer = await answerTo(request);
  let text = "";
  for await (const piece of answer.setEncoding("utf8")) {
    text += String(piece);
    if (text.includes("data: two\n\n")) break;
    if (text.includes("data: one\n\n")) sendSecond();
  }
  assert.match(text, /data: one\n\n[^]*data: two\n\n/);
  request.destroy();
});

test("an upload arrives in pieces", async () => {
  const arrived = new Promise<string>((resolve) => (firstPiece = resolve));
  const request = ask("/uploads", { method: "POST", headers: { "Content-Length": 10 } });
  request.write("first");
  assert.is(await arrived, "first");
  request.end("other");
  assert.is(await textOf(await answerTo(request)), "10");
});

test.run();
