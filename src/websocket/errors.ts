/** What a caller of a WebSocket can do wrong, or be too late for. */
import { LandspoutError } from "../errors.ts";
import type { HTTPHeaders } from "../http/message/headers.ts";

export class WebSocketError extends LandspoutError {}

/** The WebSocket, or the event stream, is closed or closing: nothing can be sent any more. */
export class WebSocketClosedError extends WebSocketError {
  constructor(cause?: unknown, what: string = "WebSocket") {
    super("ERR_LANDSPOUT_WEBSOCKET_CLOSED", `The ${what} is closed`, cause === undefined ? {} : { cause });
  }
}

/**
 * What a call that sends returns once it is too late: a rejected promise for those who await it. Nobody has to: a client may leave at any
 * moment, and that must not end a loop over many, or the process.
 */
export function rejectedAsClosed(what?: string): Promise<void> {
  const rejected = Promise.reject(new WebSocketClosedError(undefined, what));
  rejected.catch(() => undefined);
  return rejected;
}

/** `websocketConnect`: what answered does not open a WebSocket. Where it was an HTTP answer, `status` and `headers` are those. */
export class WebSocketHandshakeError extends WebSocketError {
  readonly status: number | undefined;
  readonly headers: HTTPHeaders | undefined;

  constructor(
    code: string,
    message: string,
    { status, headers, cause }: { status?: number; headers?: HTTPHeaders; cause?: unknown } = {},
  ) {
    super(code, message, cause === undefined ? {} : { cause });
    this.status = status;
    this.headers = headers;
  }
}
