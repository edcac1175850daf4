/** What a caller of a WebSocket can do wrong, or be too late for. */
import { LandspoutError } from "../errors.ts";

export class WebSocketError extends LandspoutError {}

/** The connection is closed, or closing: nothing can be sent any more. */
export class WebSocketClosedError extends WebSocketError {
  constructor(cause?: unknown) {
    super("ERR_LANDSPOUT_WEBSOCKET_CLOSED", "The WebSocket is closed", cause === undefined ? {} : { cause });
  }
}
