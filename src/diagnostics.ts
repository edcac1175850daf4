/**
 * Channels of `node:diagnostics_channel` on which the package tells what it does, for tracers and metrics. Their names are those of
 * tracing channels, so that `tracingChannel("landspout.request").subscribe(…)` works; `docs/diagnostics.md` says when each is used and what
 * it carries. Where nobody listens they cost the look whether somebody does.
 */
import { channel } from "node:diagnostics_channel";
import type { Channel } from "node:diagnostics_channel";

/** The five channels of one kind of event; all carry the same object for one and the same event. */
export interface TraceChannels {
  /** It begins; stores bound to this channel (`bindStore`) hold while its synchronous part runs, and in what that starts. */
  readonly start: Channel;
  /** Its synchronous part has ended. */
  readonly end: Channel;
  /** It is over. */
  readonly asyncEnd: Channel;
  /** It has failed; the object's `error` says why. */
  readonly error: Channel;
}

const traceChannels = (name: string): TraceChannels => ({
  start: channel(`tracing:${name}:start`),
  end: channel(`tracing:${name}:end`),
  asyncEnd: channel(`tracing:${name}:asyncEnd`),
  error: channel(`tracing:${name}:error`),
});

/** `landspout.request`: from the complete request to the complete answer. */
export const requestChannels: TraceChannels = traceChannels("landspout.request");
/** `landspout.connection`: from the accepted connection to its end. */
export const connectionChannels: TraceChannels = traceChannels("landspout.connection");
/** `landspout.websocket`: from the answered handshake to the end; `error` where this side ended it, and why. */
export const websocketChannels: TraceChannels = traceChannels("landspout.websocket");
/** `landspout.client`: from the call of `fetch` to the response or the error. */
export const clientChannels: TraceChannels = traceChannels("landspout.client");
/** `landspout.parser`: `error` for every message that is refused. */
export const parserChannels: TraceChannels = traceChannels("landspout.parser");

/** Whether anybody listens to any of them. */
export const isTraced = ({ start, end, asyncEnd, error }: TraceChannels): boolean =>
  start.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers || end.hasSubscribers;
