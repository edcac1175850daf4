/**
 * Messages among the processes of one program, over the channels that parents have to their children (IPC): who wants a key gets what
 * is said under it, in this process, above it and below it. It knows neither topics nor subscribers. At most once: what a process that
 * does not read cannot take is dropped.
 *
 * The processes are a tree, and each relay knows its neighbours only: a message goes to all who want it except where it came from.
 */
import { Buffer } from "node:buffer";
import cluster from "node:cluster";
import type { ChildProcess } from "node:child_process";
import { loggers } from "../log.ts";

/** What is said: text or bytes. */
export type RelayBody = string | Uint8Array;

/** Who takes part: somebody in this process, a child, the parent. */
export interface RelayPort {
  deliver(key: string, body: RelayBody): void;
}

/** Bytes on their way to one process above which messages to it are dropped: it does not read. */
export const MAX_RELAY_UNSENT: number = 16 * 1024 * 1024;

/** What goes over the channel. It may have other users: everything of ours is under one name. */
interface Envelope {
  /** `hello`: a child asks whether its parent relays, which answers `here`. Their key is empty. */
  readonly landspoutRelay: "hello" | "here" | "want" | "wanted" | "unwant" | "say";
  readonly key: string;
  readonly id?: number;
  readonly text?: string;
  readonly bytes?: string;
}

