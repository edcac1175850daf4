/** Those who wait for the socket of one connection: until it is no longer congested, or until nothing refers to bytes they lent. */
import { StreamClosedError } from "../../net/errors.ts";

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export class SocketWaits {
  /** All that wait until the output drains: one promise, however much was written meanwhile. */
  #congested: Waiting | undefined = undefined;
  #drained: Promise<void> | undefined = undefined;
  readonly #lenders = new Set<Waiting>();
  #closed: StreamClosedError | undefined = undefined;

  /** Resolves when output is below the high-water mark; rejects when the connection closes first. */
  drained(): Promise<void> {
    return (this.#drained ??= this.#wait((waiting) => (this.#congested = waiting)));
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
    this.#congested?.resolve();
    this.#congested = undefined;
    this.#drained = undefined;
  }

  close(error: Error | undefined): void {
    const closed = (this.#closed ??= new StreamClosedError(error));
    this.#congested?.reject(closed);
    for (const one of this.#lenders) one.reject(closed);
    this.#congested = undefined;
    this.#drained = undefined;
    this.#lenders.clear();
  }
}
