/**
 * Tornado's `IOLoop` over the loop the runtime already has. It decides when callbacks and timers run, what happens to their
 * exceptions, and how long the process lives; it knows nothing of sockets or HTTP.
 *
 * The one difference that shows: JavaScript cannot block, so `start` and `runSync` return promises, and callbacks, timers and sockets
 * run whether or not `start` was called. What `start` adds is that the process lives until `stop`. One loop per thread: a worker
 * has its own `current()`.
 */
import { LandspoutError, UsageError } from "../errors.ts";
import { checkOptions, flag, seconds } from "../options-check.ts";
import { Callback } from "./callback.ts";
import { isPromiseLike } from "../user-code.ts";
import { CallbackQueue } from "./callback-queue.ts";
import { durationSeconds } from "../async/duration.ts";
import type { Duration } from "../async/duration.ts";
import type { Executor, ExecutorTask, ModuleTask } from "../async/executor/executor.ts";
import { WorkerExecutor } from "../async/executor/worker-executor.ts";
import { ERROR, NONE, READ, WRITE } from "./events.ts";
import { Handlers } from "./handlers.ts";
import type { HandlerCallback, ReadySource } from "./handlers.ts";
import { TimeoutError } from "../async/timeout-error.ts";
import { TimerQueue } from "./timers.ts";
import type { Timeout } from "./timers.ts";

/** What the kernel tells the loop about readiness with. */
export type Backend = "epoll" | "kqueue" | "iocp" | "event-ports" | "pollset";

/** How `addFuture` hands over what a promise came to. */
export type Settled<T> = PromiseSettledResult<T>;

/** A timer of the runtime that only keeps the process alive wakes this often, in milliseconds (12 days). */
const KEEP_ALIVE_INTERVAL = 2 ** 30;

const LOOP_OPTIONS = { makeCurrent: flag };
const CLOSE_OPTIONS = { allFds: flag };
const RUN_SYNC_OPTIONS = { timeout: seconds() };

type AnyFunction = (...args: unknown[]) => unknown;

/** The loop of this thread. A module variable, because `current()` is called from hot paths. */
let currentLoop: IOLoop | undefined;

function setCurrent(loop: IOLoop | undefined): void {
  currentLoop = loop;
}

/** `start` has not been called; it runs; or `stop` was called and this iteration is the last. */
type State = "idle" | "running" | "stopping" | "closed";

export class IOLoop {
  /** No events. */
  static readonly NONE: 0x00 = NONE;
  /** Data, or the end of it, can be read. */
  static readonly READ: 0x01 = READ;
  /** A write would be taken without growing the queue above its limit. */
  static readonly WRITE: 0x04 = WRITE;
  /** Failed or hung up. Always reported, whatever was asked for. */
  static readonly ERROR: 0x18 = ERROR;

  /** The loop of this thread, made at the first call; with `false`, undefined if there is none yet. */
  static current(instance?: true): IOLoop;
  static current(instance: boolean): IOLoop | undefined;
  static current(instance: boolean = true): IOLoop | undefined {
    return currentLoop ?? (instance ? new IOLoop() : undefined);
  }

  /** The older name of `current()`. Each thread has its own: a worker cannot touch the main thread's loop. */
  static instance(): IOLoop {
    return IOLoop.current();
  }

  /** Forgets the current loop, so that the next `current()` makes a new one. The old one goes on until it is closed. */
  static clearCurrent(): void {
    setCurrent(undefined);
  }

  /** The older name of `clearCurrent()`. */
  static clearInstance(): void {
    setCurrent(undefined);
  }

