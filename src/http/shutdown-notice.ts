/** How whoever answers a request hears that the server is being shut down: by a call, by a signal. Made only for who asks. */
import { ServerShutdownError } from "./errors.ts";
import { describeError, loggers } from "../log.ts";

export class ShutdownNotice {
  callback: (() => void) | undefined = undefined;
  #told = false;
  #controller: AbortController | undefined = undefined;

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }
  abort(): void {
    (this.#controller ??= new AbortController()).abort(new ServerShutdownError());
  }

  /** Tells it once. */
  tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#controller?.abort(new ServerShutdownError());
    try {
      this.callback?.();
    } catch (error) {
      loggers.application.error(`Uncaught exception at shutdown\n${describeError(error)}`);
    }
  }
}
