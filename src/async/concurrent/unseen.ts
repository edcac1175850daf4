/**
 * Exceptions of Futures that no code has asked for by the next turn of the loop: one log record each, as a promise of this package must not end
 * the process. One `setImmediate` for all of a turn.
 */
import { describeError, loggers } from "../../log.ts";
import { withoutContext } from "../context.ts";
import { internals } from "./future-internals.ts";
import type { UnseenHandler } from "./future-internals.ts";

interface Unseen {
  readonly future: object;
  readonly error: unknown;
  readonly handler: UnseenHandler | undefined;
}

let waiting: Unseen[] = [];

export function reportUnseen(future: object, error: unknown, handler: UnseenHandler | undefined): void {
  // Not in the context of the Future that happens to be the first.
  if (waiting.push({ future, error, handler }) === 1) withoutContext(() => setImmediate(report));
}

function report(): void {
  const batch = waiting;
  waiting = [];
  for (const { future, error, handler } of batch) {
    if (internals.isSeen(future) || handler?.(error) === true) continue;
    loggers.application.error(`Future exception was never retrieved\n${describeError(error)}`);
  }
}
