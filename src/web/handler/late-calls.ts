/**
 * Calls that come after the answer of a handler has ended, mostly because an `await` was forgotten. They have no effect. Nothing is thrown:
 * nobody waits for a function that was not awaited, and its rejection would end the process.
 */
import { loggers } from "../../log.ts";
import type { HandlerState } from "./state.ts";

/** The client has left: late calls are no mistake. */
export function expectLate(state: HandlerState): void {
  state.rare.lateLogged = true;
}

/**
 * Logs a call that is ignored, once for each request, since a loop that goes on writing must not fill the log; with the setting `debug`,
 * where it came from. Nothing is logged where the client has left.
 */
export function ignoreLate(state: HandlerState, call: string): true {
  const { handler, request, application } = state;
  if (state.rare.lateLogged || request.connection.lost) return true;
  state.rare.lateLogged = true;
  const name = handler.constructor.name === "" ? "(anonymous)" : handler.constructor.name;
  const text =
    `${call}() after finish() in ${name}, ${request.method} ${request.uri} (${request.remoteIp}): ignored. ` +
    "Is an await missing?";
  loggers.application.warn(application.settings.debug === true ? `${text}\n${callers()}` : text);
  return true;
}

/** The stack without the frames of this package that it begins with. */
function callers(): string {
  const lines = (new Error("late call").stack ?? "").split("\n").slice(1);
  const first = lines.findIndex((line) => !OWN_FRAME.test(line));
  return lines.slice(Math.max(first, 0)).join("\n");
}
/** Of the files with the methods of a handler, and those that they call. */
const OWN_FRAME =
  /[/\\]web[/\\](?:handler[/\\])?(?:late-calls|response|(?:handler-)?output|error-page|request-handler)\.[jt]s/;
