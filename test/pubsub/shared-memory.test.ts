/** Clients that do not read: what was published to all of them waits once, not once for each of them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { LOADER } from "../_support/loader.ts";
import { suite } from "../_support/suite.ts";

const test = suite("memory of a broadcast", { deadline: 60 });
const program = fileURLToPath(new URL("_broadcast-server.ts", import.meta.url));

const CLIENTS = 40;
const TOTAL = 1024 * 1024;
const UPGRADE =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/** Bytes by which a server's memory grows that publishes `TOTAL` bytes, in messages of `size`, to clients that do not read. */
async function growth(kind: "socket" | "compressed" | "events", size: number): Promise<number> {
  const flags = "Bun" in globalThis ? [] : ["--expose-gc"];
  const args = [...flags, ...LOADER, program, kind, String(CLIENTS), String(TOTAL), String(size)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const sockets: net.Socket[] = [];
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const port = Number((await lines.next()).value);
    const extension = kind === "compressed" ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
    const fields = kind === "events" ? "" : UPGRADE + extension;
    for (let i = 0; i < CLIENTS; i++) {
      const socket = net.connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.pause();
      socket.write(`GET /${kind === "events" ? "events" : "socket"} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    }
    const [bytes = "", subscribers] = String((await lines.next()).value).split(" ");
    assert.is(Number(subscribers), CLIENTS, "all of them are still there");
    return Number(bytes);
  } finally {
    for (const socket of sockets) socket.destroy();
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
}

// Each message also has a place in each client's queue, which small ones make felt.
for (const [kind, size] of [
  ["socket", 1000],
  ["socket", 8000],
  ["socket", 50_000],
  ["socket", 500_000],
  ["compressed", 4000],
  ["compressed", 100_000],
  ["events", 4000],
  ["events", 50_000],
] as const) {
  test(`${kind}, messages of ${size} bytes`, async () => {
    const grown = await growth(kind, size);
    assert.ok(grown < (TOTAL * CLIENTS) / 5, `${CLIENTS} clients, ${TOTAL} bytes to each, grown by ${grown}`);
  });
}

test.run();
