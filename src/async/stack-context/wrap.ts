/** Takes a callback along to code that knows nothing of contexts: timers of the runtime, streams, other packages. */
import { logFailure } from "../../user-code.ts";
import { callIn, captureContext } from "../context.ts";
import { callInFrame, currentFrame, watchCallback } from "./frames.ts";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

const wrappers = new WeakSet<object>();

/**
 * A function that runs in the stack contexts, and in the `AsyncLocalStorage` context, in which it was wrapped. What it throws goes to those
 * contexts, and to its caller only if none takes it; so does the rejection of a promise it returns. Wrapping twice is once; undefined stays
 * undefined.
 *
 * @example
 * setTimeout(wrap(() => { throw new Error("late"); }), 1000); // inside a request: its 500
 */
export function wrap<F extends ((...args: never[]) => unknown) | null | undefined>(callback: F): F {
  if (typeof callback !== "function" || wrappers.has(callback)) return callback;
  const context = captureContext();
  const frame = currentFrame();
  const call = callback as unknown as AnyFunction;
  const enter = function (this: unknown, args: unknown[]): unknown {
    if (frame === undefined) return call.apply(this, args);
    const result = callInFrame(frame, () => call.apply(this, args));
    if (result !== undefined) watchCallback(result, (error) => logFailure("a wrapped function", error));
    return result;
  };
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return callIn(context, enter, this, args);
  };
  wrappers.add(wrapper);
  return wrapper as unknown as F;
}
