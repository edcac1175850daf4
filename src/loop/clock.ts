/** One coarse timer for all WebSockets of a thread: pings, missing pongs, closes that take too long. It runs while there are any. */

import { guard, logFailure } from "../user-code.ts";
import { withoutContext } from "../async/context.ts";

/** Something that is asked once a second whether it has waited too long. */
export interface Timed {
  /** `now`: seconds of the clock. */
  checkTime(now: number): void;
}

/** Seconds between two looks. */
const TICK = 1;

const timed = new Set<Timed>();
let timer: NodeJS.Timeout | undefined;
let present = 0;

/** Seconds, up to a tick old. */
export const clockNow = (): number => present;

function look(): void {
  for (const each of timed)
    guard(
      () => each.checkTime(present),
      (error) => logFailure("the periodic check of a connection", error),
    );
}

function tick(): void {
  present = performance.now() / 1000;
  // Timers come before what has arrived. After the thread was held up for long, the pongs that came meanwhile are heard first:
  // Node reads before the first of these, Bun between them.
  setImmediate(() => setImmediate(look));
}

export function watch(one: Timed): void {
  timed.add(one);
  if (timer !== undefined) return;
  present = performance.now() / 1000;
  // Not in the context of the request that happens to be the first.
  timer = withoutContext(() => setInterval(tick, TICK * 1000));
  timer.unref();
}

export function unwatch(one: Timed): void {
  timed.delete(one);
  if (timed.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
