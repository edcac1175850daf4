/**
 * What becomes of a failure in a handler: one log record, and, where the request is still open, its error page. Every step on that way
 * may fail again (`logException`, `sendError`, `writeError`, `finish` are the program's to override); the last one calls nothing of the
 * program's. Nothing here throws, so that a caller need not look after the request any more.
 */
import { ProtocolError, RemoteProtocolError, ServerShutdownError } from "../../http/message/errors.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { describeError, loggers } from "../../log.ts";
import { caught, guard, watch } from "../../user-code.ts";
import { internals } from "./internals.ts";
import { HTTPError } from "./http-error.ts";
import type { RequestHandler } from "./request-handler.ts";

/** Handler class and hook of the failure that is being logged. */
const failing = new WeakMap<object, string>();
/** What was logged last for a handler: a promise of a failed answer may be awaited, and thrown on, by the method that called `finish`. */
const logged = new WeakMap<object, { readonly error: unknown }>();

export const summary = ({ request }: RequestHandler): string =>
  `${request.method} ${request.uri} (${request.remoteIp})`;

/**
 * Logs what a handler threw: an HTTPError in one line, and only if it has a text for the log; others with their stack. `hook` is
 * named where the failure came this way (see `logFailed`).
 */
export function logUncaught(handler: RequestHandler, error: unknown): void {
  const where = failing.get(handler);
  if (error instanceof HTTPError) {
    if (error.logMessage !== undefined)
      loggers.general.warn(`${error.status} ${summary(handler)}: ${error.logMessage}`);
  } else if (error instanceof RemoteProtocolError || error instanceof ServerShutdownError) {
    loggers.general.info(`${error.status} ${summary(handler)}: ${error.message}`);
  } else {
    const hook = where === undefined ? "" : ` in ${where}`;
    loggers.application.error(`Uncaught exception ${summary(handler)}${hook}\n${describeError(error)}`);
  }
}

/** Writes the one record of a failure, through the handler's own `logException`. */
export function logFailed(handler: RequestHandler, thrown: unknown, hook: string, handlerClass?: string): void {
  const error = caught(thrown);
  const last = logged.get(handler);
  if (last !== undefined && Object.is(last.error, error)) return;
  logged.set(handler, { error });
  const name = handlerClass ?? handler.constructor.name;
  const where = `${name === "" ? "(anonymous)" : name}.${hook}`;
  failing.set(handler, where);
  guard(
    () => handler.logException(error),
    (second) => {
      failing.set(handler, where);
      logUncaught(handler, error);
      failing.set(handler, `${name}.logException`);
      logUncaught(handler, caught(second));
      failing.delete(handler);
    },
  );
  failing.delete(handler);
}

/** The record of an error page that comes after the head of the answer, where the error itself has none: a response is cut for it. */
export function logCut(handler: RequestHandler, status: number, options: { readonly error?: unknown }): void {
  if (handler.request.connection.lost) return;
  // `undefined` can be thrown, too, and then has its record.
  const { error } = options;
  if ("error" in options && !(error instanceof HTTPError && error.logMessage === undefined)) return;
  loggers.general.error(
    `Cannot send the error page ${status} after the header has been sent: ${summary(handler)} is cut off`,
  );
}

/** Whether a failure only says that the client has left, which is no error. The signal has told the handler, which gives up. */
export const hasLeft = (handler: RequestHandler, error: unknown): boolean =>
  error instanceof StreamClosedError && handler.request.connection.left;

/** Logs a failure, and answers the request with its error page; cuts the connection where the answer has begun. */
export function failRequest(handler: RequestHandler, thrown: unknown, hook: string, handlerClass?: string): void {
  const error = caught(thrown);
  if (hasLeft(handler, error)) return internals.giveUp(handler, true);
  logFailed(handler, error, hook, handlerClass);
  if (handler.finished) return;
  const status = error instanceof HTTPError || error instanceof ProtocolError ? error.status : 500;
  attempt(handler, () => handler.sendError(status, { error }), "sendError", lastResort);
}

/** The error page has failed, too: logs that, and ends the request without it. */
export function lastResort(handler: RequestHandler, thrown: unknown, hook: string): void {
  logFailed(handler, thrown, hook);
  internals.giveUp(handler);
}

/** Ends a request as `finish` does, where nothing waits for it. */
export function endRequest(handler: RequestHandler, chunk?: string | Uint8Array | object): void {
  attempt(handler, () => handler.finish(chunk), "finish", failRequest);
}
/** Ends the error page, if that has not ended the request itself. */
export function endErrorPage(handler: RequestHandler): void {
  if (!handler.finished) attempt(handler, () => handler.finish(), "finish", lastResort);
}

type OnFailure = (handler: RequestHandler, error: unknown, hook: string) => void;

function attempt(handler: RequestHandler, call: () => unknown, hook: string, failed: OnFailure): void {
  guard(call, (error) => failed(handler, error, hook));
}

/** Sees to what a hook returned where the type says void: a rejection fails its request. */
export function watchHook(handler: RequestHandler, result: unknown, hook: string): void {
  watch(result, (error) => failRequest(handler, error, hook));
}
