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
  readonly landspoutRelay: "want" | "wanted" | "unwant" | "say";
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
  readonly active: Promise<void>;
  readonly settle: () => void;
  readonly id: number;
}

const AT_ONCE: Promise<void> = Promise.resolve();

class Relay {
  readonly #wanted: Map<string, Wanted> = new Map();
  readonly #attached: WeakSet<ChildProcess> = new WeakSet();
  #up: Channel | undefined = undefined;
  #count = 0;

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
      if (message.landspoutRelay === "say") this.say(up, key, bodyOf(message));
      else if (message.landspoutRelay === "wanted") {
        const wanted = this.#wanted.get(key);
        if (wanted?.id === id) wanted?.settle();
      }
    });
    // It is listened to, but must not keep a process alive that has nothing else to do.
    process.channel?.unref();
    // With the parent gone nobody answers: who waits for it goes on alone.
    process.once("disconnect", () => {
      for (const { settle } of this.#wanted.values()) settle();
    });
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
      if (what === "say") this.say(port, key, bodyOf(message));
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
      let settle: () => void = () => undefined;
      const connected = this.#up !== undefined && process.connected;
      const active = connected ? new Promise<void>((resolve) => (settle = resolve)) : AT_ONCE;
      wanted = { ports: new Set(), active, settle, id };
      this.#wanted.set(key, wanted);
      this.#up?.send({ landspoutRelay: "want", key, id });
    }
    wanted.ports.add(port);
    return wanted.active;
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
