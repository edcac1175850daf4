/** What became of a promise by now. */

/** A turn of the loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether a promise is settled once all microtasks have run. */
export async function isSettled(promise: PromiseLike<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  await turn();
  return settled;
}

/** What a promise rejects with; fails if it does not. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`resolved with ${String(value)}`);
}

export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** The code of what a call throws. */
export function thrownCode(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return codeOf(error);
  }
  throw new Error("nothing was thrown");
}

/** Short waits of tests that are about waits running out. */
export const SHORT = { milliseconds: 5 };
