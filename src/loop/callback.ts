/**
 * One call to be made later: the function, its arguments and the asynchronous context (`AsyncLocalStorage`) of whoever asked for it,
 * and the rule for what happens when it fails: the stack contexts it was asked for in get the exception, else it is logged, and nothing
 * else stops. Knows nothing of when it runs.
 */
import { describeError, loggers } from "../log.ts";
import { watch } from "../user-code.ts";
import { callIn, captureContext } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { areFramesInUse, guardCallback } from "../async/stack-context/frames.ts";

type AnyFunction = (...args: unknown[]) => unknown;

/** A call waiting for its turn. */
export class Callback {
  private readonly callback: AnyFunction;
  /** May be set until it runs, for a call whose arguments are known later than its context. */
  args: readonly unknown[];
  private readonly context: Context = captureContext();

  constructor(callback: AnyFunction, args: readonly unknown[]) {
    this.callback = callback;
    this.args = args;
  }

  /** Makes the call. An exception, or the rejection of a promise it returns, is seen to; any other result is ignored. */
  run(): void {
    try {
      if (areFramesInUse()) return callIn(this.context, () => this.runInFrame(), undefined);
      const result = callIn(this.context, this.callback, undefined, ...this.args);
      if (result !== undefined) watch(result, (error) => logCallbackError(this.callback, error));
    } catch (error) {
      logCallbackError(this.callback, error);
    }
  }

  /** In a program that uses stack contexts. */
  private runInFrame(): void {
    const { callback, args } = this;
    guardCallback(
      () => callback(...args),
      (error) => logCallbackError(callback, error),
    );
  }
}

/** The record for an exception that has no caller left to catch it. */
export function logCallbackError(callback: { readonly name: string }, error: unknown): void {
  loggers.application.error(`Exception in callback ${callback.name || "(anonymous)"}\n${describeError(error)}`);
}
