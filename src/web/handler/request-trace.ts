/** What travels on the channels `landspout.request`, and which handler it belongs to. */
import { requestChannels } from "../../diagnostics.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import type { RequestHandler } from "./class-types.ts";

/** One request on its way. The same object on all channels: what a listener adds to it, later ones see. */
export interface RequestTrace {
  readonly request: HTTPServerRequest;
  /** Undefined before it has been made. */
  handler: RequestHandler | undefined;
  /** What was thrown, where something was. */
  error: unknown;
}

/** A handler's state, as far as it concerns traces. */
interface Traced {
  readonly handler: RequestHandler;
  trace: RequestTrace | undefined;
}

export function beginTrace(trace: RequestTrace, state: Traced): void {
  trace.handler = state.handler;
  state.trace = trace;
}

/** The answer is complete. */
export function endTrace({ trace }: Traced): void {
  if (trace !== undefined) requestChannels.asyncEnd.publish(trace);
}
