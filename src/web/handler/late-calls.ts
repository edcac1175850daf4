/**
 * Calls that come after the answer of a handler has ended, mostly because an `await` was forgotten. They have no effect. Nothing is thrown:
 * nobody waits for a function that was not awaited, and its rejection would end the process.
 */
import { loggers } from "../../log.ts";
import type { HandlerOutput } from "./output.ts";

/** One record for each request: a loop that goes on writing must not fill the log. */
const told = new WeakSet<HandlerOutput>();

/** The client has left: late calls are no mistake. */
export function expectLate(handler: HandlerOutput): void {
  told.add(handler);
}

/** Logs a call that is ignored, once for each request; with the setting `debug`, where it came from. Nothing is logged where the client has left. */
export function ignoreLate(handler: HandlerOutput, call: string): true {
  const { request, application } = handler;
  if (told.has(handler) || request.connection.lost) return true;
  told.add(handler);
  const name = handler.constructor.name === "" ? "(anonymous)" : handler.constructor.name;
  const text =
    `${call}() after finish() in ${name}, ${request.method} ${request.uri} (${request.remoteIp}): ignored. ` +
    "Is an await missing?";
  loggers.application.warn(application.settings.debug === true ? `${text}\n${callers()}` : text);
  return true;
}

/** The stack without the frames of this file and of the call that is named already. */
function callers(): string {
  const lines = (new Error("late call").stack ?? "").split("\n").slice(1);
  const first = lines.findLastIndex((line) => /[/\\]web[/\\](?:late-calls|handler-output)\.[jt]s/.test(line));
  return lines.slice(first + 1).join("\n");
}
