/** Those who wait for the socket of one connection: until it is no longer congested, or until nothing refers to bytes they lent. */
import { StreamClosedError } from "../net/errors.ts";

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export class SocketWaits {
  #congested: Waiting[] = [];
  readonly #lenders = new Set<Waiting>();
  #closed: StreamClosedError | undefined = undefined;

  /** Resolves when output is below the high-water mark; rejects when the connection closes first. */
  drained(): Promise<void> {
    return this.#wait((waiting) => this.#congested.push(waiting));
  }

  /** Resolves when `done`, which `begin` is given, is called; undefined where `begin` says that nobody has to wait. */
  released(begin: (done: () => void) => boolean): Promise<void> | undefined {
    let over = false;
    let settle = (): void => void (over = true);
    if (begin(() => settle()) || over) return undefined;
    return this.#wait((waiting) => {
      this.#lenders.add(waiting);
      settle = () => {
        this.#lenders.delete(waiting);
        waiting.resolve();
      };
    });
  }

  #wait(add: (waiting: Waiting) => void): Promise<void> {
    const closed = this.#closed;
    const promise = new Promise<void>((resolve, reject) => {
      if (closed === undefined) add({ resolve, reject });
      else reject(closed);
    });
    // Who does not wait for the socket need not hear that it closed.
    promise.catch(() => undefined);
    return promise;
  }

  /** Output is below the high-water mark. */
  drain(): void {
    const waiting = this.#congested;
    this.#congested = [];
    for (const one of waiting) one.resolve();
  }

  close(error: Error | undefined): void {
    const closed = (this.#closed ??= new StreamClosedError(error));
    for (const one of [...this.#congested, ...this.#lenders]) one.reject(closed);
    this.#congested = [];
    this.#lenders.clear();
  }
}
