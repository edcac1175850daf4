/**
 * The fuzz run: random conversations with a server over real sockets, cut anywhere, by clients that leave in every way there is. What
 * an echo answers is compared; of the others it is enough that each WebSocket that was opened is closed, once. Every check names its seed.
 */
import type { Buffer } from "node:buffer";
import { Application } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message } from "../../src/web/websocket.ts";
import { serving } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";
import { conversationBytes, Dice, expectedAnswer, LIMITS, word } from "./_fuzz.ts";
import { RawWebSocket } from "./_raw.ts";

/** What a handler does with messages. The first two are the ones whose answers are compared. */
const MODES = ["echo", "slow", "closes", "aborts", "throws", "rejects", "floods", "pings"] as const;
const DEPARTURES = ["end", "end", "end", "destroy", "resetAndDestroy"] as const;
/** Connections at a time. */
const TOGETHER = 16;
/** Seconds a conversation may take. */
const DEADLINE = 20;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Ends {
  readonly told: string[];
  readonly over: Promise<void>;
  readonly tell: (end: string) => void;
}
function newEnds(): Ends {
  const told: string[] = [];
  let resolve: (() => void) | undefined;
  const over = new Promise<void>((done) => (resolve = done));
  return {
    told,
    over,
    tell: (end) => {
      told.push(end);
      resolve?.();
    },
  };
}

function handlerFor(ends: Map<string, Ends>): typeof WebSocketHandler {
  class Fuzzed extends WebSocketHandler {
    override open(): void | Promise<void> {
      if (this.request.query.startsWith("slow")) return turn();
    }
    override onMessage(message: Message): void | Promise<void> {
      const mode = this.request.query.split("-")[0] as (typeof MODES)[number];
      if (mode === "slow") return turn().then(() => (this.isOpen ? this.writeMessage(message) : undefined));
      if (mode === "rejects") return turn().then(() => Promise.reject(new Error("meant")));
      if (mode === "throws") throw new Error("meant");
      if (mode === "aborts") this.abort();
      else if (mode === "closes") this.close(message.length % 2 === 0 ? 4000 : undefined);
      else if (mode === "pings") this.ping(message.slice(0, 30));
      else if (mode === "floods")
        for (let i = 0; i < 30 && this.isOpen; i++) void this.writeMessage("x".repeat(20_000));
      else void this.writeMessage(message);
    }
    override onClose(code: number, reason: string): void {
      ends.get(this.request.query)?.tell(`${code} ${reason}`);
    }
    override onError(): void {
      // Thrown on purpose, and no news.
    }
  }
  return Fuzzed as unknown as typeof WebSocketHandler;
}

/** Sends in pieces of random size, some of them with a pause after. */
async function send(socket: RawWebSocket, dice: Dice, data: Buffer): Promise<void> {
  const size = dice.of([1, 3, 20, 200, 3000, 100_000]);
  for (let at = 0; at < data.length && !socket.ended;) {
    // Bytes by themselves where there are few; in the end nobody waits for long messages.
    const step = 1 + dice.below(at > 4000 ? 30_000 : size);
    socket.socket.write(data.subarray(at, at + step));
    at += step;
    if (dice.once(2)) await turn();
  }
}

async function listen(socket: RawWebSocket): Promise<string[]> {
  const frames: string[] = [];
  for (let frame = await socket.frame(); frame !== undefined; frame = await socket.frame()) {
    const { opcode, payload } = frame;
    frames.push(opcode === 8 ? `8 ${payload.length < 2 ? 1005 : payload.readUInt16BE()}` : word(opcode, payload));
  }
  return frames;
}

function compare(frames: readonly string[], told: string, data: Buffer): void {
  const expected = expectedAnswer(data);
  const brief = (list: readonly string[]): string => list.map((one) => one.slice(0, 60)).join(" | ");
  if (frames.join() !== expected.frames.join())
    throw new Error(`answered ${brief(frames)}\n instead of ${brief(expected.frames)}\n to ${data.toString("hex")}`);
  if (told !== expected.close)
    throw new Error(`told ${told} instead of ${expected.close}, after ${data.toString("hex")}`);
}

async function converse(port: number, seed: number, ends: Map<string, Ends>): Promise<void> {
  const dice = new Dice(seed);
  const mode = dice.once(2) ? dice.of(["echo", "slow"] as const) : dice.of(MODES);
  const departure = dice.of(DEPARTURES);
  const data = conversationBytes(dice);
  const id = `${mode}-${seed}`;
  const end = newEnds();
  ends.set(id, end);
  const socket = await RawWebSocket.open(port, `/?${id}`);
  const listening = listen(socket);
  await send(socket, dice, data);
  if (departure !== "end" && dice.once(2)) await turn();
  socket.socket[departure]();
  const frames = await listening;
  await end.over;
  socket.destroy();
  // What else it might be told comes in the same turn or the next.
  await turn();
  if (end.told.length !== 1) throw new Error(`onClose ${end.told.length} times`);
  ends.delete(id);
  if (departure === "end" && (mode === "echo" || mode === "slow")) compare(frames, end.told[0] as string, data);
}

async function timed(seed: number, run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${DEADLINE} s`)), DEADLINE * 1000);
  });
  try {
    await Promise.race([run, late]);
  } catch (cause) {
    throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Runs conversations from a seed on. @throws Error with the seed of the first that went wrong. */
export async function runFuzz(setup: Setup, firstSeed: number, count: number): Promise<void> {
  const ends = new Map<string, Ends>();
  const app = new Application([["/", handlerFor(ends)]] as never, { accessLog: false, websocket: LIMITS });
  await serving(app, setup, async (port) => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) {
        const seed = firstSeed + next++;
        await timed(seed, converse(port, seed, ends));
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, worker));
    if (ends.size > 0) throw new Error(`never closed: ${[...ends.keys()].join(", ")}`);
  });
}
