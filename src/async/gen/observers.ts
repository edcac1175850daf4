/**
 * Callers that wait for a promise and may stop waiting before it is settled: one reaction for each promise, and a list that a caller can leave. A promise
 * keeps every reaction until it is settled, so a `Promise.race` in a loop over one that never is grows without end.
 */
import { describeError, loggers } from "../../log.ts";
import { LinkedList, ListNode } from "../waiting/linked-list.ts";
import { whenSettled } from "./convert.ts";
import type { Waitable } from "./convert.ts";
import { quietClasses } from "./quiet.ts";
import type { Quiet } from "./quiet.ts";

export class Observer extends ListNode {
  readonly onValue: (value: unknown) => void;
  readonly onError: (error: unknown) => void;

  constructor(onValue: (value: unknown) => void, onError: (error: unknown) => void) {
    super();
    this.onValue = onValue;
    this.onError = onError;
  }
}

class Observed {
  readonly observers = new LinkedList<Observer>();
  /** A caller that has left wants a later exception to be logged. */
  loud = false;
  /** Classes of exceptions that are not logged for other callers that have left. */
  readonly quiet = new Set<abstract new (...args: never[]) => unknown>();

  reject(error: unknown): void {
    const left = this.loud || this.quiet.size > 0;
    if (
      this.observers.size === 0 &&
      left &&
      (this.loud || !Array.from(this.quiet).some((each) => error instanceof each))
    )
      loggers.application.error(`Exception in a Future after its timeout\n${describeError(error)}`);
    for (let each = this.observers.shift(); each !== undefined; each = this.observers.shift()) each.onError(error);
  }
  resolve(value: unknown): void {
    for (let each = this.observers.shift(); each !== undefined; each = this.observers.shift()) each.onValue(value);
  }
}

const observed = new WeakMap<Waitable, Observed>();

/** Adds an observer; called at once if the result is known. */
export function observe(waitable: Waitable, observer: Observer): void {
  let all = observed.get(waitable);
  if (all !== undefined) return all.observers.push(observer);
  const made = (all = new Observed());
  made.observers.push(observer);
  observed.set(waitable, made);
  const forget = (): boolean => observed.delete(waitable);
  whenSettled(
    waitable,
    (value) => (forget(), made.resolve(value)),
    (error) => (forget(), made.reject(error)),
  );
}

/** Takes an observer out. If the promise rejects later, that is logged, once for all. */
export function leave(waitable: Waitable, observer: Observer, quiet: Quiet | undefined): void {
  const all = observed.get(waitable);
  if (all === undefined || !all.observers.remove(observer)) return;
  const classes = quietClasses(quiet);
  if (classes.length === 0) all.loud = true;
  for (const each of classes) all.quiet.add(each);
}

/** How many wait for a promise by this; for tests. */
export const observerCount = (waitable: Waitable): number => observed.get(waitable)?.observers.size ?? 0;
