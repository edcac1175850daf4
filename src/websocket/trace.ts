/** What becomes known of a WebSocket outside of it: the channels of diagnostics, and a record where this side ends it. */
import { websocketChannels } from "../diagnostics.ts";
import { loggers } from "../log.ts";
import { WebSocketError } from "./errors.ts";

/** What a connection belongs to. */
export interface WebSocketOwner {
  /** The WebSocketHandler, or the WebSocketClient. */
  readonly websocket: object;
  readonly role: "server" | "client";
  /** What records call it: the path and the client's address, or where the server is. */
  readonly name: string;
}

/** The message of the channels `landspout.websocket`: one object for one WebSocket. */
export interface WebSocketTrace {
  /** A WebSocketHandler, or a WebSocketClient. */
  readonly websocket: object;
  readonly role: "server" | "client";
  /** What `onClose` is told; undefined before it is over. */
  code: number | undefined;
  reason: string | undefined;
  /** Why this side ended it: a WebSocketError, or what a hook threw. Undefined where the peer closed it, or the program. */
  error: unknown;
}

const traceOf = ({ websocket, role }: WebSocketOwner): WebSocketTrace => ({
  websocket,
  role,
  code: undefined,
  reason: undefined,
  error: undefined,
});

/** It is open. */
export function traceOpen(owner: WebSocketOwner): WebSocketTrace {
  const trace = traceOf(owner);
  websocketChannels.start.publish(trace);
  return trace;
}

/** This side ends it, `error` says why. */
export function traceError(trace: WebSocketTrace | undefined, owner: WebSocketOwner, error: unknown): WebSocketTrace {
  const whole = trace ?? traceOf(owner);
  whole.error = error;
  websocketChannels.error.publish(whole);
  return whole;
}

/** It is over. */
export function traceClosed(
  trace: WebSocketTrace | undefined,
  owner: WebSocketOwner,
  code: number,
  reason: string,
): void {
  const whole = trace ?? traceOf(owner);
  whole.code = code;
  whole.reason = reason;
  websocketChannels.asyncEnd.publish(whole);
}

/** The record of an end that this side has decided on, and the error for the channels. `code`: of the close frame; 0: without one. */
export function logEnding({ name }: WebSocketOwner, code: number, reason: string): WebSocketError {
  const how = `${code === 0 ? "cut" : `closed with ${code}`}: ${reason}`;
  loggers.general.info(`WebSocket ${name} ${how}`);
  return new WebSocketError("ERR_LANDSPOUT_WEBSOCKET_ENDED", `The WebSocket was ${how}`);
}
