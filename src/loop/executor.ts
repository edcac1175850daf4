/**
 * Where `IOLoop.runInExecutor` runs work that would block the loop: a pool of worker threads. Decides what can be sent there, how many
 * threads there are and what waits; knows nothing of the loop.
 *
 * A JavaScript function cannot move to another thread with what it closes over. So the pool takes a module and the name of a
 * function it exports, and refuses a plain function instead of running it where it would block. Waiting for I/O needs no executor.
 */
import { availableParallelism } from "node:os";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { LandspoutError, UsageError } from "../errors.ts";
import { checkOptions, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { Fifo } from "../async/fifo.ts";

/** A function by where it is found; a worker can import it. */
export interface ModuleTask {
  /** A URL such as `new URL("../net/work.js", import.meta.url)`, an absolute path, or the name of a package or `node:` module. */
  readonly module: string | URL;
  /** The name of the exported function. It may be asynchronous. Arguments and result are copied (structured clone). */
  readonly export: string;
}

/** What an executor may be asked to run. */
export type ExecutorTask = ModuleTask | ((...args: never[]) => unknown);

/** Anything that runs tasks elsewhere or later. `WorkerExecutor` takes modules only; your own may take functions. */
export interface Executor {
  submit(task: ExecutorTask, args: readonly unknown[]): Promise<unknown>;
  /** Ends the executor; tasks that have not finished are rejected. */
  shutdown?(): Promise<void> | void;
}

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

interface Job {
  readonly message: { readonly module: string; readonly name: string; readonly args: readonly unknown[] };
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
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
  readonly #queue = new Fifo<Job>();
  #closed = false;

  constructor(options?: WorkerExecutorOptions) {
    if (options !== undefined) checkOptions("WorkerExecutor", options, OPTIONS, "ERR_LANDSPOUT_BAD_EXECUTOR");
    this.#maxWorkers = options?.maxWorkers ?? availableParallelism();
    this.#maxQueue = options?.maxQueue ?? 10_000;
  }

  submit(task: ExecutorTask, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new UsageError("ERR_LANDSPOUT_EXECUTOR_CLOSED", "The executor was shut down");
      const job: Job = { message: messageFor(task, args), resolve, reject };
      const worker = this.#idle.pop() ?? this.#startWorker();
      if (worker !== undefined) {
        if (!this.#give(worker, job)) this.#next(worker);
        return;
      }
      if (this.#queue.length >= this.#maxQueue) {
        throw new LandspoutError(
          "ERR_LANDSPOUT_EXECUTOR_FULL",
          `More than ${this.#maxQueue} tasks are waiting (maxQueue of the executor)`,
        );
      }
      this.#queue.push(job);
    });
  }

  /** Stops all threads; tasks that run or wait are rejected. */
  async shutdown(): Promise<void> {
    this.#closed = true;
    const error = new LandspoutError(
      "ERR_LANDSPOUT_EXECUTOR_CLOSED",
      "The executor was shut down before the task finished",
    );
    for (const job of this.#queue.clear()) job.reject(error);
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
      worker.postMessage(job.message);
    } catch (error) {
      job.reject(error);
      return false;
    }
    this.#workers.set(worker, job);
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
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    job?.reject(new LandspoutError("ERR_LANDSPOUT_EXECUTOR_WORKER", "The worker thread of the task ended", { cause }));
    if (this.#queue.length === 0) return;
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

function messageFor(task: ExecutorTask, args: readonly unknown[]): Job["message"] {
  if (typeof task === "function") {
    throw new UsageError(
      "ERR_LANDSPOUT_EXECUTOR_FUNCTION",
      "A function cannot be sent to a worker thread; export it from a module and pass { module, export }, or pass an executor of your own",
    );
  }
  const { module } = task;
  if (typeof module === "string" && isAbsolute(module)) {
    return { module: pathToFileURL(module).href, name: task.export, args };
  }
  const text = String(module);
  if (text.startsWith(".")) {
    throw new UsageError(
      "ERR_LANDSPOUT_EXECUTOR_MODULE",
      `${text} is relative; pass new URL(${JSON.stringify(text)}, import.meta.url)`,
    );
  }
  return { module: text, name: task.export, args };
}
