/**
 * Which contexts the present code was started in: a linked list that is never changed, in one `AsyncLocalStorage`. Decides how a call
 * enters them and where an exception goes; knows nothing of loops or requests. A program that uses no context pays for none: the storage
 * is made with the first one.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { guard, watch } from "../../user-code.ts";
import type { Failed } from "../../user-code.ts";

/** What a context does around a call. */
export interface Surrounding {
  /** False once it was deactivated: calls pass it by. */
  readonly active: boolean;
  /** Whether it does something before a call, not only with exceptions. */
  readonly enters: boolean;
  /** Makes the call. `inside` enters the context for what the call starts. */
  around(inside: () => unknown): unknown;
  /** Takes an exception; true: it goes no further. May throw another in its place. */
  handle(error: unknown): boolean;
}

export interface Frame {
  readonly parent: Frame | undefined;
  readonly context: Surrounding;
  /** Whether this context or one around it does something before a call. */
  readonly enters: boolean;
}

/** An exception on its way out: what became of it. */
export interface Outcome {
  readonly handled: boolean;
  /** As thrown, or what a handler threw in its place. */
  readonly error: unknown;
}

let storage: AsyncLocalStorage<Frame | undefined> | undefined;

/** Whether any context was entered in this thread so far. */
export const areFramesInUse = (): boolean => storage !== undefined;

/** The innermost context of the present code. */
export const currentFrame = (): Frame | undefined => storage?.getStore();

/** Calls a function in a frame, or in none. */
export function runInFrame<T>(frame: Frame | undefined, call: () => T): T {
  if (storage === undefined) {
    if (frame === undefined) return call();
    storage = new AsyncLocalStorage();
  }
  return storage.run(frame, call);
}

/** Calls a function inside one more context. */
export function runInside(context: Surrounding, call: () => unknown): unknown {
  const parent = currentFrame();
  const frame: Frame = { parent, context, enters: context.enters || parent?.enters === true };
  return context.around(() => runInFrame(frame, call));
}

/**
 * Makes a call that was started in a frame and comes later: enters all contexts again, outermost first, and shows them what is thrown,
 * innermost first. What none of them takes is thrown. The storage must hold the frame.
 */
export function callInFrame(frame: Frame | undefined, call: () => unknown): unknown {
  if (frame === undefined) return call();
  if (frame.enters) return enterAll(frame, call);
  try {
    return call();
  } catch (error) {
    const outcome = showThrown(frame, error);
    if (outcome.handled) return undefined;
    throw outcome.error;
  }
}

function enterAll(frame: Frame, call: () => unknown): unknown {
  const { context, parent } = frame;
  const inside = (): unknown => (context.active ? context.around(() => runInFrame(frame, call)) : call());
  return parent === undefined ? inside() : enterAll(parent, inside);
}

/** Shows an exception to the handlers of a frame, innermost first; each is called in the context around its own. */
export function showThrown(frame: Frame | undefined, thrown: unknown): Outcome {
  let error = thrown;
  for (let at = frame; at !== undefined; at = at.parent) {
    const { context, parent } = at;
    if (!context.active) continue;
    try {
      const shown = error;
      if (runInFrame(parent, () => context.handle(shown))) return { handled: true, error };
    } catch (second) {
      error = second;
    }
  }
  return { handled: false, error };
}

/** Sees to an exception that has no caller: the contexts of the present code, else the log. */
export function reportThrown(error: unknown, log: Failed): void {
  const frame = currentFrame();
  const outcome: Outcome = frame === undefined ? { handled: false, error } : showThrown(frame, error);
  if (!outcome.handled) log(outcome.error);
}

/** Sees to the rejection of what a callback returned, as `reportThrown` does. */
export function watchCallback(result: unknown, log: Failed): void {
  const frame = currentFrame();
  watch(result, (error) => runInFrame(frame, () => reportThrown(error, log)));
}

/**
 * Makes a call of the program's that nothing waits for, in the contexts of the present code. What it throws or rejects with goes to them, else to
 * `log`. Never throws.
 */
export function guardCallback(call: () => unknown, log: Failed): void {
  if (!areFramesInUse()) return guard(call, log);
  try {
    const result = callInFrame(currentFrame(), call);
    if (result !== undefined) watchCallback(result, log);
  } catch (error) {
    log(error);
  }
}