  readonly #callbacks: CallbackQueue = new CallbackQueue();
  readonly #timers: TimerQueue = new TimerQueue(() => this.time());
  readonly #handlers: Handlers = new Handlers(this.#callbacks);
  #executor: Executor | undefined;
  #ownExecutor: WorkerExecutor | undefined;
  #state: State = "idle";
  #stopRequested = false;
  #finish: (() => void) | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  /** Makes a loop and, unless told otherwise, the current one of this thread. Loops of one thread share the runtime's loop. */
  constructor(options?: { readonly makeCurrent?: boolean }) {
    if (options !== undefined) checkOptions("IOLoop", options, LOOP_OPTIONS);
    if (options?.makeCurrent ?? true) this.makeCurrent();
  }

  /** The kernel interface the runtime's loop stands on, by platform. */
  get backend(): Backend {
    return backendOf(process.platform);
  }

  get closed(): boolean {
    return this.#state === "closed";
  }

  makeCurrent(): void {
    setCurrent(this);
  }

  /** The older name of `makeCurrent()`. */
  install(): void {
    setCurrent(this);
  }

  /** Keeps the process alive until `stop()`; the promise resolves at the end of the iteration in which that was called. */
  start(): Promise<void> {
    if (this.#state !== "idle") return Promise.reject(this.#cannotStart());
    return new Promise((resolve) => {
      this.#state = "running";
      this.#finish = resolve;
      this.#keepAlive = setInterval(noop, KEEP_ALIVE_INTERVAL);
      if (this.#stopRequested) this.#endIteration();
    });
  }

  /** Ends `start()` after this iteration. Before `start` it makes the next one return at once. Calling it twice is once. */
  stop(): void {
    if (this.#state === "running") this.#endIteration();
    else if (this.#state === "idle") this.#stopRequested = true;
  }

  /**
   * Drops callbacks, timers and handlers. A running loop must be stopped first. Afterwards `addCallback` does nothing, silently,
   * because a late callback from elsewhere is no mistake; starting it or adding timers is one. `allFds` also destroys the streams
   * that had a handler.
   */
  close(options?: { readonly allFds?: boolean }): void {
    if (options !== undefined) checkOptions("close", options, CLOSE_OPTIONS);
    if (this.#state === "running" || this.#state === "stopping") {
      throw new UsageError(
        "ERR_LANDSPOUT_LOOP_RUNNING",
        "Cannot close a running IOLoop; stop() it and wait for start() to end",
      );
    }
    this.#state = "closed";
    this.#callbacks.close();
    this.#timers.close();
    this.#handlers.close(options?.allFds ?? false);
    void this.#ownExecutor?.shutdown();
    if (currentLoop === this) setCurrent(undefined);
  }

  /**
   * Runs a function in the loop, to the end of the promise it returns, and hands over the result. Rejects with TimeoutError after
   * `timeout` seconds (the signal the function got is aborted then), and when something else stops the loop first.
   */
  async runSync<T = void>(
    main: (signal: AbortSignal) => PromiseLike<T> | null | undefined | void,
    options?: { readonly timeout?: number },
  ): Promise<T> {
    if (options !== undefined) checkOptions("runSync", options, RUN_SYNC_OPTIONS);
    if (this.#state !== "idle") throw this.#cannotStart();
    const controller = new AbortController();
    const timeout = options?.timeout;
    let outcome: Settled<unknown> | undefined;
    let timedOut = false;
    const settle = (result: Settled<unknown>): void => {
      outcome = result;
      if (!controller.signal.aborted) this.stop();
    };
    this.addCallback(() => {
      try {
        const result: unknown = main(controller.signal);
        if (isPromiseLike(result)) this.addFuture(result, settle);
        else if (result === undefined || result === null) settle({ status: "fulfilled", value: undefined });
        else settle({ status: "rejected", reason: badResult(result) });
      } catch (reason) {
        settle({ status: "rejected", reason });
      }
    });
    const onTimeout = (): void => {
      timedOut = true;
      this.stop();
    };
    const timer = timeout === undefined ? undefined : this.callLater(timeout, onTimeout);
    await this.start();
    if (timer !== undefined) this.removeTimeout(timer);
    return takeOutcome<T>(outcome, controller, timedOut ? timeout : undefined);
  }

  /**
   * Seconds since the epoch, with fractions. The clock never goes backwards: it is the wall clock as of the start of the process
   * plus the time passed since, so later corrections of the wall clock do not show.
   */
  time(): number {
    return (performance.timeOrigin + performance.now()) / 1000;
  }

  /**
   * Runs a callback in the next iteration of the loop, after all added before it. An exception is logged, also that of a promise
   * it returns. It runs in the `AsyncLocalStorage` context of the caller.
   */
  addCallback<Args extends unknown[]>(callback: (...args: Args) => unknown, ...args: Args): void {
    this.#callbacks.add(new Callback(callback as AnyFunction, args));
  }

  /** The same as `addCallback`: signals arrive as events of the loop here. */
  addCallbackFromSignal<Args extends unknown[]>(callback: (...args: Args) => unknown, ...args: Args): void {
    this.#callbacks.add(new Callback(callback as AnyFunction, args));
  }

  /** The same as `addCallback`, as in Tornado since 6.0. */
  spawnCallback<Args extends unknown[]>(callback: (...args: Args) => unknown, ...args: Args): void {
    this.#callbacks.add(new Callback(callback as AnyFunction, args));
  }

  /** Calls back with what the promise came to, in the iteration after it is settled. Its rejection counts as handled. */
  addFuture<T>(future: PromiseLike<T>, callback: (settled: Settled<T>) => unknown): void {
    const entry = new Callback(callback as AnyFunction, []);
    const add = (settled: Settled<T>): void => {
      entry.args = [settled];
      this.#callbacks.add(entry);
    };
    Promise.resolve(future).then(
      (value) => add({ status: "fulfilled", value }),
      (reason: unknown) => add({ status: "rejected", reason }),
    );
  }

  /** A number is a deadline in seconds on `time()`; an object such as `{ seconds: 5 }` counts from now. */
  addTimeout<Args extends unknown[]>(
    deadline: number | Duration,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): Timeout {
    const when = typeof deadline === "number" ? deadline : this.time() + durationSeconds(deadline);
    return this.#addTimer(when, callback as AnyFunction, args);
  }

  /** Runs a callback after a number of seconds; zero and less is the next iteration. Any length works. */
  callLater<Args extends unknown[]>(delay: number, callback: (...args: Args) => unknown, ...args: Args): Timeout {
    return this.#addTimer(this.time() + delay, callback as AnyFunction, args);
  }

  /** Runs a callback when `time()` has reached a number of seconds. Timers run in the order of their deadlines, never early. */
  callAt<Args extends unknown[]>(when: number, callback: (...args: Args) => unknown, ...args: Args): Timeout {
    return this.#addTimer(when, callback as AnyFunction, args);
  }

  /** Cancels a timer. Harmless after it ran; one due in the same turn does not run any more. */
  removeTimeout(timeout: Timeout): void {
    this.#timers.remove(timeout);
  }

  /**
   * Calls back when a stream can be read or written, as often as it can (level-triggered): a callback that leaves data unread, or
   * keeps asking for WRITE, is called again in the next iteration. It gets what was added, the events, and the stream to read from
   * or write to. Takes streams and sockets of the runtime, and numbers of open sockets, pipes and terminals; a number belongs
   * to the loop from then on and is read and written through that stream. Adding twice is an error.
   */
  addHandler<Key extends ReadySource | number>(key: Key, callback: HandlerCallback<Key>, events: number): void {
    if (this.#state === "closed") throw new UsageError("ERR_LANDSPOUT_LOOP_CLOSED", "The IOLoop is closed");
    this.#handlers.add(key, callback as AnyFunction, events);
  }

  /** Changes the events a handler waits for. */
  updateHandler(key: ReadySource | number, events: number): void {
    this.#handlers.update(key, events);
  }

  /** Ends the handler; one without a handler is no error. It is not called any more, not even when it is ready in the same turn. */
  removeHandler(key: ReadySource | number): void {
    this.#handlers.remove(key);
  }

  /**
   * Runs work that would block the loop elsewhere. With `null` that is the default executor, worker threads that take
   * `{ module, export }`, because a function cannot move to another thread; an executor of your own may take functions.
   */
  runInExecutor<T = unknown>(executor: null, task: ModuleTask, ...args: unknown[]): Promise<T>;
  runInExecutor<T = unknown>(executor: Executor, task: ModuleTask, ...args: unknown[]): Promise<T>;
  runInExecutor<T, Args extends unknown[]>(
    executor: Executor | null,
    task: (...args: Args) => T | PromiseLike<T>,
    ...args: Args
  ): Promise<T>;
  runInExecutor(executor: Executor | null, task: ExecutorTask, ...args: unknown[]): Promise<unknown> {
    if (this.#state === "closed") return Promise.reject(this.#cannotStart());
    const chosen = executor ?? this.#executor ?? (this.#ownExecutor ??= new WorkerExecutor());
    // An executor of the program's may throw, or return anything.
    return new Promise((resolve) => resolve(chosen.submit(task, args)));
  }

  /** The executor `runInExecutor(null, …)` uses from now on. Shutting it down stays the caller's job. */
  setDefaultExecutor(executor: Executor): void {
    this.#executor = executor;
  }

  #addTimer(when: number, callback: AnyFunction, args: unknown[]): Timeout {
    if (this.#state === "closed") throw new UsageError("ERR_LANDSPOUT_LOOP_CLOSED", "The IOLoop is closed");
    if (typeof when !== "number" || Number.isNaN(when)) {
      throw new UsageError("ERR_LANDSPOUT_BAD_DEADLINE", "A deadline or delay is a number of seconds");
    }
    return this.#timers.add(when, new Callback(callback, args));
  }

  /** Lets the iteration end, so that its other callbacks run and a second stop() in it is the same stop. */
  #endIteration(): void {
    this.#state = "stopping";
    this.#stopRequested = false;
    setImmediate(() => {
      this.#state = "idle";
      clearInterval(this.#keepAlive);
      this.#keepAlive = undefined;
      const finish = this.#finish;
      this.#finish = undefined;
      finish?.();
    });
  }

  #cannotStart(): UsageError {
    return this.#state === "closed"
      ? new UsageError("ERR_LANDSPOUT_LOOP_CLOSED", "The IOLoop is closed")
      : new UsageError("ERR_LANDSPOUT_LOOP_RUNNING", "The IOLoop is already running");
  }
}

function noop(): void {}

function backendOf(platform: NodeJS.Platform): Backend {
  switch (platform) {
    case "win32":
      return "iocp";
    case "darwin":
    case "freebsd":
    case "netbsd":
    case "openbsd":
      return "kqueue";
    case "sunos":
      return "event-ports";
    case "aix":
      return "pollset";
    default:
      return "epoll";
  }
}

function badResult(result: unknown): UsageError {
  return new UsageError(
    "ERR_LANDSPOUT_NOT_A_PROMISE",
    `runSync takes a function that returns a promise or nothing; it returned a value of type ${typeof result}`,
  );
}

/** The result of runSync; without one, the reason why there is none, told to the function through its signal as well. */
function takeOutcome<T>(
  outcome: Settled<unknown> | undefined,
  controller: AbortController,
  timeout: number | undefined,
): T {
  if (outcome?.status === "fulfilled") return outcome.value as T;
  if (outcome?.status === "rejected") throw outcome.reason;
  const error =
    timeout === undefined
      ? new LandspoutError("ERR_LANDSPOUT_LOOP_STOPPED", "Event loop stopped before the promise of runSync was settled")
      : new TimeoutError(`Operation timed out after ${timeout} seconds`);
  controller.abort(error);
  throw error;
}
