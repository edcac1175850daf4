/**
 * `landspout/ioloop` (Tornado's `tornado.ioloop`): the loop of this thread, calls that come again and again, threads for what would
 * block it.
 */
export { IOLoop } from "./loop.ts";
export type { Backend, Settled } from "./loop.ts";
export { PeriodicCallback } from "./periodic-callback.ts";
export type { PeriodicCallbackOptions } from "./periodic-callback.ts";
export { TimeoutError } from "../async/timeout-error.ts";
export { WorkerExecutor } from "../async/executor/worker-executor.ts";
export type { Duration } from "../async/duration.ts";
export type { Executor, ExecutorTask, ModuleTask, SubmitOptions } from "../async/executor/executor.ts";
export type { WorkerExecutorOptions } from "../async/executor/worker-executor.ts";
export type { HandlerCallback, ReadySource } from "./handlers.ts";
export type { Timeout } from "./timers.ts";
