/**
 * Pub/sub between the processes of one machine: children of `forkProcesses` and `server.start(n)`, workers of `node:cluster`, and their
 * parent, over the channels they have anyway. Nothing has to be installed. Its work is the relay's (../net/process-relay.ts).
 */
import cluster from "node:cluster";
import { UsageError } from "../errors.ts";
import { loggers } from "../log.ts";
import type { ChildProcess } from "node:child_process";
import { flag, LONGEST_TIMER, resolveOptions, seconds, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { taskId } from "../process/process.ts";
import { attachClusterWorkers, relay } from "../process/relay.ts";
import type { RelayBody, RelayPort } from "../process/relay.ts";
import type { PubSubDriver, Receive } from "./driver.ts";

export interface ProcessDriverOptions {
  /** Keeps several `PubSub` of one program apart: messages stay among those of one name. Default `""`. */
  readonly name?: string;
  /**
   * Whether the parent takes part, or relays. Default: in children of `forkProcesses` and workers of `node:cluster`. A child that
   * `node:child_process` started says true, and its parent calls `attachChild`.
   */
  readonly parent?: boolean;
  /**
   * Seconds for the parent to say that it relays. After that `active` of every subscription rejects with `ERR_LANDSPOUT_NO_RELAY`, and the log
   * has an error, until it does say so. Default 10.
   */
  readonly parentTimeout?: number;
}

const OPTIONS: OptionTable<ProcessDriverOptions> = {
  name: text,
  parent: flag,
  parentTimeout: seconds(0.01, LONGEST_TIMER),
};

const INSTEAD =
  "use redisDriver or natsDriver under a process manager, call processDriver() in the parent if that is yours (attachChild(child) for node:child_process), or leave the parent out with { parent: false }";
const noRelay = (reason: string): UsageError =>
  new UsageError("ERR_LANDSPOUT_NO_RELAY", `processDriver: ${reason}: ${INSTEAD}`);

/** Ends it once, with an error or without. */
type End = (error?: UsageError) => void;

class ProcessDriver implements PubSubDriver, RelayPort {
  readonly #prefix: string;
  readonly #parentTimeout: number;
  readonly #topics: Set<string> = new Set();
  /** Those who wait for the parent. */
  readonly #waiting: Set<End> = new Set();
  #receive: Receive | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #forget: () => void = () => undefined;
  /** The parent has not said in time that it relays. */
  #failure: UsageError | undefined = undefined;

  /** @param parentTimeout Seconds. */
  constructor(name: string, parentTimeout: number) {
    this.#prefix = `${JSON.stringify(name)} `;
    this.#parentTimeout = parentTimeout;
  }

  start(receive: Receive): void {
    this.#receive = receive;
    if (!relay.isParentSilent) return;
    // Where this process has been busy, the answer may be there and not yet be read.
    this.#timer = setTimeout(() => setImmediate(() => this.#giveUp()), this.#parentTimeout * 1000);
    this.#timer.unref();
    this.#forget = relay.whenJoined(() => {
      clearTimeout(this.#timer);
      this.#failure = undefined;
    });
  }
  #giveUp(): void {
    if (this.#receive === undefined || this.#failure !== undefined || !relay.isParentSilent) return;
    this.#failure = noRelay("the parent process has not said in time that it relays messages");
    // Once, however many drivers there are.
    if (!relay.isAlone) loggers.general.error(`${this.#failure.code}: ${this.#failure.message}`);
    for (const end of this.#waiting) end(this.#failure);
    relay.goAlone();
  }

  subscribe(topic: string): Promise<void> {
    this.#topics.add(topic);
    return this.#unlessFailed(relay.want(this, this.#prefix + topic));
  }
  whenActive(topic: string): Promise<void> {
    return this.#unlessFailed(relay.whenActive(this.#prefix + topic));
  }
  #unlessFailed(active: Promise<void>): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (!relay.isParentSilent) return active;
    return new Promise<void>((resolve, reject) => {
      const end: End = (error) => {
        this.#waiting.delete(end);
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#waiting.add(end);
      void active.then(() => {
        // Another driver of this process has waited long enough for all of them.
        if (relay.isAlone) this.#giveUp();
        end();
      });
    });
  }
  unsubscribe(topic: string): void {
    this.#topics.delete(topic);
    relay.unwant(this, this.#prefix + topic);
  }
  publish(topic: string, message: RelayBody): void {
    relay.say(this, this.#prefix + topic, message);
  }
  deliver(key: string, body: RelayBody): void {
    this.#receive?.(key.slice(this.#prefix.length), body);
  }
  close(): void {
    this.#receive = undefined;
    clearTimeout(this.#timer);
    this.#forget();
    for (const topic of this.#topics) relay.unwant(this, this.#prefix + topic);
    this.#topics.clear();
  }
}

/**
 * A driver for the processes of one program. In the parent it relays for the children, whether or not it has subscribers itself;
 * `forkProcesses` sees to that by itself.
 *
 * A parent that knows nothing of it (the primary of a process manager that runs programs with `node:cluster`) never answers: after
 * `parentTimeout` seconds `active` of the subscriptions rejects.
 * @throws UsageError `ERR_LANDSPOUT_NO_RELAY` with `parent: true` where there is no channel to a parent, and in a worker of Bun's `node:cluster`.
 */
export function processDriver(options: ProcessDriverOptions = {}): PubSubDriver {
  const defaults = { name: "", parent: taskId() !== undefined || cluster.isWorker, parentTimeout: 10 };
  const { name, parent, parentTimeout } = resolveOptions("processDriver", options, OPTIONS, defaults);
  if (parent) {
    if (process.versions["bun"] !== undefined && cluster.isWorker && taskId() === undefined)
      throw noRelay("workers of node:cluster on Bun have no relay, forkProcesses has");
    if (options.parent === true && process.send === undefined)
      throw noRelay("parent is true, and this process has no channel to a parent");
    relay.joinParent();
  }
  attachClusterWorkers();
  return new ProcessDriver(name, parentTimeout);
}

/** Takes in a child that this process started with `node:child_process` and a channel (`fork`, or `stdio` with `"ipc"`). */
export function attachChild(child: ChildProcess): void {
  relay.attach(child);
}
