/**
 * Every way of a peer into the parser's memory, over real sockets, plain and TLS, with reads of every size up to 1 MiB while whoever takes
 * the bytes pauses at every point: streamed content, pipelined requests, forms, WebSockets in both roles, bytes behind an upgrade, the
 * shapes of an IOStream, a socket that was given bytes back. Each must arrive as it was sent, and the canaries live.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { IOStream } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { sharedParser } from "../../src/parser/choose.ts";
import { Application, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import type { KeyPair } from "../_support/certificates.ts";
import type { Setup } from "../_support/wire.ts";
import { masked, RawWebSocket } from "../websocket/_raw.ts";
import { Canaries, Chance } from "./_canaries.ts";

const sha = (bytes: Uint8Array | string): string => createHash("sha1").update(bytes).digest("hex");
/** Bytes that follow from a name. */
const pattern = (name: string, size: number): Buffer => Buffer.alloc(size, `${sha(name)}${name};`);

/** A pause of whoever takes the bytes. */
function nap(chance: Chance): Promise<void> | void {
  switch (chance.below(4)) {
    case 0:
      return Promise.resolve();
    case 1:
      return new Promise((resolve) => setImmediate(resolve));
    case 2:
      return new Promise((resolve) => setTimeout(resolve, 1));
  }
}

let chance = new Chance(1);

class Stream extends RequestHandler {
  override async put() {
    const hash = createHash("sha1");
    for await (const piece of this.bodyStream()) {
      hash.update(piece);
      await nap(chance);
    }
    this.write(hash.digest("hex"));
  }
}
streamRequestBody(Stream);
class Parts extends RequestHandler {
  override async post() {
    for await (const part of this.parts()) {
      const hash = createHash("sha1");
      for await (const piece of part.body) {
        hash.update(piece as Uint8Array);
        await nap(chance);
      }
      this.write(`${part.name}:${hash.digest("hex")};`);
    }
  }
}
streamRequestBody(Parts);
class Whole extends RequestHandler {
  override post() {
    for (const name of Object.keys(this.request.files))
      for (const { body } of this.request.files[name] ?? []) this.write(`${name}:${sha(body)};`);
  }
}
class Slow extends RequestHandler {
  override async get() {
    await nap(chance);
    this.write(`<${this.getArgument("token")}>`);
  }
}
class Socket extends WebSocketHandler {
  override async onMessage(message: Message) {
    await nap(chance);
    void this.writeMessage(sha(message as Uint8Array));
  }
}
/** Sends messages of the sizes that its query says. */
class Source extends WebSocketHandler {
  override onMessage() {}
  override open() {
    for (const [i, size] of this.getArgument("sizes").split(",").entries())
      void this.writeMessage(pattern(`m${i}`, Number(size)));
  }
}
const app = new Application(
  [
    ["/stream", Stream],
    ["/parts", Parts],
    ["/whole", Whole],
    ["/slow", Slow],
    ["/socket", Socket],
    ["/source", Source],
  ],
  { accessLog: false },
);

/** Reads everything in shapes of any kind. */
class Shapes extends TCPServer {
  got: Promise<Buffer> | undefined = undefined;
  override handleStream(stream: IOStream): void {
    this.got = readAll(stream);
  }
}
async function readAll(stream: IOStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for (;;) {
      const way = chance.below(3);
      if (way === 0) pieces.push(await stream.readUntil("\n#"));
      else pieces.push(await stream.readBytes(1 + chance.below(200_000), { partial: true }));
      await nap(chance);
    }
  } catch {
    return Buffer.concat(pieces);
  }
}

interface Place {
  readonly setup: Setup;
  readonly secure: KeyPair | undefined;
  readonly port: number;
  readonly shapes: Shapes;
}

