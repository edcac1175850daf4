/** Those who wait until the socket has taken what was sent. Made only where somebody waits. */
import { WebSocketClosedError } from "./errors.ts";

export class Drains {
  readonly #waiting: { resolve(): void; reject(error: Error): void }[] = [];

  wait(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // Who does not wait for the socket need not hear that it closed.
    promise.catch(() => undefined);
    return promise;
  }
  done(): void {
    for (const each of this.#waiting) each.resolve();
  }
  closed(): void {
    for (const each of this.#waiting) each.reject(new WebSocketClosedError());
  }
}