function isEnvelope(message: unknown): message is Envelope {
  return typeof message === "object" && message !== null && "landspoutRelay" in message && "key" in message;
}
const contentOf = (body: RelayBody): { text: string } | { bytes: string } =>
  typeof body === "string"
    ? { text: body }
    : { bytes: Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64") };
const bodyOf = ({ text, bytes }: Envelope): RelayBody => text ?? Buffer.from(bytes ?? "", "base64");

/** Sends over a channel, and tells when that is done, or cannot be. */
type Send = (envelope: Envelope, done: () => void) => void;

/** One end of a channel. */
class Channel implements RelayPort {
  readonly #send: Send;
  readonly #name: string;
  #unsent = 0;
  #dropping = false;

  constructor(name: string, send: Send) {
    this.#name = name;
    this.#send = send;
  }

  deliver(key: string, body: RelayBody): void {
    if (this.#unsent > MAX_RELAY_UNSENT) {
      if (!this.#dropping) loggers.general.warn(`${this.#name} does not read: messages to it are dropped`);
      this.#dropping = true;
      return;
    }
    this.#dropping = false;
    this.send({ landspoutRelay: "say", key, ...contentOf(body) }, body.length + key.length);
  }

  send(envelope: Envelope, size = 0): void {
    this.#unsent += size;
    this.#send(envelope, () => void (this.#unsent -= size));
  }
}

interface Wanted {
  readonly ports: Set<RelayPort>;
  active: Promise<void>;
  settle: () => void;
  readonly id: number;
}

/** Milliseconds between two questions to the parent whether it relays: each pause is twice the one before. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

const AT_ONCE: Promise<void> = Promise.resolve();

class Relay {
  readonly #wanted: Map<string, Wanted> = new Map();
  readonly #attached: WeakSet<ChildProcess> = new WeakSet();
  #up: Channel | undefined = undefined;
  #count = 0;
  /** The parent has said that it relays. */
  #joined = false;
  #alone = false;
  readonly #onJoin: Set<() => void> = new Set();

  /** Whether a parent is joined that has not yet said that it relays: it may be one that knows nothing of it. */
  get isParentSilent(): boolean {
    return this.#up !== undefined && process.connected && !this.#joined;
  }
  /** The function is called once the parent says that it relays, however late. Returns what takes that back. */
  whenJoined(call: () => void): () => void {
    this.#onJoin.add(call);
    return () => void this.#onJoin.delete(call);
  }
  /** `goAlone` was called, and the parent has not spoken since. */
  get isAlone(): boolean {
    return this.#alone;
  }
  /** Nobody waits for the parent any more: this process is the top of the tree, until the parent speaks after all. */
  goAlone(): void {
    this.#alone = true;
    this.#settleAll();
  }
  #settleAll(): void {
    for (const { settle } of this.#wanted.values()) settle();
  }

  /** Joins the relay of the parent. */
  joinParent(): void {
    if (this.#up !== undefined || process.send === undefined) return;
    // What becomes of a message whose receiver has gone is no error here: that it has gone is heard of elsewhere.
    const up = new Channel("the parent", (envelope, done) => {
      if (process.connected) process.send?.(envelope, undefined, undefined, done);
      else done();
    });
    this.#up = up;
    process.on("message", (message: unknown) => {
      if (!isEnvelope(message)) return;
      const { key, id } = message;
      if (message.landspoutRelay === "here") this.#join();
      else if (message.landspoutRelay === "say") this.say(up, key, bodyOf(message));
      else if (message.landspoutRelay === "wanted") {
        const wanted = this.#wanted.get(key);
        if (wanted?.id === id) wanted?.settle();
      }
    });
    // It is listened to, but must not keep a process alive that has nothing else to do.
    process.channel?.unref();
    // With the parent gone nobody answers: who waits for it goes on alone.
    process.once("disconnect", () => this.#settleAll());
    this.#ask(up, FIRST_PAUSE);
  }
  /** Asks until the parent answers: it may take this child in later, and hears nothing until then. */
  #ask(up: Channel, pause: number): void {
    if (this.#joined || !process.connected) return;
    up.send({ landspoutRelay: "hello", key: "" });
    setTimeout(() => this.#ask(up, Math.min(pause * 2, LONGEST_PAUSE)), pause).unref();
  }
  /** A parent that began to relay late has heard nothing of what was wanted before. */
  #join(): void {
    if (this.#joined) return;
    this.#joined = true;
    for (const [key, wanted] of this.#wanted) {
      if (this.#alone) this.#pend(wanted);
      this.#up?.send({ landspoutRelay: "want", key, id: wanted.id });
    }
    if (this.#alone) loggers.general.info("the parent process relays messages now");
    this.#alone = false;
    for (const call of this.#onJoin) call();
    this.#onJoin.clear();
  }
  #pend(wanted: Wanted): void {
    wanted.active = new Promise<void>((resolve) => (wanted.settle = resolve));
  }

  /** Takes a child in. */
  attach(child: ChildProcess): void {
    if (this.#attached.has(child)) return;
    this.#attached.add(child);
    const port = new Channel(`child process ${child.pid ?? ""}`, (envelope, done) => {
      if (child.connected) child.send(envelope, done);
      else done();
    });
    const keys = new Set<string>();
    child.on("message", (message: unknown) => {
      if (!isEnvelope(message)) return;
      const { key, id = 0, landspoutRelay: what } = message;
      if (what === "hello") port.send({ landspoutRelay: "here", key: "" });
      else if (what === "say") this.say(port, key, bodyOf(message));
      else if (what === "want") {
        keys.add(key);
        void this.want(port, key).then(() => port.send({ landspoutRelay: "wanted", key, id }));
      } else if (what === "unwant") {
        keys.delete(key);
        this.unwant(port, key);
      }
    });
    const gone = (): void => {
      for (const key of keys) this.unwant(port, key);
      keys.clear();
    };
    child.once("disconnect", gone).once("exit", gone);
  }

  /** The promise resolves once what others say arrives. */
  want(port: RelayPort, key: string): Promise<void> {
    let wanted = this.#wanted.get(key);
    if (wanted === undefined) {
      const id = ++this.#count;
      wanted = { ports: new Set(), active: AT_ONCE, settle: () => undefined, id };
      if (this.#up !== undefined && process.connected && !this.#alone) this.#pend(wanted);
      this.#wanted.set(key, wanted);
      this.#up?.send({ landspoutRelay: "want", key, id });
    }
    wanted.ports.add(port);
    return wanted.active;
  }

  /** The promise of `want` as it would be now. */
  whenActive(key: string): Promise<void> {
    return this.#wanted.get(key)?.active ?? AT_ONCE;
  }

  unwant(port: RelayPort, key: string): void {
    const wanted = this.#wanted.get(key);
    if (wanted?.ports.delete(port) !== true || wanted.ports.size > 0) return;
    this.#wanted.delete(key);
    wanted.settle();
    this.#up?.send({ landspoutRelay: "unwant", key });
  }

  say(from: RelayPort, key: string, body: RelayBody): void {
    for (const port of this.#wanted.get(key)?.ports ?? []) if (port !== from) port.deliver(key, body);
    if (this.#up !== undefined && this.#up !== from) this.#up.deliver(key, body);
  }
}

/** The relay of this process. */
export const relay: Relay = new Relay();

/** Takes in the workers of `node:cluster` that there are and that will be. On Bun children come from `forkProcesses` only. */
export function attachClusterWorkers(): void {
  if (process.versions["bun"] !== undefined || !cluster.isPrimary) return;
  for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) relay.attach(worker.process);
  cluster.off("fork", attachWorker);
  cluster.on("fork", attachWorker);
}
const attachWorker = ({ process: child }: { process: ChildProcess }): void => relay.attach(child);
