/** How whoever answers a request hears that the server is being shut down: by a call, by a signal. Made only for who asks. */
import { ServerShutdownError } from "./message/errors.ts";

export class ShutdownNotice {
  callback: (() => unknown) | undefined = undefined;
  #notified = false;
  #controller: AbortController | undefined = undefined;

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }
  abort(): void {
    (this.#controller ??= new AbortController()).abort(new ServerShutdownError());
  }

  /** Tells it once. Returns what the callback does; may throw. */
  notify(): unknown {
    if (this.#notified) return undefined;
    this.#notified = true;
    this.#controller?.abort(new ServerShutdownError());
    return this.callback?.();
  }
}
