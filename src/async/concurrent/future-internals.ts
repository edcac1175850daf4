/** What the rest of this room does with a Future beyond its public methods; filled by the class, which keeps all of it private. */
import type { Future } from "./future.ts";
import type { UnseenHandler } from "./unseen.ts";

export interface FutureInternals {
  /** 0 pending, 1 there is a result, 2 an exception, 3 cancelled. */
  stateOf(future: Future): number;
  /** The result or the exception of a Future that is done, which counts as looked at from now on. */
  see(future: Future): unknown;
  /** Whether anyone has asked for the result. */
  isSeen(future: Future): boolean;
  /** `setException` with a handler for the case that nobody looks. */
  fail(future: Future, error: unknown, onUnseen: UnseenHandler | undefined): void;
}

export const internals: FutureInternals = {} as FutureInternals;
