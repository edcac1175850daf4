/** Tornado's stack contexts: what is to be around a call, and around every callback that the call starts, however late. */
import { UsageError } from "../../errors.ts";
import { shown } from "../../options-check.ts";
import { logFailure, watch } from "../../user-code.ts";
import { runInFrame, runInside } from "./frames.ts";
import type { Surrounding } from "./frames.ts";

/** Python's context manager. */
export interface ContextManager {
  enter?(): void;
  /** `error`: what was thrown inside. What this throws takes its place. */
  exit?(error?: unknown): void;
}

/**
 * Enters a context manager around a function, and again around every callback of the loop that was asked for inside, and around functions
 * that were wrapped (`wrap`).
 *
 * @example
 * new StackContext(() => ({ enter: () => begin(), exit: () => end() })).run(() => loop.addCallback(work));
 */
export class StackContext {
  readonly #factory: () => ContextManager;
  #active = true;
  readonly #surrounding: Surrounding;

  /** @param factory Called for each time it is entered. */
  constructor(factory: () => ContextManager) {
    checkFunction("StackContext", "factory", factory);
    this.#factory = factory;
    const isActive = (): boolean => this.#active;
    this.#surrounding = {
      get active() {
        return isActive();
      },
      enters: true,
      around: (inside) => this.#around(inside),
      handle: () => false,
    };
  }

  /** Calls a function inside. It ends with the call: a promise that the function returns is not waited for. */
  run<T>(call: () => T): T {
    return runInside(this.#surrounding, call) as T;
  }

  /** From now on callbacks that were started inside do without it, and those around and within it stay as they are. */
  deactivate(): void {
    this.#active = false;
  }

  #around(inside: () => unknown): unknown {
    const manager = this.#factory();
    manager.enter?.();
    let result: unknown;
    try {
      result = inside();
    } catch (error) {
      manager.exit?.(error);
      throw error;
    }
    manager.exit?.();
    return result;
  }
}

/**
 * Gets the exceptions of a function, and of the callbacks it starts. The innermost one is asked first.
 *
 * @example
 * new ExceptionStackContext((error) => { report(error); return true; }).run(() => loop.callLater(5, work));
 */
export class ExceptionStackContext {
  readonly #handler: (error: unknown) => boolean | void;
  #active = true;
  readonly #surrounding: Surrounding;

  /** @param handler True: the exception goes no further. Else the next one around it is asked. What it throws takes its place. */
  constructor(handler: (error: unknown) => boolean | void) {
    checkFunction("ExceptionStackContext", "handler", handler);
    this.#handler = handler;
    const isActive = (): boolean => this.#active;
    this.#surrounding = {
      get active() {
        return isActive();
      },
      enters: false,
      around: (inside) => this.#around(inside),
      handle: (error) => this.#handle(error),
    };
  }

  /**
   * Calls a function inside. It gives undefined where an exception was taken. The rejection of a promise that the function returns is left to
   * the code that waits for that promise.
   */
  run<T>(call: () => T): T {
    return runInside(this.#surrounding, call) as T;
  }

  /** From now on it takes no exception. */
  deactivate(): void {
    this.#active = false;
  }

  #around(inside: () => unknown): unknown {
    try {
      return inside();
    } catch (error) {
      if (this.#active && this.#handle(error)) return undefined;
      throw error;
    }
  }

  #handle(error: unknown): boolean {
    const result: unknown = this.#handler(error);
    if (result !== undefined) watch(result, (second) => logFailure("a handler of an ExceptionStackContext", second));
    return result === true;
  }
}

/** Leaves all contexts, for what a library makes once and all its users share. */
export class NullContext {
  run<T>(call: () => T): T {
    return runInFrame(undefined, call);
  }
}

/** Calls a function inside a context. */
export function runWithStackContext<T>(context: StackContext | ExceptionStackContext | NullContext, call: () => T): T {
  return context.run(call);
}

function checkFunction(owner: string, name: string, value: unknown): void {
  if (typeof value !== "function")
    throw new UsageError("ERR_LANDSPOUT_OPTION", `${owner}: ${name} must be a function, not ${shown(value)}`);
}
