/**
 * Several processes from one program: Tornado's `fork_processes`. Decides who is parent and who is child, what happens when a child
 * ends, and that parent and children do not outlive each other; knows nothing of sockets.
 *
 * The runtimes cannot fork. A child runs the main script again from its first line, so everything before the call happens in every
 * process, and the parent, too, goes on behind it. On Node the children are workers of `node:cluster` and share their listening
 * sockets through it; on Bun they are started with the same arguments and listen with `reusePort`.
 */
import cluster from "node:cluster";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { availableParallelism, constants } from "node:os";
import { LandspoutError, UsageError } from "../errors.ts";
import { describeError, loggers } from "../log.ts";
import { checkOptions, flag, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { relay } from "./relay.ts";

export interface ForkOptions {
  /** Restarts of crashed children at most, in all; stops a program that cannot start from starting for ever. Default 100. */
  readonly maxRestarts?: number;
  /**
   * Ends the parent's process when all children have ended, as in Tornado: with 0 if they ended cleanly, by the signal it passed
   * on if one of them ended by that, with 1 after too many restarts. Default true; with false the parent goes on, and
   * `done` tells when.
   */
  readonly exitParent?: boolean;
}

const OPTIONS: OptionTable<ForkOptions> = { maxRestarts: whole(), exitParent: flag };

/** Which side of `forkProcesses` this process is. */
export type Forked =
  | { readonly role: "child"; readonly id: number }
  | {
      readonly role: "parent";
      /** Resolves when all children have ended; rejects after too many restarts, when the others have been ended. */
      readonly done: Promise<void>;
      /** Sends all children a signal, SIGTERM unless told otherwise, and does not restart those that end by it. */
      kill(signal?: NodeJS.Signals): void;
    };

/** Tells a child its number. Removed from the environment when read, so that the child's own children do not take it over. */
const TASK_ID_VARIABLE = "LANDSPOUT_TASK_ID";
/** Wait in milliseconds before the first restart of a child; doubled for each further one that follows at once. */
const FIRST_RESTART_DELAY = 50;
const LONGEST_RESTART_DELAY = 2_000;
/** A child that has lived this many milliseconds starts again without a past. */
const STEADY_AFTER = 5_000;
/** After giving up, the remaining children have this many milliseconds to end before they are killed. */
const GIVE_UP_GRACE = 5_000;

/** A child with nothing left to do waits this many milliseconds for an answer of the cluster, on Node. */
const LISTEN_GRACE = 1_000;

let ownTaskId: number | undefined;
let taskIdRead = false;
let forked: { readonly count: number; readonly result: Forked } | undefined;

/** Processors this process may use. */
export function cpuCount(): number {
  return availableParallelism();
}

/** The number of this child, from 0; undefined in a process that `forkProcesses` did not start. A restarted child keeps it. */
export function taskId(): number | undefined {
  if (!taskIdRead) {
    taskIdRead = true;
    const text = process.env[TASK_ID_VARIABLE];
    if (text !== undefined && /^\d{1,9}$/.test(text)) ownTaskId = Number(text);
    delete process.env[TASK_ID_VARIABLE];
  }
  return ownTaskId;
}

/**
 * Runs this program in several processes. A child that crashes or is killed is started again with the same number, after a short
 * wait; one that exits with 0 is not. SIGTERM and SIGINT to the parent go to the children, and the children end when
 * the parent does. Calling it again, for a second server, gives the same answer.
 *
 * @param numProcesses children to start; 0, less, or null is one per processor.
 */
export function forkProcesses(numProcesses: number | null, options?: ForkOptions): Forked {
  if (numProcesses !== null && !Number.isInteger(numProcesses)) {
    throw new UsageError("ERR_LANDSPOUT_BAD_PROCESSES", "The number of processes is a whole number");
  }
  if (options !== undefined) checkOptions("forkProcesses", options, OPTIONS, "ERR_LANDSPOUT_BAD_PROCESSES");
  const count = numProcesses === null || numProcesses <= 0 ? cpuCount() : numProcesses;
  if (forked === undefined) {
    const id = taskId();
    forked = { count, result: id === undefined ? becomeParent(count, options) : becomeChild(id) };
  } else if (forked.result.role === "parent" && forked.count !== count) {
    throw new UsageError("ERR_LANDSPOUT_FORKED", `forkProcesses was called before, for ${forked.count} processes`);
  }
  return forked.result;
}

function becomeChild(id: number): Forked {
  // The channel to the parent alone must not keep the child alive: a child that is done ends.
  process.channel?.unref();
  if (process.versions.bun !== undefined) process.on("disconnect", () => process.exit(0));
  else process.on("beforeExit", waitForCluster);
  return { role: "child", id };
}

let waitedForCluster = 0;

/**
 * Node's cluster ends its workers with the parent, but a worker that asks to listen has nothing that keeps it alive until the answer
 * comes over the (now idle) channel. So a child that is about to end waits once more.
 */
function waitForCluster(): void {
  const now = performance.now();
  if (waitedForCluster > 0 && now - waitedForCluster < 2 * LISTEN_GRACE) return;
  waitedForCluster = now;
  setTimeout(ignore, LISTEN_GRACE);
}

function becomeParent(count: number, options: ForkOptions | undefined): Forked {
  const maxRestarts = options?.maxRestarts ?? 100;
  const family = new Family(maxRestarts, chooseStarter());
  const done = family.start(count);
  if (options?.exitParent ?? true) {
    // One turn later, so that those who wait for `done` hear of it first.
    done.then(
      () => setImmediate(() => endParent(family.endingSignal)),
      (error: unknown) => {
        loggers.general.error(describeError(error));
        setImmediate(() => process.exit(1));
      },
    );
  }
  return { role: "parent", done, kill: (signal) => family.kill(signal ?? "SIGTERM") };
}

/** Ends as the children did. */
function endParent(signal: NodeJS.Signals | undefined): void {
  if (signal === undefined) process.exit();
  // The real signal, not a number made from it: supervisors tell the two apart. With a listener of the program it would not end us.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  else process.exit(128 + constants.signals[signal]);
}

/** How a child is started, given its environment variables. */
type Starter = (env: NodeJS.ProcessEnv) => ChildProcess;

function chooseStarter(): Starter {
  if (process.argv[1] === undefined) {
    throw new UsageError("ERR_LANDSPOUT_NO_SCRIPT", "forkProcesses runs the main script again, and there is none");
  }
  if (process.versions.bun !== undefined) return startOnBun;
  if (!cluster.isPrimary) {
    throw new UsageError(
      "ERR_LANDSPOUT_NESTED_CLUSTER",
      "forkProcesses cannot start processes from a worker of another cluster",
    );
  }
  return (env) => cluster.fork(env).process;
}

/** The same program with the same arguments. A compiled executable is its own script and must not get its name twice. */
function startOnBun(env: NodeJS.ProcessEnv): ChildProcess {
  const compiled = /^(\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(process.argv[1] ?? "");
  const args = compiled ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)];
  return spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
}

