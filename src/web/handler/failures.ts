/**
 * What becomes of a failure in a handler: one log record, and, where the request is still open, its error page. Every step on that way
 * may fail again (`logException`, `sendError`, `writeError`, `finish` are the program's to override); the last one calls nothing of the
 * program's. Nothing here throws, so that a caller need not look after the request any more.
 */
import { requestChannels } from "../../diagnostics.ts";
import { LandspoutError } from "../../errors.ts";
import { ProtocolError, RemoteProtocolError, ServerShutdownError } from "../../http/message/errors.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { describeError, loggers } from "../../log.ts";
import { caught, guard, watch } from "../../user-code.ts";
import { giveUp } from "./ending.ts";
import type { HandlerState } from "./state.ts";
import { Finish, HTTPError } from "./http-error.ts";

export const summary = ({ request }: HandlerState): string => `${request.method} ${request.uri} (${request.remoteIp})`;

/**
 * Logs what a handler threw: an HTTPError in one line, and only if it has a text for the log; others with their stack. `hook` is
 * named where the failure came this way (see `logFailed`).
 */
export function logUncaught(state: HandlerState, error: unknown): void {
  const where = state.rare.failing;
  if (error instanceof HTTPError) {
    if (error.logMessage !== undefined) loggers.general.warn(`${error.status} ${summary(state)}: ${error.logMessage}`);
  } else if (error instanceof RemoteProtocolError || error instanceof ServerShutdownError) {
    loggers.general.info(`${error.status} ${summary(state)}: ${error.message}`);
  } else {
    const hook = where === undefined ? "" : ` in ${where}`;
    loggers.application.error(`Uncaught exception ${summary(state)}${hook}\n${describeError(error)}`);
  }
}

/** Writes the one record of a failure, through the handler's own `logException`. */
export function logFailed(state: HandlerState, thrown: unknown, hook: string, handlerClass?: string): void {
  const error = caught(thrown);
  const last = state.rare.logged;
  if (last !== undefined && Object.is(last.error, error)) return;
  state.rare.logged = { error };
  const { handler } = state;
  const name = handlerClass ?? handler.constructor.name;
  const where = `${name === "" ? "(anonymous)" : name}.${hook}`;
  state.rare.failing = where;
  guard(
    () => handler.logException(error),
    (second) => {
      state.rare.failing = where;
      logUncaught(state, error);
      state.rare.failing = `${name}.logException`;
      logUncaught(state, caught(second));
      state.rare.failing = undefined;
    },
  );
  state.rare.failing = undefined;
}

/** The record of an error page that comes after the head of the answer, where the error itself has none: a response is cut for it. */
export function logCut(state: HandlerState, status: number, options: { readonly error?: unknown }): void {
  if (state.request.connection.lost) return;
  // `undefined` can be thrown, too, and then has its record.
  const { error } = options;
  if ("error" in options && !(error instanceof HTTPError && error.logMessage === undefined)) return;
  loggers.general.error(
    `Cannot send the error page ${status} after the header has been sent: ${summary(state)} is cut off`,
  );
}

/** Whether a failure only says that the client has left, which is no error. The signal has told the handler, which gives up. */
const hasLeft = (state: HandlerState, error: unknown): boolean =>
  error instanceof StreamClosedError && state.request.connection.left;

/** Functions of node:* that take a signal throw an AbortError, whose cause is why it was aborted. */
const abortReason = (error: unknown): unknown =>
  error instanceof Error && error.name === "AbortError" && error.cause instanceof LandspoutError ? error.cause : error;

/** What becomes of a request for which the program has thrown something: `Finish` ends it, all else is a failure. Does not throw. */
export function failByThrown(state: HandlerState, thrown: unknown, hook: string, handlerClass?: string): void {
  const error = abortReason(caught(thrown));
  if (error instanceof Finish) {
    if (!state.handler.finished) endRequest(state, error.chunk);
    return;
  }
  if (state.trace !== undefined && !hasLeft(state, error)) {
    state.trace.error = error;
    requestChannels.error.publish(state.trace);
  }
  failRequest(state, error, hook, handlerClass);
}

/** Logs a failure, and answers the request with its error page; cuts the connection where the answer has begun. */
export function failRequest(state: HandlerState, thrown: unknown, hook: string, handlerClass?: string): void {
  const error = caught(thrown);
  if (hasLeft(state, error)) return giveUp(state, true);
  logFailed(state, error, hook, handlerClass);
  if (state.handler.finished) return;
  const status = error instanceof HTTPError || error instanceof ProtocolError ? error.status : 500;
  attempt(state, () => state.handler.sendError(status, { error }), "sendError", lastResort);
}

/** The error page has failed, too: logs that, and ends the request without it. */
export function lastResort(state: HandlerState, thrown: unknown, hook: string): void {
  logFailed(state, thrown, hook);
  giveUp(state);
}

/** Ends a request as `finish` does, where nothing waits for it. */
export function endRequest(state: HandlerState, chunk?: string | Uint8Array | object): void {
  attempt(state, () => state.handler.finish(chunk), "finish", failRequest);
}
/** Ends the error page, if that has not ended the request itself. */
export function endErrorPage(state: HandlerState): void {
  if (!state.handler.finished) attempt(state, () => state.handler.finish(), "finish", lastResort);
}

type OnFailure = (state: HandlerState, error: unknown, hook: string) => void;

function attempt(state: HandlerState, call: () => unknown, hook: string, failed: OnFailure): void {
  guard(call, (error) => failed(state, error, hook));
}

/** Sees to what a hook returned where the type says void: a rejection fails its request. */
export function watchHook(state: HandlerState, result: unknown, hook: string): void {
  watch(result, (error) => failRequest(state, error, hook));
}
