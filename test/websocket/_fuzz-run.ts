/**
 * The fuzz run: random conversations with a server or a client over real sockets, cut anywhere, by peers that leave in every way there is.
 * What an echo answers is compared; of the others it is enough that each WebSocket that was opened is closed, once. Every check names its
 * seed.
 */
import type { Buffer } from "node:buffer";
import { loggers, setLoggers } from "../../src/log.ts";
import type { Message } from "../../src/web/websocket.ts";
import type { Setup } from "../_support/wire.ts";
import { DeflatePeer, extensionOf, MATRIX } from "./_deflate-peer.ts";
import type { Parameters } from "./_deflate-peer.ts";
import { withEndpoints } from "./_endpoints.ts";
import type { Behaviour, Endpoint, Pairing, Role } from "./_endpoints.ts";
import { conversationBytes, Dice, LIMITS } from "./_fuzz.ts";
import { expectedAnswer, word } from "./_fuzz-oracle.ts";
import type { RawWebSocket } from "./_raw.ts";

/** What an endpoint does with messages: those whose answers are compared, and all. */
const ECHOES = ["echo", "slow"] as const;
const MODES = [...ECHOES, "reads", "closes", "aborts", "throws", "rejects", "floods", "pings"] as const;
const DEPARTURES = ["end", "end", "end", "destroy", "resetAndDestroy"] as const;
/** Connections at a time. */
const TOGETHER = 16;
/** Seconds a conversation may take. */
const DEADLINE = 20;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function onMessage(endpoint: Endpoint, message: Message, mode: string): void | Promise<void> {
  if (mode === "slow") return turn().then(() => (endpoint.isOpen ? endpoint.writeMessage(message) : undefined));
  if (mode === "rejects") return turn().then(() => Promise.reject(new Error("meant")));
  if (mode === "throws") throw new Error("meant");
  if (mode === "aborts") endpoint.abort();
  else if (mode === "closes") endpoint.close(message.length % 2 === 0 ? 4000 : undefined);
  else if (mode === "pings") endpoint.ping(message.slice(0, 30));
  else if (mode === "floods")
    for (let i = 0; i < 30 && endpoint.isOpen; i++) void endpoint.writeMessage("x".repeat(20_000));
  else void endpoint.writeMessage(message);
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

async function listen(role: Role, socket: RawWebSocket, inflate: (data: Buffer) => Buffer): Promise<string[]> {
  const frames: string[] = [];
  for (let frame = await socket.frame(); frame !== undefined; frame = await socket.frame()) {
    const { fin, rsv, opcode, payload } = frame;
    if (!fin || frame.masked !== (role === "client")) throw new Error(`a frame of ${opcode} that is none of ours`);
    if (opcode === 8) frames.push(`8 ${payload.length < 2 ? 1005 : payload.readUInt16BE()}`);
    else frames.push(word(opcode, rsv === 4 ? inflate(payload) : payload));
  }
  return frames;
}

const brief = (list: readonly string[]): string => list.map((one) => one.slice(0, 60)).join(" | ");

/** Whether these are the right answers; of an endpoint that compresses, with `agreed`. */
function acceptable(
  frames: readonly string[],
  { frames: expected, close }: ReturnType<typeof expectedAnswer>,
  agreed: boolean,
): boolean {
  // Pongs overtake answers that a handler waits with, or that are being compressed; pings behind a frame that breaks the protocol may be
  // answered before that is read.
  const isPong = (one: string): boolean => one.startsWith("10 ");
  const messages = frames.filter((one) => !isPong(one));
  const wanted = expected.filter((one) => !isPong(one));
  const pongs = frames.filter(isPong);
  const owed = expected.filter(isPong);
  if (close === "1006 " ? owed.some((one, i) => one !== pongs[i]) : pongs.join() !== owed.join()) return false;
  if (messages.join() === wanted.join()) return true;
  if (!agreed) return false;
  // When the peer breaks the protocol, or leaves without a word, those that are still being compressed are lost.
  if (wanted.at(-1)?.startsWith("8 ") === true && messages.pop() !== wanted.pop()) return false;
  return close === "1006 " && messages.every((one, i) => one === wanted[i]);
}

interface Run {
  readonly role: Role;
  /** What was agreed on, where messages may be compressed. */
  readonly agreed: Parameters | undefined;
}
type Connect = (name: string) => Promise<Pairing>;

async function converse({ role, agreed }: Run, seed: number, connect: Connect): Promise<void> {
  const dice = new Dice(seed);
  const mode = dice.once(2) ? dice.of(ECHOES) : dice.of(MODES);
  const departure = dice.of(DEPARTURES);
  const peer = agreed && new DeflatePeer(role, agreed);
  const { data, intact } = conversationBytes(dice, role, peer && ((plain) => peer.out.deflate(plain)));
  const { socket, over, ends } = await connect(mode);
  const listening = listen(role, socket, (payload) => peer?.in.inflate(payload) ?? payload);
  await send(socket, dice, data);
  if (departure !== "end" && dice.once(2)) await turn();
  socket.socket[departure]();
  const frames = await listening;
  await over;
  socket.destroy();
  // What else it might be told comes in the same turn or the next.
  await turn();
  if (ends.length !== 1) throw new Error(`onClose ${ends.length} times`);
  if (departure !== "end" || !(ECHOES as readonly string[]).includes(mode)) return;
  // What zlib makes of noise is zlib's affair.
  if (agreed !== undefined && !intact) return;
  const other = agreed && new DeflatePeer(role === "server" ? "client" : "server", agreed);
  const expected = expectedAnswer(role, data, other && ((payload) => other.in.inflate(payload)));
  const { frames: wanted, close } = expected;
  if (!acceptable(frames, expected, agreed !== undefined))
    throw new Error(`answered ${brief(frames)}\n instead of ${brief(wanted)}\n to ${data.toString("hex")}`);
  if (ends[0] !== close) throw new Error(`told ${ends[0] ?? ""} instead of ${close}, after ${data.toString("hex")}`);
}

async function timed(about: string, run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${DEADLINE} s`)), DEADLINE * 1000);
  });
  try {
    await Promise.race([run, late]);
  } catch (cause) {
    throw new Error(`${about}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Errors that are meant are no news. */
function quiet(): () => void {
  const { application } = loggers;
  const error = (message: string): void => {
    if (!message.includes("Error: meant")) application.error(message);
  };
  const others = {
    debug: (message: string) => application.debug(message),
    info: (message: string) => application.info(message),
    warn: (message: string) => application.warn(message),
  };
  const before = setLoggers({ application: { ...others, error } });
  return () => void setLoggers(before);
}

/** Runs conversations from a seed on. @throws Error with the seed of the first that went wrong. */
export async function runFuzz(
  role: Role,
  setup: Setup,
  firstSeed: number,
  count: number,
  compressed = false,
): Promise<void> {
  const agreed = compressed ? MATRIX[firstSeed % MATRIX.length] : undefined;
  const behaviour: Behaviour = {
    onMessage,
    onOpen: (mode) => (mode === "slow" ? turn() : undefined),
    reads: (mode) => mode === "reads",
    onError: () => undefined,
    options: LIMITS,
    ...(agreed === undefined ? {} : { compression: { threshold: 20 }, extensions: extensionOf(agreed) }),
  };
  const loud = quiet();
  try {
    await withEndpoints(role, setup, behaviour, async (connect) => {
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < count) {
          const seed = firstSeed + next++;
          const about = `seed ${seed}, ${role}${compressed ? `, agreed in a run from ${firstSeed}` : ""}`;
          await timed(about, converse({ role, agreed }, seed, connect));
        }
      };
      await Promise.all(Array.from({ length: TOGETHER }, worker));
    });
  } finally {
    loud();
  }
}
