/** What runs tasks elsewhere or later, and what it may be asked to run. */

/** A function by where it is found; a worker can import it. */
export interface ModuleTask {
  /** A URL such as `new URL("../net/work.js", import.meta.url)`, an absolute path, or the name of a package or `node:` module. */
  readonly module: string | URL;
  /** The name of the exported function. It may be asynchronous. Arguments and result are copied (structured clone). */
  readonly export: string;
}

/** What an executor may be asked to run. */
export type ExecutorTask = ModuleTask | ((...args: never[]) => unknown);

export interface SubmitOptions {
  /** Gives the task up when it is aborted: the promise rejects with its reason. A task that runs in a thread loses that thread. */
  readonly signal?: AbortSignal;
  /** Arguments, or parts of them, that are moved to the thread in place of being copied (`postMessage`): `ArrayBuffer`, `MessagePort`. */
  readonly transfer?: readonly object[];
  /** Seconds the task may wait and run; then the promise rejects with TimeoutError. Default: any time. */
  readonly timeout?: number;
}

/** Anything that runs tasks elsewhere or later. `WorkerExecutor` takes modules only; your own may take functions. */
export interface Executor {
  submit(task: ExecutorTask, args: readonly unknown[], options?: SubmitOptions): Promise<unknown>;
  /** Ends the executor; tasks that have not finished are rejected. */
  shutdown?(): Promise<void> | void;
}
