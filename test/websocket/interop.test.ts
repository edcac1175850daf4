/**
 * WebSockets with others: our client with the servers of `ws`, Tornado and Bun; our server with the clients of `ws`, Tornado and the
 * runtime itself. Tornado's are left out where Python has no Tornado, the built-in client on Node 20, which has none.
 */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import * as assert from "uvu/assert";
import { WebSocket as WsClient, WebSocketServer } from "ws";
import { websocketConnect, WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message, WebSocketConnectOptions } from "../../src/web/websocket.ts";
import { pathOf } from "../_support/programs.ts";
import { suite } from "../_support/suite.ts";
import { withEcho } from "./_raw.ts";
import type { Log } from "./_raw.ts";

const test = suite("WebSocket with others", { deadline: 30 });

const SIZES = [0, 1, 125, 126, 1023, 1024, 65_535, 65_536, 500_000];

/** Talks to an echo of anybody's. */
async function converse(url: string, options: WebSocketConnectOptions = {}): Promise<void> {
  const pongs: string[] = [];
  const onPong = (data: Buffer): void => void pongs.push(data.toString());
  const socket = await websocketConnect(url, { ...options, onPong });
  socket.ping("are you there");
  for (const size of SIZES) {
    const text = "wörter ".repeat(size).slice(0, size);
    await socket.writeMessage(text);
    assert.ok((await socket.readMessage()) === text, `${size} characters`);
    const bytes = Buffer.from(text).subarray(0, size);
    await socket.writeMessage(bytes);
    assert.ok(bytes.equals((await socket.readMessage()) as Buffer), `${size} bytes`);
  }
  for (let i = 0; i < 200; i++) void socket.writeMessage(`${i} `.repeat(i * 10));
  for (let i = 0; i < 200; i++) assert.ok((await socket.readMessage()) === `${i} `.repeat(i * 10));
  assert.equal(pongs, ["are you there"]);
  socket.close(4321, "bye");
  await socket.closed;
  assert.is(await socket.readMessage(), undefined);
  assert.is(socket.closeCode, 4321);
}

