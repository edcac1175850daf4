/**
 * What the rest of this room does with a Future beyond its public methods; filled by the class, which keeps all of it private. A Future is an
 * `object` here, since the class stands on this file.
 */

/** Takes an exception that no code has asked for; false: it is to be logged. */
export type UnseenHandler = (error: unknown) => boolean;

export interface FutureInternals {
  /** 0 pending, 1 there is a result, 2 an exception, 3 cancelled. */
  stateOf(future: object): number;
  /** The result or the exception of a Future that is done, which counts as looked at from now on. */
  see(future: object): unknown;
  /** Whether any code has asked for the result. */
  isSeen(future: object): boolean;
  /** `setException`, with a handler for an exception that no code asks for. */
  fail(future: object, error: unknown, onUnseen: UnseenHandler | undefined): void;
}

export const internals: FutureInternals = {} as FutureInternals;
