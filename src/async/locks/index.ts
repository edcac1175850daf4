/**
 * `landspout/locks` (Tornado's `tornado.locks`): waiting for each other within one thread. All are first come first served, and a wait
 * that times out or is aborted has taken nothing.
 */
export { Condition } from "./condition.ts";
export { Event } from "./event.ts";
export { Lock } from "./lock.ts";
export { BoundedSemaphore, Semaphore } from "./semaphore.ts";
export type { Releaser } from "./releaser.ts";
export { TimeoutError } from "../timeout-error.ts";
export type { Duration } from "../duration.ts";
export type { WaitLimit } from "../waiting/wait-limit.ts";
