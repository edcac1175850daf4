/**
 * Tornado's `Future`: a result that is set from outside, once. It can be asked whether it is there, which a promise cannot, and it is
 * awaited as a promise is. It makes a promise only when `then` is called, so one that a coroutine yields, or that is ready, costs little.
 */
import { LandspoutError, UsageError } from "../../errors.ts";
import { showState } from "../show-state.ts";
import { logFailure } from "../../user-code.ts";
import { reportThrown } from "../stack-context/frames.ts";
import { internals } from "./future-internals.ts";
import { reportUnseen } from "./unseen.ts";
import type { UnseenHandler } from "./future-internals.ts";

const BRAND: symbol = Symbol.for("landspout.future");

/** The result is read of a Future that was cancelled. */
export class CancelledError extends LandspoutError {
  constructor(message: string = "The Future was cancelled") {
    super("ERR_LANDSPOUT_CANCELLED", message);
  }
}

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;
const CANCELLED = 3;
type State = typeof PENDING | typeof FULFILLED | typeof REJECTED | typeof CANCELLED;

/**
 * A result to come. It is awaited, and passed to whatever takes promises, such as `Promise.all`; it is no instance of `Promise`
 * (`isFuture` knows both). An exception that no code has asked for by the next turn of the loop is logged once, and is no unhandled
 * rejection.
 *
 * @example
 * const future = new Future<string>();
 * setTimeout(() => future.setResult("done"), 100);
 * await future; // "done"
 */
export class Future<T = unknown> implements Promise<T> {
  #state: State = PENDING;
  /** The result or the exception. */
  #value: unknown = undefined;
  #promise: Promise<T> | undefined = undefined;
  #resolve: ((value: unknown) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;
  /** Whether any code has asked for the result. */
  #seen = false;

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
    showState(this.prototype);
    internals.stateOf = (future: Future) => future.#state;
    internals.see = (future: Future) => {
      future.#seen = true;
      return future.#value;
    };
    internals.isSeen = (future: Future) => future.#seen;
    internals.fail = (future: Future, error, onUnseen) => future.#fail(error, onUnseen);
  }

  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** Whether there is a result or an exception, or it was cancelled. */
  done(): boolean {
    return this.#state !== PENDING;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /**
   * The result.
   * @throws The exception, if there is one; CancelledError; UsageError `ERR_LANDSPOUT_FUTURE_STATE` while it is not done.
   */
  result(): T {
    this.#seen = true;
    if (this.#state === FULFILLED) return this.#value as T;
    if (this.#state === PENDING) throw notDone();
    throw this.#value;
  }

  /**
   * The exception; undefined if there is a result.
   * @throws CancelledError; UsageError `ERR_LANDSPOUT_FUTURE_STATE` while it is not done.
   */
  exception(): Error | undefined {
    this.#seen = true;
    if (this.#state === PENDING) throw notDone();
    if (this.#state === CANCELLED) throw this.#value;
    return this.#state === REJECTED ? (this.#value as Error) : undefined;
  }

  /** Ends it with a CancelledError; false if it was done. What would have set it is not stopped. */
  cancel(): boolean {
    if (this.#state !== PENDING) return false;
    this.#settle(CANCELLED, new CancelledError());
    return true;
  }

  /** @throws UsageError `ERR_LANDSPOUT_FUTURE_STATE` if it is done. */
  setResult(value: T): void {
    if (this.#state !== PENDING) throw isDone("setResult");
    this.#settle(FULFILLED, value);
  }

  /** @throws UsageError `ERR_LANDSPOUT_FUTURE_STATE` if it is done. */
  setException(error: unknown): void {
    if (this.#state !== PENDING) throw isDone("setException");
    this.#fail(error, undefined);
  }

  /**
   * Calls back once it is done, never before this call returns, in the `AsyncLocalStorage` context of this call. What the callback
   * throws goes to the stack contexts of this call, else to the log.
   */
  addDoneCallback(callback: (future: Future<T>) => void): void {
    const call = (): void => {
      try {
        callback(this);
      } catch (error) {
        reportThrown(error, (unhandled) => logFailure("a done callback of a Future", unhandled));
      }
    };
    void this.#asPromise().then(call, call);
  }

  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#seen = true;
    return this.#asPromise().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    this.#seen = true;
    return this.#asPromise().finally(onFinally);
  }

  /** Yielded with `yield*`, its result has a type. */
  *[Symbol.iterator](): Generator<Future<T>, T, unknown> {
    return (yield this) as T;
  }

  toString(): string {
    return `<Future ${["pending", "finished", "failed", "cancelled"][this.#state]}>`;
  }

  /** Callers attach to it at once, so that it is no unhandled rejection of the runtime. */
  #asPromise(): Promise<T> {
    return (this.#promise ??= this.#makePromise());
  }

  #makePromise(): Promise<T> {
    if (this.#state === FULFILLED) return Promise.resolve(this.#value as T);
    if (this.#state !== PENDING) return Promise.reject(this.#value);
    return new Promise<T>((resolve, reject) => {
      this.#resolve = resolve as (value: unknown) => void;
      this.#reject = reject;
    });
  }

  #fail(error: unknown, onUnseen: UnseenHandler | undefined): void {
    this.#settle(REJECTED, error);
    if (!this.#seen) reportUnseen(this, error, onUnseen);
  }

  #settle(state: State, value: unknown): void {
    this.#state = state;
    this.#value = value;
    if (this.#promise === undefined) return;
    if (state === FULFILLED) this.#resolve?.(value);
    else this.#reject?.(value);
    this.#resolve = this.#reject = undefined;
  }
}

function notDone(): UsageError {
  return new UsageError("ERR_LANDSPOUT_FUTURE_STATE", "The Future is not done; await it, or ask done() first");
}

function isDone(call: string): UsageError {
  return new UsageError(
    "ERR_LANDSPOUT_FUTURE_STATE",
    `${call}: the Future is done; futureSetResultUnlessCancelled ignores those that were cancelled`,
  );
}
