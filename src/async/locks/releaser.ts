/** What `acquire` gives: a function that gives back what was acquired, once. */
import { chainFuture } from "../concurrent/future-functions.ts";
import { Future } from "../concurrent/future.ts";

/** Call it, call its `release`, or let `using` do it; only the first time counts. */
export interface Releaser extends Disposable {
  (): void;
  release(): void;
}

/** @param release Called at most once. */
export function makeReleaser(release: () => void): Releaser {
  let released = false;
  const releaser = (() => {
    if (released) return;
    released = true;
    release();
  }) as Releaser;
  releaser.release = releaser;
  releaser[Symbol.dispose] = releaser;
  return releaser;
}

/** Calls a function while something is held. A failure that no code asks for is logged. */
export function runWith<T>(acquiring: Promise<Releaser>, call: () => T | PromiseLike<T>): Promise<T> {
  const future = new Future<T>();
  chainFuture(runHolding(acquiring, call), future);
  return future;
}

async function runHolding<T>(acquiring: Promise<Releaser>, call: () => T | PromiseLike<T>): Promise<T> {
  const release = await acquiring;
  try {
    return await call();
  } finally {
    release();
  }
}
