/**
 * Pub/sub between the processes of one machine: children of `forkProcesses` and `server.start(n)`, workers of `node:cluster`, and their
 * parent, over the channels they have anyway. Nothing has to be installed. Its work is the relay's (../net/process-relay.ts).
 */
import cluster from "node:cluster";
import type { ChildProcess } from "node:child_process";
import { checkOptions, flag, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { taskId } from "../net/process.ts";
import { attachClusterWorkers, relay } from "../net/process-relay.ts";
import type { RelayBody, RelayPort } from "../net/process-relay.ts";
import type { PubSubDriver, Receive } from "./driver.ts";

export interface ProcessDriverOptions {
  /** Keeps several `PubSub` of one program apart: messages stay among those of one name. Default `""`. */
  readonly name?: string;
  /**
   * Whether the parent takes part, or relays. Default: in children of `forkProcesses` and workers of `node:cluster`. A child that
   * `node:child_process` started says true, and its parent calls `attachChild`.
   */
  readonly parent?: boolean;
}

const OPTIONS: OptionTable<ProcessDriverOptions> = { name: text, parent: flag };

class ProcessDriver implements PubSubDriver, RelayPort {
  readonly #prefix: string;
  readonly #topics: Set<string> = new Set();
  #receive: Receive | undefined = undefined;

  constructor(name: string) {
    this.#prefix = `${JSON.stringify(name)} `;
  }

  start(receive: Receive): void {
    this.#receive = receive;
  }
  subscribe(topic: string): Promise<void> {
    this.#topics.add(topic);
    return relay.want(this, this.#prefix + topic);
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
    for (const topic of this.#topics) relay.unwant(this, this.#prefix + topic);
    this.#topics.clear();
  }
}

/**
 * A driver for the processes of one program. In the parent it relays for the children, whether or not it has subscribers itself;
 * `forkProcesses` sees to that by itself.
 */
export function processDriver(options: ProcessDriverOptions = {}): PubSubDriver {
  checkOptions("processDriver", options, OPTIONS);
  const child = taskId() !== undefined || (process.versions["bun"] === undefined && cluster.isWorker);
  if (options.parent ?? child) relay.joinParent();
  attachClusterWorkers();
  return new ProcessDriver(options.name ?? "");
}

/** Takes in a child that this process started with `node:child_process` and a channel (`fork`, or `stdio` with `"ipc"`). */
export function attachChild(child: ChildProcess): void {
  relay.attach(child);
}
