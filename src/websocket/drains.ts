/** Those who wait until the socket has taken what was sent: one promise for all of them. Made only where somebody waits. */
import { WebSocketClosedError } from "./errors.ts";

export class Drains {
  #resolve: (() => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  #promise: Promise<void> | undefined = undefined;

  wait(): Promise<void> {
    return (this.#promise ??= this.#make());
  }
  #make(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not wait for the socket need not hear that it closed.
    promise.catch(() => undefined);
    return promise;
  }
  done(): void {
    this.#resolve?.();
  }
  closed(): void {
    this.#reject?.(new WebSocketClosedError());
  }
}