async function connect({ secure }: Place, port: number): Promise<net.Socket> {
  const to = { port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true };
  const socket =
    secure === undefined ? net.connect(to) : tls.connect({ ...to, ca: secure.cert, servername: "localhost" });
  socket.on("error", () => undefined);
  await once(socket, secure === undefined ? "connect" : "secureConnect");
  return socket;
}
/** Writes bytes, cut anywhere. */
async function pour(socket: net.Socket, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length && !socket.destroyed;) {
    const piece = bytes.subarray(at, at + chance.size());
    const written = new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    if (chance.one(2)) await written;
    at += piece.length;
    if (chance.one(3)) await new Promise((resolve) => setImmediate(resolve));
  }
}
async function restOf(socket: net.Socket): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("latin1");
}
async function ask(place: Place, request: Buffer): Promise<string> {
  const socket = await connect(place, place.port);
  const rest = restOf(socket);
  await pour(socket, request);
  const answer = await rest;
  socket.destroy();
  return answer;
}
function same(got: string, expected: string): void {
  if (got !== expected) throw new Error(`expected ${expected.slice(0, 300)}, got ${got.slice(0, 300)}`);
}
const contentOf = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4);
const HOST = "Host: localhost\r\nConnection: close\r\n";

const WAYS: { readonly [name: string]: (place: Place) => Promise<void> } = {
  async "streamed content"(place) {
    const content = pattern("content", chance.size() * (1 + chance.below(2)));
    const head = Buffer.from(`PUT /stream HTTP/1.1\r\n${HOST}Content-Length: ${content.length}\r\n\r\n`);
    same(contentOf(await ask(place, Buffer.concat([head, content]))), sha(content));
  },
  async "streamed chunks"(place) {
    const content = pattern("chunks", chance.size());
    const pieces: Buffer[] = [Buffer.from(`PUT /stream HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`)];
    for (let at = 0; at < content.length;) {
      const chunk = content.subarray(at, at + chance.size());
      const extension = chance.one(3) ? `;${"e".repeat(1 + chance.below(100))}` : "";
      pieces.push(Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`), chunk, Buffer.from("\r\n"));
      at += chunk.length;
    }
    pieces.push(Buffer.from(`0\r\nX: ${"t".repeat(chance.below(10_000))}\r\n\r\n`));
    same(contentOf(await ask(place, Buffer.concat(pieces))), sha(content));
  },
  async "pipelined requests"(place) {
    const padding = chance.below(3000);
    const count = 1 + chance.below(Math.min(400, Math.ceil(1_000_000 / (padding + 100))));
    let requests = "";
    let expected = "";
    for (let i = 0; i < count; i++) {
      const last = i === count - 1 ? "Connection: close\r\n" : "";
      requests += `GET /slow?token=t${i} HTTP/1.1\r\nHost: localhost\r\n${last}X: ${"p".repeat(padding)}\r\n\r\n`;
      expected += `<t${i}>`;
    }
    same((await ask(place, Buffer.from(requests))).match(/<t\d+>/g)?.join("") ?? "", expected);
  },
  async forms(place) {
    const pieces: Buffer[] = [];
    let expected = "";
    for (let i = 0; i <= chance.below(4); i++) {
      const content = pattern(`part${i}`, chance.size());
      const more = chance.one(2) ? `X: ${"h".repeat(chance.below(5000))}\r\n` : "";
      const head = `--bound\r\nContent-Disposition: form-data; name="p${i}"; filename="f"\r\n${more}\r\n`;
      pieces.push(Buffer.from(head), content, Buffer.from("\r\n"));
      expected += `p${i}:${sha(content)};`;
    }
    const body = Buffer.concat([...pieces, Buffer.from("--bound--\r\n")]);
    const head = `POST /${chance.one(2) ? "parts" : "whole"} HTTP/1.1\r\n${HOST}Content-Type: multipart/form-data; boundary=bound\r\n`;
    const request = Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
    same(contentOf(await ask(place, request)), expected);
  },
  async "messages behind an upgrade"(place) {
    const sizes = Array.from({ length: 1 + chance.below(8) }, () => chance.size());
    if (chance.one(3)) sizes.push(...Array.from({ length: 60 }, () => 50_000));
    const messages = sizes.map((size, i) => pattern(`w${i}`, size));
    const handshake = `GET /socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    const raw = await connect(place, place.port);
    const socket = new RawWebSocket(raw);
    const pouring = pour(
      raw,
      Buffer.concat([Buffer.from(handshake), ...messages.map((message) => masked(0x82, message))]),
    );
    await socket.head();
    for (const message of messages) same(await socket.text(), sha(message));
    await pouring;
    raw.destroy();
  },
  async "messages to a client"(place) {
    const sizes = Array.from({ length: 1 + chance.below(12) }, () => chance.size());
    const { secure, setup, port } = place;
    const heard: string[] = [];
    const scheme = secure === undefined ? "ws" : "wss";
    const all = new Promise<void>((resolve, reject) => {
      websocketConnect(`${scheme}://localhost:${port}/source?sizes=${sizes.join(",")}`, {
        ...(setup as object),
        ...(secure === undefined ? {} : { ssl: { ca: secure.cert } }),
        onMessage: async (message) => {
          heard.push(sha(message as Uint8Array));
          await nap(chance);
          if (heard.length === sizes.length) resolve();
        },
        onClose: (code) => reject(new Error(`closed with ${code} after ${heard.length} messages`)),
      }).then(
        (client) =>
          void all.then(
            () => client.close(),
            () => undefined,
          ),
        reject,
      );
    });
    await all;
    same(heard.join(), sizes.map((size, i) => sha(pattern(`m${i}`, size))).join());
  },
  async "shapes of a stream"(place) {
    const pieces = Array.from({ length: 1 + chance.below(6) }, (_, i) => pattern(`s${i}`, chance.size()));
    const content = Buffer.concat(pieces.flatMap((piece) => [piece, Buffer.from("\n#")]));
    const socket = await connect(place, place.shapes.port);
    await pour(socket, content);
    socket.end();
    while (place.shapes.got === undefined) await new Promise((resolve) => setImmediate(resolve));
    const got = await place.shapes.got;
    place.shapes.got = undefined;
    socket.destroy();
    // A `readUntil` at the very end finds no delimiter: what it waited with is lost with the stream.
    if (!content.subarray(0, got.length).equals(got) || got.length < content.length - (pieces.at(-1)?.length ?? 0) - 2)
      throw new Error(`a stream of ${content.length} bytes gave ${got.length} others`);
  },
  async "bytes given back to a socket"(place) {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
    client.on("error", () => undefined);
    const [socket] = (await once(server, "connection")) as [net.Socket];
    const [given, more] = [pattern("given", chance.size()), pattern("more", chance.size())];
    socket.unshift(given);
    const { parser } = place.setup;
    const stream = IOStream.from(socket, parser === undefined ? {} : { parser });
    const pouring = pour(client, more);
    await nap(chance);
    const got = await stream.readBytes(given.length + more.length);
    same(sha(got), sha(Buffer.concat([given, more])));
    await pouring;
    stream.close();
    client.destroy();
    server.close();
  },
};
const WAY_NAMES: readonly string[] = Object.keys(WAYS);

/** Plays every way `runs` times. @throws Error with the seed that shows a fault. */
export async function fuzzWays(setup: Setup, secure: KeyPair | undefined, seed: number, runs: number): Promise<void> {
  const { parser } = sharedParser(setup.parser);
  const canaries = new Canaries(parser);
  const options = { ...setup, ...(secure === undefined ? {} : { ssl: secure }) };
  const server = new HTTPServer(app, { ...options, maxHeaderSize: 262_144 });
  await server.listen(0, "127.0.0.1");
  const shapes = new Shapes(options);
  await shapes.listen(0, "127.0.0.1");
  let harmed: Error | undefined;
  const watch = setInterval(() => {
    try {
      canaries.check("between two turns");
    } catch (error) {
      harmed ??= error as Error;
    }
  }, 1);
  try {
    for (let i = 0; i < runs; i++) {
      for (const [name, way] of Object.entries(WAYS)) {
        chance = new Chance((seed + i) * 16 + WAY_NAMES.indexOf(name));
        const place = { setup, secure, port: server.port, shapes };
        try {
          await limited(way(place));
          canaries.check("at the end");
          if (harmed !== undefined) throw harmed;
        } catch (cause) {
          const what = `${name}, ${JSON.stringify(setup)}${secure === undefined ? "" : " with TLS"}, seed ${seed + i}`;
          throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
        }
      }
    }
  } finally {
    clearInterval(watch);
    await shapes.stop();
    await server.stop();
    await server.closeAllConnections();
  }
}

async function limited(pending: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("not done after 20 s")), 20_000);
  });
  try {
    await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}
