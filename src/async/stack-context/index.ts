/**
 * `landspout/stack-context` (Tornado's `tornado.stack_context`, until 5.1): exceptions of callbacks find the request that started them.
 * A `run` ends before any callback does, so a `yield` inside one cannot happen, and there is no `StackContextInconsistentError`.
 */
export { ExceptionStackContext, NullContext, runWithStackContext, StackContext } from "./contexts.ts";
export type { ContextManager } from "./contexts.ts";
export { wrap } from "./wrap.ts";
