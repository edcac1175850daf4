/** Tornado's `return_future`: functions that take a callback as functions that give a Future. */
import { watch } from "../../user-code.ts";
import { callbackFor } from "../gen/callback-result.ts";
import { ExceptionStackContext } from "../stack-context/contexts.ts";
import { Future } from "./future.ts";

/**
 * Makes a function that gives a Future of one that takes a callback as its last argument. The Future comes to what the callback is called
 * with, as for `gen.Task`; or to the first exception of the function and the callbacks it starts.
 *
 * @example
 * const readFile = returnFuture(fs.readFile);
 * const bytes = await readFile("/etc/hosts");
 */
export function returnFuture<This, A extends unknown[], R>(
  fn: (this: This, ...args: [...A, (value: R) => void]) => unknown,
): (this: This, ...args: A) => Future<R> {
  return function (this: This, ...args: A): Future<R> {
    const future = new Future<R>();
    const fail = (error: unknown): boolean => {
      if (future.done()) return false;
      future.setException(error);
      return true;
    };
    const callback = callbackFor(future as Future<never>, `returnFuture(${fn.name})`);
    const returned = new ExceptionStackContext(fail).run(() => fn.call(this, ...args, callback));
    watch(returned, fail);
    return future;
  };
}