/** One child through all its restarts. */
interface Child {
  readonly id: number;
  process: ChildProcess | undefined;
  startedAt: number;
  /** Crashes in a row, each soon after the start. */
  quickCrashes: number;
  restart: NodeJS.Timeout | undefined;
}

/** The parent's side. */
class Family {
  /** The signal that the parent got and passed on, if a child was ended by it. */
  endingSignal: NodeJS.Signals | undefined;
  #receivedSignal: NodeJS.Signals | undefined;
  readonly #maxRestarts: number;
  readonly #startProcess: Starter;
  /** Those that run or wait for their restart. */
  readonly #children: Set<Child> = new Set();
  #restarts = 0;
  /** Nothing is restarted any more. */
  #ending = false;
  #failure: LandspoutError | undefined;
  #resolve: () => void = ignore;
  #reject: (error: unknown) => void = ignore;

  constructor(maxRestarts: number, startProcess: Starter) {
    this.#maxRestarts = maxRestarts;
    this.#startProcess = startProcess;
  }

  start(count: number): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    process.on("SIGTERM", this.#onSignal).on("SIGINT", this.#onSignal);
    for (let id = 0; id < count; id++) {
      const child: Child = { id, process: undefined, startedAt: 0, quickCrashes: 0, restart: undefined };
      this.#children.add(child);
      this.#launch(child);
    }
    return done;
  }

  kill(signal: NodeJS.Signals): void {
    this.#ending = true;
    for (const child of this.#children) {
      if (child.restart === undefined) child.process?.kill(signal);
      else {
        clearTimeout(child.restart);
        this.#children.delete(child);
      }
    }
    this.#endIfEmpty();
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#receivedSignal = signal;
    this.kill(signal);
  };

  #launch(child: Child): void {
    child.restart = undefined;
    child.startedAt = Date.now();
    const started = this.#startProcess({ [TASK_ID_VARIABLE]: String(child.id) });
    child.process = started;
    relay.attach(started);
    started.once("exit", (code, signal) => this.#onExit(child, code, signal));
    // Could not be started: reported as an error and never as an exit.
    started.on("error", (error) => {
      if (started.pid !== undefined) return;
      loggers.general.error(`child ${child.id} could not be started\n${describeError(error)}`);
      this.#onExit(child, 1, null);
    });
  }

  #onExit(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exited with status ${code}` : `killed by ${signal}`;
    const name = `child ${child.id} (pid ${child.process?.pid ?? "none"})`;
    if (code === 0 || this.#ending) {
      if (signal !== null && signal === this.#receivedSignal) this.endingSignal = signal;
      loggers.general.info(`${name} ${code === 0 ? "exited normally" : how}`);
      this.#children.delete(child);
      this.#endIfEmpty();
      return;
    }
    if (this.#restarts >= this.#maxRestarts) return this.#giveUp(child, `${name} ${how}`);
    this.#restarts++;
    child.quickCrashes = Date.now() - child.startedAt < STEADY_AFTER ? child.quickCrashes + 1 : 0;
    const delay = Math.min(LONGEST_RESTART_DELAY, FIRST_RESTART_DELAY * 2 ** Math.max(0, child.quickCrashes - 1));
    loggers.general.warn(`${name} ${how}, restarting`);
    child.restart = setTimeout(() => this.#launch(child), delay);
  }

  /** Ends the others first: in Tornado they would be left without a parent. */
  #giveUp(child: Child, what: string): void {
    this.#children.delete(child);
    this.#failure = new LandspoutError(
      "ERR_LANDSPOUT_TOO_MANY_RESTARTS",
      `Too many child restarts, giving up after ${this.#restarts} (maxRestarts): ${what}`,
    );
    this.kill("SIGTERM");
    setTimeout(() => this.kill("SIGKILL"), GIVE_UP_GRACE).unref();
  }

  #endIfEmpty(): void {
    if (this.#children.size > 0) return;
    process.off("SIGTERM", this.#onSignal).off("SIGINT", this.#onSignal);
    if (this.#failure === undefined) this.#resolve();
    else this.#reject(this.#failure);
  }
}

function ignore(): void {}
