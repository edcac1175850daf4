/**
 * The error of everything that has a time limit: `IOLoop.runSync`, `withTimeout`, waits on locks and queues, connects. One class
 * for all of them, as in Tornado since 5.0, so that one `catch` is enough. Knows nothing of what was waited for.
 */
import { LandspoutError } from "../errors.ts";

/** The time limit ran out first. The message names the operation and the limit in seconds. */
export class TimeoutError extends LandspoutError {
  constructor(message: string = "Operation timed out", options?: { cause?: unknown }) {
    super("ERR_LANDSPOUT_TIMEOUT", message, options);
  }
}
