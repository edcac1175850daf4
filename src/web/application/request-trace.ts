/** What travels on the channels `landspout.request`, and which handler it belongs to. */
import { requestChannels } from "../../diagnostics.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import type { HandlerState } from "../handler/state.ts";
import type { RequestHandler } from "../handler/request-handler.ts";

/** One request on its way. The same object on all channels: what a listener adds to it, later ones see. */
export interface RequestTrace {
  readonly request: HTTPServerRequest;
  /** Undefined before it has been made. */
  handler: RequestHandler | undefined;
  /** What was thrown, where something was. */
  error: unknown;
}

export function beginTrace(trace: RequestTrace, state: HandlerState): void {
  trace.handler = state.handler;
  state.trace = trace;
}

/** The answer is complete. */
export function endTrace({ trace }: HandlerState): void {
  if (trace !== undefined) requestChannels.asyncEnd.publish(trace);
}
