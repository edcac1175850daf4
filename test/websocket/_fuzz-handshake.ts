/**
 * Random answers to the handshake of a client: right ones, and ones with something changed, lost, doubled or made up; cut anywhere, by
 * servers that end, vanish or reset. Whatever comes, `websocketConnect` settles: with a WebSocket, which is told its end once, or with an
 * error of ours.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import { LandspoutError } from "../../src/errors.ts";
import { websocketConnect } from "../../src/web/websocket.ts";
import { acceptValue } from "../../src/websocket/handshake.ts";
import type { Setup } from "../_support/wire.ts";
import { conversationBytes, Dice } from "./_fuzz.ts";

/** Connections at a time. */
const TOGETHER = 16;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const MADE_UP = [
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "X: y\r\n",
  "Upgrade: h2c\r\n",
  "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n",
  "Sec-WebSocket-Extensions: x\r\n",
  "Sec-WebSocket-Protocol: b\r\n",
  "Sec-WebSocket-Protocol: none\r\n",
  "Content-Length: 5\r\n",
  " folded\r\n",
  "\r\n",
  "\n",
  "\0",
];

/** An answer, every third of them as it should be. */
function answerTo(dice: Dice, key: string): Buffer {
  const lines = [
    "HTTP/1.1 101 Switching Protocols\r\n",
    "Upgrade: websocket\r\n",
    "Connection: Upgrade\r\n",
    `Sec-WebSocket-Accept: ${acceptValue(key)}\r\n`,
  ];
  const right = dice.once(3);
  if (!right)
    for (let i = dice.below(3); i > 0; i--) {
      const how = dice.below(4);
      if (how === 0) lines.splice(dice.below(lines.length), 1);
      else if (how === 1) lines.push(dice.of(lines));
      else lines.splice(dice.below(lines.length + 1), 0, dice.of(MADE_UP));
      if (lines.length === 0) break;
    }
  const head = Buffer.from(`${lines.join("")}\r\n`, "latin1");
  if (!right && dice.once(2)) head[dice.below(head.length)] = dice.below(256);
  const whole = Buffer.concat([head, conversationBytes(dice, "client").data]);
  return right || dice.once(2) ? whole : whole.subarray(0, dice.below(whole.length));
}

async function answer(socket: net.Socket, seed: number): Promise<void> {
  const dice = new Dice(seed);
  const [head] = (await once(socket, "data")) as [Buffer];
  socket.resume();
  const data = answerTo(dice, /\r\nSec-WebSocket-Key: (\S+)/.exec(head.toString("latin1"))?.[1] ?? "");
  const size = dice.of([1, 10, 100, 100_000]);
  for (let at = 0; at < data.length && !socket.destroyed;) {
    const step = 1 + dice.below(at > 1000 ? 30_000 : size);
    socket.write(data.subarray(at, at + step));
    at += step;
    if (dice.once(3)) await turn();
  }
  socket[dice.of(["end", "end", "destroy", "resetAndDestroy"] as const)]();
}

async function handshake(url: string, setup: Setup, seed: number): Promise<"open" | "refused"> {
  const ends: number[] = [];
  try {
    const client = await websocketConnect(url, {
      ...setup,
      compression: {},
      subprotocols: ["a", "b"],
      onMessage: () => undefined,
      onClose: (code) => ends.push(code),
    });
    await client.closed;
    await turn();
    if (ends.length !== 1) throw new Error(`seed ${seed}: onClose ${ends.length} times`);
    return "open";
  } catch (error) {
    if (!(error instanceof LandspoutError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    if (ends.length > 0) throw new Error(`seed ${seed}: closed, and never opened`, { cause: error });
    return "refused";
  }
}

/** Runs handshakes from a seed on; returns how many opened. @throws Error with the seed of the first that went wrong. */
export async function runHandshakes(setup: Setup, firstSeed: number, count: number): Promise<number> {
  const open = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
    // The port that comes is not known before; the order of the connections is seed enough.
    answer(socket, firstSeed + answered++).catch(() => socket.destroy());
  });
  let answered = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`;
  let next = 0;
  let opened = 0;
  const worker = async (): Promise<void> => {
    while (next < count) if ((await handshake(url, setup, firstSeed + next++)) === "open") opened++;
  };
  try {
    await Promise.all(Array.from({ length: TOGETHER }, worker));
    return opened;
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, "close");
  }
}
