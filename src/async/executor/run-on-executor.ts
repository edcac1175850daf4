/** Tornado's `run_on_executor` and `dummy_executor`. */
import { UsageError } from "../../errors.ts";
import { isPromiseLike } from "../../user-code.ts";
import { anything, checkOptions, shown } from "../../options-check.ts";
import { chainFuture } from "../concurrent/future-functions.ts";
import { Future } from "../concurrent/future.ts";
import { decorateMethod } from "../method-decorator.ts";
import type { Executor, ExecutorTask, ModuleTask } from "./executor.ts";
import { moduleUrl } from "./module-task.ts";

type AnyFunction = (...args: never[]) => unknown;

export interface RunOnExecutorOptions {
  /** The executor, or the name of the property of `this` that holds it. Default: `"executor"`. */
  readonly executor?: Executor | string;
}

/** A decorator of methods: of the standard kind, with `experimentalDecorators`, and as a function around the method. */
export interface ExecutorDecorator {
  <F extends AnyFunction>(method: F, context?: { readonly kind: "method" }): F;
  (field: undefined, context: { readonly kind: "field" }): <F extends AnyFunction>(method: F) => F;
  <F extends AnyFunction>(
    prototype: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/** `runOnExecutor`, with a task, with options only, or as a decorator itself. */
export interface RunOnExecutor extends ExecutorDecorator {
  (task: ModuleTask, options?: RunOnExecutorOptions): ExecutorDecorator;
  (options?: RunOnExecutorOptions): ExecutorDecorator;
}

/**
 * Lets a method run on an executor: a call gives a promise, a `Future`, of the result. With a task, the method's own body is never run: its
 * arguments go to the exported function in a worker thread. Without one, the body runs there, which takes an executor for functions, such as
 * `dummyExecutor`: a function cannot move to another thread.
 *
 * @example
 * class Reports {
 *   executor = new WorkerExecutor();
 *   render = runOnExecutor({ module: new URL("./render.js", import.meta.url), export: "render" })(
 *     async (name: string) => name, // only its type counts
 *   );
 * }
 */
export const runOnExecutor: RunOnExecutor = ((...given: unknown[]): unknown => {
  const [first, second] = given;
  if (
    typeof first === "function" ||
    given.length === 3 ||
    (second as { kind?: unknown } | undefined)?.kind !== undefined
  )
    return decorate(undefined, {}, given);
  const task = isTask(first) ? first : undefined;
  const options = (task === undefined ? first : second) as RunOnExecutorOptions | undefined;
  if (options !== undefined)
    checkOptions("runOnExecutor", options, { executor: anything }, "ERR_LANDSPOUT_BAD_EXECUTOR");
  return (...target: unknown[]) => decorate(task, options ?? {}, target);
}) as RunOnExecutor;

const isTask = (value: unknown): value is ModuleTask =>
  typeof value === "object" && value !== null && "module" in value && "export" in value;

function decorate(
  task: ModuleTask | undefined,
  { executor = "executor" }: RunOnExecutorOptions,
  target: unknown[],
): unknown {
  const misplaced = (): UsageError =>
    new UsageError("ERR_LANDSPOUT_DECORATOR", "runOnExecutor belongs on a method, or around a function");
  const wrap = (method: unknown): unknown => {
    if (typeof method !== "function") throw misplaced();
    return function (this: Record<string, unknown> | undefined, ...args: unknown[]): Future {
      const chosen = typeof executor === "string" ? this?.[executor] : executor;
      if (typeof (chosen as Partial<Executor> | undefined)?.submit !== "function")
        throw new UsageError(
          "ERR_LANDSPOUT_BAD_EXECUTOR",
          typeof executor === "string"
            ? `runOnExecutor: this.${executor} must be an executor, not ${shown(chosen)}; or pass { executor }`
            : `runOnExecutor: executor must be an executor or the name of a property, not ${shown(executor)}`,
        );
      const work: ExecutorTask = task ?? ((...own: unknown[]): unknown => method.apply(this, own) as unknown);
      const future = new Future();
      try {
        chainFuture(Promise.resolve((chosen as Executor).submit(work, args)), future);
      } catch (error) {
        future.setException(error);
      }
      return future;
    };
  };
  return decorateMethod(wrap, misplaced, target[0], target[1], target[2] as PropertyDescriptor | undefined);
}

/** Runs a task in this thread, at once, as if it were somewhere else: for tests, and for work that is short. */
export const dummyExecutor: Executor = {
  submit(task, args): Promise<unknown> {
    const future = new Future();
    try {
      const result: unknown = typeof task === "function" ? task(...(args as never[])) : runExported(task, args);
      if (isPromiseLike(result)) chainFuture(result, future);
      else future.setResult(result);
    } catch (error) {
      future.setException(error);
    }
    return future;
  },
  shutdown() {},
};

async function runExported(task: ModuleTask, args: readonly unknown[]): Promise<unknown> {
  const exported = (await import(moduleUrl(task))) as Record<string, unknown>;
  const call = exported[task.export];
  if (typeof call !== "function")
    throw new UsageError("ERR_LANDSPOUT_EXECUTOR_MODULE", `${String(task.module)} exports no function ${task.export}`);
  return call(...args) as unknown;
}