/** Runs a Python program that prints a port first, while `use` runs. */
async function withPython(program: string, use: (port: number) => Promise<void>): Promise<void> {
  const child = spawn(pathOf("tornado"), ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    await use(Number(line));
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
}

const tornadoServer = (compression: string): string => `
import asyncio, tornado.web, tornado.websocket, tornado.httpserver, tornado.netutil
class Echo(tornado.websocket.WebSocketHandler):
    def get_compression_options(self): return ${compression}
    def select_subprotocol(self, offered): return offered[-1] if offered else None
    def on_message(self, message): self.write_message(message, binary=isinstance(message, bytes))
async def main():
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    tornado.httpserver.HTTPServer(tornado.web.Application([("/", Echo)])).add_sockets(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
`;

const tornadoClient = (port: number, compression: string): string => `
import asyncio, tornado.websocket
async def main():
    s = await tornado.websocket.websocket_connect("ws://127.0.0.1:${port}/", compression_options=${compression})
    for size in ${JSON.stringify(SIZES)}:
        text = ("w\\u00f6rter " * size)[:size]
        await s.write_message(text)
        assert await s.read_message() == text, size
        await s.write_message(text.encode(), binary=True)
        assert await s.read_message() == text.encode(), size
    for i in range(200): s.write_message(str(i) * i)
    for i in range(200): assert await s.read_message() == str(i) * i
    s.close(4321, "bye")
    assert await s.read_message() is None
    print(s.close_code, flush=True)
asyncio.run(main())
`;

/** Runs a Python program to its end. */
async function python(program: string): Promise<string> {
  const child = spawn(pathOf("tornado"), ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  return output.trim();
}

async function withWs(options: object, use: (url: string) => Promise<void>): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  server.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
  if (server.address() === null) await once(server, "listening");
  try {
    await use(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
}

test("our client and the server of ws", () => withWs({}, (url) => converse(url)));

test.needing(["tornado"], "our client and Tornado's server, compressed", () =>
  withPython(tornadoServer("{}"), (port) =>
    converse(`ws://127.0.0.1:${port}/`, { compression: { threshold: 0, serverMaxWindowBits: 11 } }),
  ),
);
test.needing(["tornado"], "our server and Tornado's client, compressed", () => {
  let log: Log | undefined;
  class Echo extends WebSocketHandler {
    override getCompressionOptions() {
      return { threshold: 0, clientMaxWindowBits: 10 };
    }
    override open() {
      assert.match(this.request.headers.get("Sec-WebSocket-Extensions") ?? "", /deflate/);
    }
    override onMessage(message: Message) {
      return this.writeMessage(message);
    }
    override onClose(code: number, reason: string) {
      log?.add(`close ${code} ${reason}`);
    }
  }
  return withEcho(
    async (port, told) => {
      log = told;
      assert.is(await python(tornadoClient(port, "{}")), "4321");
      await log.closed;
      assert.equal(log.events, ["close 4321 bye"]);
    },
    { echo: Echo as typeof WebSocketHandler },
  );
});
test.needing(["tornado"], "our client and Tornado's server", () =>
  withPython(tornadoServer("None"), (port) => converse(`ws://127.0.0.1:${port}/`, { subprotocols: ["a", "b"] })),
);
test.needing(["tornado"], "our server and Tornado's client", () =>
  withEcho(async (port, log) => {
    assert.is(await python(tornadoClient(port, "None")), "4321");
    await log.closed;
    assert.equal(log.events, ["open", "close 4321 bye"]);
  }),
);

/** The parts of Bun's own server that are used here. */
interface BunServe {
  serve(options: object): { readonly port: number; stop(force: boolean): void };
}
const { Bun } = globalThis as { Bun?: BunServe };
if (Bun !== undefined) {
  test("our client and Bun's server", async () => {
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request: Request, self: { upgrade(request: Request): boolean }) => void self.upgrade(request),
      websocket: { message: (socket: { send(message: unknown): void }, message: unknown) => socket.send(message) },
    });
    try {
      await converse(`ws://127.0.0.1:${server.port}/`);
    } finally {
      server.stop(true);
    }
  });
}

/** A client with the interface of browsers, as far as it is used here. */
type Client = Pick<WebSocket, "binaryType" | "send" | "close" | "addEventListener" | "protocol">;

/** An echo of ours and a client with the interface of browsers. */
async function conversed(make: (url: string) => Client): Promise<void> {
  await withEcho(async (port, log) => {
    const client = make(`ws://127.0.0.1:${port}/`);
    client.binaryType = "arraybuffer";
    await new Promise((resolve) => client.addEventListener("open", resolve));
    const got: (string | ArrayBuffer)[] = [];
    let wake: () => void = () => undefined;
    client.addEventListener("message", ({ data }: { data: unknown }) => {
      got.push(data as string | ArrayBuffer);
      wake();
    });
    const next = async (): Promise<string | ArrayBuffer> => {
      while (got.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return got.shift() as string | ArrayBuffer;
    };
    for (const size of SIZES) {
      const text = "wörter ".repeat(size).slice(0, size);
      client.send(text);
      assert.ok((await next()) === text, `${size} characters`);
      client.send(new Uint8Array(Buffer.from(text)));
      assert.ok(Buffer.from((await next()) as ArrayBuffer).equals(Buffer.from(text)), `${size} characters as bytes`);
    }
    const closed = new Promise<{ code: number }>((resolve) =>
      client.addEventListener("close", (event) => resolve(event as unknown as { code: number })),
    );
    client.close(4321, "bye");
    assert.is((await closed).code, 4321);
    await log.closed;
    assert.equal(log.events, ["open", "close 4321 bye"]);
  });
}

test("our server and the client of ws", () => conversed((url) => new WsClient(url) as unknown as Client));
if (typeof globalThis.WebSocket === "function") {
  test("our server and the client of the runtime", () => conversed((url) => new WebSocket(url)));
}

test.run();
