import { logFailure } from "../user-code.ts";
import { bound } from "./context.ts";
import { guardCallback } from "./stack-context/frames.ts";

/** Who wants to know, besides its owner, that a connection is over. Made only where somebody does. */
export class CloseListeners {
  readonly #listeners = new Set<() => void>();

  /** It is called in the context of this call. The result takes it back. */
  add(listener: () => void): () => void {
    const here = bound(() => callListener(listener));
    this.#listeners.add(here);
    return () => void this.#listeners.delete(here);
  }
  /** Calls each, whatever the others do. */
  call(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Calls one: what it throws or rejects with is logged. */
export function callListener(listener: () => unknown): void {
  guardCallback(listener, (error) =>
    logFailure(`a close listener${listener.name === "" ? "" : `, ${listener.name}`}`, error),
  );
}

/** What takes a listener back that was called at once. */
export const nothing = (): void => undefined;
