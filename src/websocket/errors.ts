/** What a caller of a WebSocket can do wrong, or be too late for. */
import { LandspoutError } from "../errors.ts";
import type { HTTPHeaders } from "../http/headers.ts";

export class WebSocketError extends LandspoutError {}

/** The connection is closed, or closing: nothing can be sent any more. */
export class WebSocketClosedError extends WebSocketError {
  constructor(cause?: unknown) {
    super("ERR_LANDSPOUT_WEBSOCKET_CLOSED", "The WebSocket is closed", cause === undefined ? {} : { cause });
  }
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
