/** How a handler's response ends: complete, cut off, or with the plain page that needs nothing of the program's. */
import { expectLate } from "./late-calls.ts";
import { sendPlainPage } from "../answer/send-whole.ts";
import type { HandlerState } from "./state.ts";

/** The response is complete, or will never be. */
export function ended(state: HandlerState): void {
  if (state.over) return;
  state.over = true;
  if (state.onResponded === undefined) state.application.requestFinished(state.handler);
  else state.onResponded();
}

/** Ends a response that can no longer become whole: the client must not take what it has for all of it. */
export function cut(state: HandlerState): void {
  state.done = true;
  state.request.connection.destroy();
  ended(state);
}

/** Ends a request whose error page has failed, or (`silently`) whose client has left; calls no code of the program's for it. */
export function giveUp(state: HandlerState, silently = false): void {
  if (state.over) return;
  const { connection } = state.request;
  if (silently) expectLate(state);
  if (silently || connection.started) return cut(state);
  state.done = state.sent = true;
  state.status = 500;
  sendPlainPage(connection);
  ended(state);
}
