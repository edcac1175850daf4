/** Who wants to know, besides its owner, that a connection is over. Made only where somebody does. */
export class CloseListeners {
  readonly #listeners = new Set<() => void>();

  /** The result takes it back. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  call(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What takes a listener back that was called at once. */
export const nothing = (): void => undefined;
