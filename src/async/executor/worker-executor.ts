/**
 * Where `IOLoop.runInExecutor` runs work that would block the loop: a pool of worker threads. Decides what can be sent there, how many
 * threads there are and what waits; knows nothing of the loop.
 *
 * A JavaScript function cannot move to another thread with what it closes over. So the pool takes a module and the name of a
 * function it exports, and refuses a plain function instead of running it where it would block. Waiting for I/O needs no executor.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { LandspoutError, UsageError } from "../../errors.ts";
import { anything, checkOptions, listOf, object, seconds, whole } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import { TimeoutError } from "../timeout-error.ts";
import { LimitWatch } from "../waiting/limit-watch.ts";
import { LinkedList, ListNode } from "../waiting/linked-list.ts";
import { readLimit } from "../waiting/wait-limit.ts";
import type { Executor, ExecutorTask, SubmitOptions } from "./executor.ts";
import { moduleUrl } from "./module-task.ts";

export interface WorkerExecutorOptions {
  /** Threads at most. They are started when needed. Default: one per core. */
  readonly maxWorkers?: number;
  /** Tasks waiting for a thread at most; more are refused, so that a flood cannot fill the memory. Default 10,000. */
  readonly maxQueue?: number;
}

const OPTIONS: OptionTable<WorkerExecutorOptions> = {
  maxWorkers: whole(1, Number.MAX_SAFE_INTEGER),
  maxQueue: whole(),
};

const SUBMIT_OPTIONS: OptionTable<SubmitOptions> = {
  signal: anything,
  transfer: listOf(object, "objects that can be moved"),
  timeout: seconds(),
};

/** What a thread is sent. */
interface Message {
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A task until its promise is settled. */
class Job extends ListNode {
  readonly message: Message;
  readonly transfer: readonly object[];
  /** The thread it runs in. */
  worker: Worker | undefined;
  watch: LimitWatch | undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    message: Message,
    transfer: readonly object[],
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.message = message;
    this.transfer = transfer;
    this.#resolve = resolve;
    this.#reject = reject;
  }
  resolve(value: unknown): void {
    this.watch?.stop();
    this.#resolve(value);
  }
  reject(error: unknown): void {
    this.watch?.stop();
    this.#reject(error);
  }
}

interface WorkerReply {
  readonly value?: unknown;
  /** What was thrown, if it was no Error and could be copied. */
  readonly thrown?: unknown;
  /** An Error in parts: structured clone loses its `code`, and DOMExceptions altogether. */
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly stack?: string;
    readonly code?: unknown;
  };
}

