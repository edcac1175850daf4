/**
 * `landspout/gen` (Tornado's `tornado.gen`): generators that wait for what they yield, and what goes with them. `await` and promises do most of it
 * today; this is for programs in Tornado's style, of 2012 and of today, and for waits that no promise has: `withTimeout`, `sleep`, `WaitIterator`.
 */
export { Arguments } from "./callback-result.ts";
export { convertYielded } from "./convert.ts";
export type { ConvertYielded, ResultOf, Results, Yieldable, YieldedTest } from "./convert.ts";
export { coroutine, engine, isCoroutineFunction } from "./coroutine.ts";
export type { CoroutineDecorator, EngineDecorator } from "./coroutine.ts";
export { BadYieldError, KeyReuseError, LeakedCallbackError, UnknownKeyError } from "./errors.ts";
export { multi, WaitAll } from "./multi.ts";
export type { MakesWaitAll, QuietOptions } from "./multi.ts";
export type { Quiet } from "./quiet.ts";
export { Return } from "./return.ts";
export { sleep, withTimeout } from "./timing.ts";
export { WaitIterator } from "./wait-iterator.ts";
export { Callback, moment, Task, Wait } from "./yield-points.ts";
export type { MakesCallback, MakesTask, MakesWait, YieldPoint } from "./yield-points.ts";
export { TimeoutError } from "../timeout-error.ts";
export type { Duration } from "../duration.ts";
export type { WaitLimit } from "../waiting/wait-limit.ts";
