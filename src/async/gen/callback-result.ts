/** What a callback was called with, as one value. */
import { loggers } from "../../log.ts";
import type { Future } from "../concurrent/future.ts";

/** What a callback was called with that got more than one value. */
export class Arguments {
  readonly args: readonly unknown[];
  constructor(args: readonly unknown[]) {
    this.args = args;
  }
}

/**
 * A callback that sets a Future. Called with nothing: undefined. With an Error first: the exception. With null or undefined and one more, as
 * Node's and the streams' are: that one. With one value: that. With more: `Arguments`. A second call is logged and has no effect.
 * @param owner What the callback belongs to, for the log.
 */
export function callbackFor(future: Future<never>, owner: string): (...args: unknown[]) => void {
  return (...args) => {
    if (future.done()) {
      if (!future.cancelled()) loggers.application.warn(`The callback of ${owner} was called again: ignored`);
      return;
    }
    const [first] = args;
    if (first instanceof Error) future.setException(first);
    else future.setResult(resultOf(args) as never);
  };
}

function resultOf(args: readonly unknown[]): unknown {
  const [first, second] = args;
  if (args.length < 2) return first;
  return args.length === 2 && (first === undefined || first === null) ? second : new Arguments(args);
}