/** What runs in the worker: as text, so that it is found when bundled, compiled or run from sources alike. */
const WORKER_SOURCE = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", async ({ module, name, args }) => {
  try {
    const run = (await import(module))[name];
    if (typeof run !== "function") throw new TypeError(module + " exports no function " + name);
    parentPort.postMessage({ value: await run(...args) });
  } catch (thrown) {
    if (thrown instanceof Error) {
      const { name, message, stack, code } = thrown;
      const simple = typeof code === "number" || typeof code === "string";
      return parentPort.postMessage({ error: { name, message, stack, code: simple ? code : undefined } });
    }
    try {
      parentPort.postMessage({ thrown });
    } catch {
      parentPort.postMessage({ error: { name: "Error", message: String(thrown) } });
    }
  }
});`;

/** Runs exported functions in worker threads, one task per thread at a time, first come first served. */
export class WorkerExecutor implements Executor {
  readonly #maxWorkers: number;
  readonly #maxQueue: number;
  /** Every thread, with the task it is on. */
  readonly #workers: Map<Worker, Job | undefined> = new Map();
  readonly #idle: Worker[] = [];
  readonly #queue = new LinkedList<Job>();
  #closed = false;

  constructor(options?: WorkerExecutorOptions) {
    if (options !== undefined) checkOptions("WorkerExecutor", options, OPTIONS, "ERR_LANDSPOUT_BAD_EXECUTOR");
    this.#maxWorkers = options?.maxWorkers ?? availableParallelism();
    this.#maxQueue = options?.maxQueue ?? 10_000;
  }

  /**
   * Runs an exported function in a thread.
   * @throws UsageError, as a rejection, `ERR_LANDSPOUT_EXECUTOR_…` for what no thread can run, `ERR_LANDSPOUT_EXECUTOR_FULL` where too many
   *   tasks wait. A task that is given up by `signal` or `timeout` while it runs ends with its thread; a new one takes its place.
   */
  submit(task: ExecutorTask, args: readonly unknown[], options?: SubmitOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (options !== undefined) checkOptions("submit", options, SUBMIT_OPTIONS, "ERR_LANDSPOUT_BAD_EXECUTOR");
      if (this.#closed) throw new UsageError("ERR_LANDSPOUT_EXECUTOR_CLOSED", "The executor was shut down");
      const job = new Job(messageFor(task, args), options?.transfer ?? [], resolve, reject);
      if (this.#limit(job, options)) this.#begin(job);
    });
  }

  /** Sees to its limits; false if it was given up already. */
  #limit(job: Job, options: SubmitOptions | undefined): boolean {
    const signal = options?.signal === undefined ? undefined : readLimit({ signal: options.signal }, "submit")?.signal;
    const timeout = options?.timeout ?? Infinity;
    if (signal?.aborted === true) {
      job.reject(signal.reason);
      return false;
    }
    if (signal === undefined && timeout === Infinity) return true;
    job.watch = new LimitWatch({ seconds: timeout, signal }, (timedOut) =>
      this.#giveUp(job, timedOut ? new TimeoutError(`The task was not done after ${timeout} seconds`) : signal?.reason),
    );
    return true;
  }

  #begin(job: Job): void {
    const worker = this.#idle.pop() ?? this.#startWorker();
    if (worker !== undefined) {
      if (!this.#give(worker, job)) this.#next(worker);
    } else if (this.#queue.size < this.#maxQueue) this.#queue.push(job);
    else {
      job.reject(
        new LandspoutError(
          "ERR_LANDSPOUT_EXECUTOR_FULL",
          `More than ${this.#maxQueue} tasks are waiting (maxQueue of the executor)`,
        ),
      );
    }
  }

  /** A thread cannot be interrupted: it ends with a task that is given up. */
  #giveUp(job: Job, error: unknown): void {
    const { worker } = job;
    job.reject(error);
    if (worker === undefined) this.#queue.remove(job);
    else if (this.#workers.get(worker) === job) {
      this.#forget(worker);
      void worker.terminate();
    }
  }

  /** Stops all threads; tasks that run or wait are rejected. */
  async shutdown(): Promise<void> {
    this.#closed = true;
    const error = new LandspoutError(
      "ERR_LANDSPOUT_EXECUTOR_CLOSED",
      "The executor was shut down before the task finished",
    );
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) job.reject(error);
    const workers = [...this.#workers];
    this.#workers.clear();
    this.#idle.length = 0;
    for (const [, job] of workers) job?.reject(error);
    await Promise.all(workers.map(([worker]) => worker.terminate()));
  }

  #startWorker(): Worker | undefined {
    if (this.#workers.size >= this.#maxWorkers) return undefined;
    const worker = new Worker(WORKER_SOURCE, { eval: true });
    this.#workers.set(worker, undefined);
    worker.on("message", (reply: WorkerReply) => this.#finish(worker, reply));
    worker.on("messageerror", (thrown) => this.#finish(worker, { thrown }));
    worker.on("error", (error) => this.#lose(worker, error));
    worker.on("exit", (code) => this.#lose(worker, `exit code ${code}`));
    return worker;
  }

  /** Hands a task over; false if its arguments cannot be copied. */
  #give(worker: Worker, job: Job): boolean {
    try {
      worker.postMessage(job.message, job.transfer as readonly ArrayBuffer[] as ArrayBuffer[]);
    } catch (error) {
      job.reject(error);
      return false;
    }
    this.#workers.set(worker, job);
    job.worker = worker;
    // A thread keeps the process alive while it works, and not while it is idle.
    worker.ref();
    return true;
  }

  #finish(worker: Worker, reply: WorkerReply): void {
    const job = this.#workers.get(worker);
    if (job === undefined) return;
    if (reply.error !== undefined) job.reject(rebuildError(reply.error));
    else if ("thrown" in reply) job.reject(reply.thrown);
    else job.resolve(reply.value);
    this.#next(worker);
  }

  #next(worker: Worker): void {
    this.#workers.set(worker, undefined);
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      if (this.#give(worker, job)) return;
    }
    worker.unref();
    this.#idle.push(worker);
  }

  /** A thread that ended by itself (`process.exit`, out of memory): its task fails, the next one gets a new thread. */
  #lose(worker: Worker, cause: unknown): void {
    if (!this.#workers.has(worker)) return;
    const job = this.#workers.get(worker);
    job?.reject(new LandspoutError("ERR_LANDSPOUT_EXECUTOR_WORKER", "The worker thread of the task ended", { cause }));
    this.#forget(worker);
  }

  /** A thread is no more; those that wait get a new one. */
  #forget(worker: Worker): void {
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#queue.size === 0) return;
    const replacement = this.#startWorker();
    if (replacement !== undefined) this.#next(replacement);
  }
}

/** The classes an error keeps on its way back; others come as Error with their name. */
const ERRORS: { readonly [name: string]: ErrorConstructor } = {
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

function rebuildError(parts: NonNullable<WorkerReply["error"]>): Error {
  const { name, message, stack, code } = parts;
  const error = new (ERRORS[name] ?? Error)(message);
  const define = (key: string, value: unknown): void => {
    if (value !== undefined)
      Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: key === "code" });
  };
  if (error.name !== name) define("name", name);
  define("stack", stack);
  define("code", code);
  return error;
}

function messageFor(task: ExecutorTask, args: readonly unknown[]): Message {
  if (typeof task === "function") {
    throw new UsageError(
      "ERR_LANDSPOUT_EXECUTOR_FUNCTION",
      "A function cannot be sent to a worker thread; export it from a module and pass { module, export }, or pass an executor of your own",
    );
  }
  return { module: moduleUrl(task), name: task.export, args };
}
