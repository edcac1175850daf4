/** Tornado's `coroutine` and `engine`: generators that wait for what they yield. */
import { UsageError } from "../../errors.ts";
import { isPromiseLike } from "../../user-code.ts";
import { futureSetExceptionUnlessCancelled } from "../concurrent/future-functions.ts";
import { internals } from "../concurrent/future-internals.ts";
import { Future } from "../concurrent/future.ts";
import type { UnseenHandler } from "../concurrent/future-internals.ts";
import { decorateMethod } from "../method-decorator.ts";
import { ExceptionStackContext } from "../stack-context/contexts.ts";
import { currentFrame, showThrown } from "../stack-context/frames.ts";
import { Return } from "./return.ts";
import { Runner } from "./runner.ts";

// What a generator is given for a yield has any type: the language knows none of it. `yield*` does.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyGenerator<R> = Generator<unknown, R, any>;
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** `coroutine`, as a function and as a decorator. */
export interface CoroutineDecorator {
  /** On a method; the type of the method stays what is written. */
  <F extends (...args: never[]) => unknown>(method: F, context: { readonly kind: "method" }): F;
  <This, A extends unknown[], R>(
    fn: (this: This, ...args: A) => AnyGenerator<R>,
  ): (this: This, ...args: A) => Promise<R>;
  <This, A extends unknown[], R>(
    fn: (this: This, ...args: A) => PromiseLike<R> | R,
  ): (this: This, ...args: A) => Promise<R>;
  (field: undefined, context: { readonly kind: "field" }): <F extends (...args: never[]) => unknown>(method: F) => F;
  <F extends (...args: never[]) => unknown>(
    prototype: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/** `engine`, as a function and as a decorator. */
export interface EngineDecorator {
  <F extends (...args: never[]) => unknown>(method: F, context?: { readonly kind: "method" }): F;
  (field: undefined, context: { readonly kind: "field" }): <F extends (...args: never[]) => unknown>(method: F) => F;
  <F extends (...args: never[]) => unknown>(
    prototype: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

const coroutines = new WeakSet<object>();

/**
 * Makes a function of a generator that gives a promise, a `Future`. It runs at once, up to the first `yield` whose result is not there. It may
 * yield promises, Futures, yield points, lists and objects of them (`multi`), and nothing, which is one turn of the loop; anything else throws
 * BadYieldError into it. A function that is no generator may be given, too. An exception rejects the promise; if no code
 * waits for it, the exception is logged once.
 *
 * On a handler's method it has to stand between the generator and the framework, which streams what a plain generator yields.
 *
 * @example
 * const both = gen.coroutine(function* (a: string, b: string) {
 *   const [first, second]: string[] = yield [load(a), load(b)];
 *   return first + second;
 * });
 */
export const coroutine: CoroutineDecorator = decorator(
  "coroutine",
  (fn) =>
    function (this: unknown, ...args: unknown[]): Future {
      const future = new Future();
      begin(fn, this, args, future, undefined);
      return future;
    },
) as CoroutineDecorator;

/**
 * Tornado's `@gen.engine` of 2012: as `coroutine`, and besides it catches what the callbacks throw that the generator has started, however late:
 * thrown at the `yield` it waits at. The promise it gives need not be looked at: then an exception goes to the stack context it was called in (of an
 * `@asynchronous` handler: its 500), else to the log.
 *
 * On a handler's method it has to stand between the generator and the framework, which streams what a plain generator yields. `@asynchronous`
 * stands before it, outermost; without that it works as `@coroutine` does.
 *
 * @example
 * get = asynchronous(gen.engine(function* (this: MainHandler) {
 *   const response = yield gen.Task(http.fetch, url);
 *   this.finish(response.body);
 * }));
 */
export const engine: EngineDecorator = decorator(
  "engine",
  (fn) =>
    function (this: unknown, ...args: unknown[]): Future {
      const future = new Future();
      const outer = currentFrame();
      const onUnseen: UnseenHandler = (error) => showThrown(outer, error).handled;
      let runner: Runner | undefined;
      let inner: ReturnType<typeof currentFrame>;
      const context = new ExceptionStackContext((error) => runner?.throwIn(error, inner) ?? false);
      context.run(() => {
        inner = currentFrame();
        runner = begin(fn, this, args, future, onUnseen, (made) => (runner = made));
      });
      return future;
    },
) as EngineDecorator;

/** Whether a function was made by `coroutine` or `engine`. */
export function isCoroutineFunction(value: unknown): boolean {
  return typeof value === "function" && coroutines.has(value);
}

function begin(
  fn: AnyFunction,
  self: unknown,
  args: unknown[],
  future: Future,
  onUnseen: UnseenHandler | undefined,
  onMade?: (runner: Runner) => void,
): Runner | undefined {
  let result: unknown;
  try {
    result = fn.apply(self, args);
  } catch (error) {
    if (error instanceof Return) future.setResult(error.value);
    else internals.fail(future, error, onUnseen);
    return undefined;
  }
  if (isGenerator(result)) {
    const runner = new Runner(result, future, onUnseen);
    onMade?.(runner);
    runner.start();
    return runner;
  }
  if (isPromiseLike(result)) {
    Promise.resolve(result).then(
      (value) => future.done() || future.setResult(value),
      (error: unknown) =>
        future.done() ? futureSetExceptionUnlessCancelled(future, error) : internals.fail(future, error, onUnseen),
    );
  } else future.setResult(result);
  return undefined;
}

function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { next, throw: throwIn, [Symbol.iterator]: iterator } = value as Partial<Generator>;
  return typeof next === "function" && typeof throwIn === "function" && typeof iterator === "function";
}

function decorator(name: string, make: (fn: AnyFunction) => AnyFunction): unknown {
  const misplaced = (): UsageError =>
    new UsageError("ERR_LANDSPOUT_DECORATOR", `gen.${name} belongs around a generator function, or on such a method`);
  const wrap = (fn: unknown): unknown => {
    if (typeof fn !== "function") throw misplaced();
    const wrapper = make(fn as AnyFunction);
    Object.defineProperties(wrapper, {
      name: { value: fn.name, configurable: true },
      length: { value: fn.length, configurable: true },
      __wrapped__: { value: fn },
    });
    coroutines.add(wrapper);
    return wrapper;
  };
  return (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown =>
    decorateMethod(wrap, misplaced, target, context, descriptor);
}
