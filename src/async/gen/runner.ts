/**
 * Runs one generator to its end: waits for what it yields and gives it the result, or throws the exception into it. Goes on without a turn
 * of the loop where the result is there already. Between two steps only what is waited for holds the runner, so an abandoned one is collected.
 */
import { internals } from "../concurrent/future-internals.ts";
import { futureSetExceptionUnlessCancelled } from "../concurrent/future-functions.ts";
import { Future } from "../concurrent/future.ts";
import type { UnseenHandler } from "../concurrent/future-internals.ts";
import { runInFrame } from "../stack-context/frames.ts";
import type { Frame } from "../stack-context/frames.ts";
import { toWaitable } from "./convert.ts";
import type { Waitable } from "./convert.ts";
import { setRunning } from "./keys.ts";
import type { KeyOwner, Keys } from "./keys.ts";
import { Return } from "./return.ts";
import { moment } from "./yield-points.ts";

export class Runner implements KeyOwner {
  keys: Keys | undefined = undefined;
  readonly #generator: Generator<unknown, unknown, unknown>;
  readonly #future: Future;
  readonly #onUnseen: UnseenHandler | undefined;
  #running = false;
  #finished = false;
  /** Something was thrown into the generator. */
  #hadException = false;
  #onValue!: (value?: unknown) => void;
  #onError!: (error: unknown) => void;

  /** @param onUnseen Takes the exception of the generator where no code asks the Future for it. */
  constructor(generator: Generator<unknown, unknown, unknown>, future: Future, onUnseen: UnseenHandler | undefined) {
    this.#generator = generator;
    this.#future = future;
    this.#onUnseen = onUnseen;
    this.#listen();
  }

  start(): void {
    this.#advance(false, undefined);
  }

  /**
   * An exception of something that the generator has started: thrown at the `yield` that waits; what that waited for is ignored from now on.
   * False while the generator runs, and when it has ended.
   */
  throwIn(error: unknown, frame: Frame | undefined): boolean {
    if (this.#running || this.#finished) return false;
    this.#listen();
    runInFrame(frame, () => this.#advance(true, error));
    return true;
  }

  /** Takes results from now on, and none of what was waited for before. */
  #listen(): void {
    const onValue = (value?: unknown): void => {
      if (this.#onValue === onValue) this.#advance(false, value);
    };
    const onError = (error: unknown): void => {
      if (this.#onError === onError) this.#advance(true, error);
    };
    this.#onValue = onValue;
    this.#onError = onError;
  }

  #advance(isError: boolean, given: unknown): void {
    let failed = isError;
    let value = given;
    this.#running = true;
    const before = setRunning(this);
    try {
      for (;;) {
        let step: IteratorResult<unknown, unknown>;
        if (failed) this.#hadException = true;
        try {
          step = failed ? this.#generator.throw(value) : this.#generator.next(value);
        } catch (error) {
          return this.#fail(error);
        }
        if (step.done === true) return this.#finish(step.value);
        if (step.value === undefined || step.value === null || step.value === moment)
          return void setImmediate(this.#onValue);
        try {
          if (step.value instanceof Promise) return this.#wait(step.value);
          const waitable = toWaitable(step.value);
          const state = waitable instanceof Future ? internals.stateOf(waitable) : 0;
          if (state === 0) return this.#wait(waitable);
          value = internals.see(waitable as Future);
          failed = state !== 1;
        } catch (error) {
          value = error;
          failed = true;
        }
      }
    } finally {
      setRunning(before);
      this.#running = false;
    }
  }

  /** Promises call their reactions in the AsyncLocalStorage context of this call. */
  #wait(waitable: Waitable): void {
    void waitable.then(this.#onValue, this.#onError);
  }

  #finish(value: unknown): void {
    this.#finished = true;
    const leaked = this.#hadException ? undefined : this.keys?.leaked();
    if (leaked !== undefined) this.#setException(leaked);
    else if (!this.#future.done()) this.#future.setResult(value);
  }

  #fail(error: unknown): void {
    if (error instanceof Return) return this.#finish(error.value);
    this.#finished = true;
    this.#setException(error);
  }

  #setException(error: unknown): void {
    if (this.#future.cancelled()) futureSetExceptionUnlessCancelled(this.#future, error);
    else internals.fail(this.#future, error, this.#onUnseen);
  }
}
