/** `landspout/concurrent` (Tornado's `tornado.concurrent`): results that are set from outside, and work on executors. */
export { CancelledError, Future } from "./future.ts";
export {
  chainFuture,
  futureSetExceptionUnlessCancelled,
  futureSetResultUnlessCancelled,
  isFuture,
} from "./future-functions.ts";
export { returnFuture } from "./return-future.ts";
export { dummyExecutor, runOnExecutor } from "../executor/run-on-executor.ts";
export type { ExecutorDecorator, RunOnExecutor, RunOnExecutorOptions } from "../executor/run-on-executor.ts";
export type { Executor, ExecutorTask, ModuleTask, SubmitOptions } from "../executor/executor.ts";
