/** How an error page is sent: through `clear`, `setStatus` and `writeError`, which a program may override, and which may fail again. */
import { UsageError } from "../../errors.ts";
import { anything, checkOptions, text } from "../../options-check.ts";
import { isPromiseLike } from "../../user-code.ts";
import { cut } from "./ending.ts";
import { endErrorPage, logCut, logFailed, watchHook } from "./failures.ts";
import { HTTPError } from "./http-error.ts";
import { isLate } from "./response.ts";
import type { HandlerState } from "./state.ts";

export interface SendErrorOptions {
  /** Reason phrase; default: the standard one. */
  reason?: string;
  /** What was thrown. Never shown to the client, unless the setting `serveTraceback` is on. */
  error?: unknown;
}

const SEND_ERROR_OPTIONS = { reason: text, error: anything };

export function sendError(state: HandlerState, status: number, options: SendErrorOptions): void {
  const { handler } = state;
  if (isLate(state, "sendError") || handler.finished) return;
  if (handler.headersWritten) {
    logCut(state, status, options);
    cut(state);
    return;
  }
  checkOptions<SendErrorOptions>("sendError", options, SEND_ERROR_OPTIONS);
  const { error } = options;
  let sent = status;
  try {
    watchHook(state, handler.clear(), "clear");
    if (status < 200)
      throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `${status} is not a status for an error page: use 200 to 999`);
    const reason = options.reason ?? (error instanceof HTTPError ? error.reason : undefined);
    watchHook(state, handler.setStatus(status, reason), "setStatus");
    if (error instanceof HTTPError)
      for (const [name, value] of Object.entries(error.headers))
        watchHook(state, handler.setHeader(name, value), "setHeader");
  } catch (failure) {
    logFailed(state, failure, "sendError");
    state.reset();
    watchHook(state, handler.setStatus((sent = 500)), "setStatus");
  }
  try {
    const pending: unknown = handler.writeError(sent, options);
    if (isPromiseLike(pending)) {
      Promise.resolve(pending).then(
        () => endErrorPage(state),
        (failure: unknown) => pageFailed(state, failure),
      );
      return;
    }
  } catch (failure) {
    pageFailed(state, failure);
    return;
  }
  endErrorPage(state);
}

function pageFailed(state: HandlerState, failure: unknown): void {
  logFailed(state, failure, "writeError");
  endErrorPage(state);
}
