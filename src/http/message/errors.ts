/**
 * What can go wrong on a connection. A `ProtocolError` is somebody's fault: `RemoteProtocolError` the peer's (answered with
 * `status`, logged at info), `LocalProtocolError` the caller's (thrown at the call site).
 */
import { LandspoutError } from "../../errors.ts";

export abstract class ProtocolError extends LandspoutError {
  /** The status a server answers with. */
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(code, message);
    this.status = status;
  }
}

/** The peer broke the protocol. */
export class RemoteProtocolError extends ProtocolError {}

/** The peer went over a limit; `limit` is its value. */
export class LimitError extends RemoteProtocolError {
  readonly limit: number;

  constructor(code: string, message: string, status: number, limit: number) {
    super(code, message, status);
    this.limit = limit;
  }
}

/** The peer was too slow. `phase`: which wait ended. */
export class RequestTimeoutError extends RemoteProtocolError {
  readonly phase: "head" | "body";

  constructor(phase: "head" | "body", message: string) {
    super("ERR_LANDSPOUT_REQUEST_TIMEOUT", message, 408);
    this.phase = phase;
  }
}

/** The server is being shut down: why `shutdownSignal` was aborted. */
export class ServerShutdownError extends ProtocolError {
  constructor() {
    super("ERR_LANDSPOUT_SHUTDOWN", "The server is being shut down.", 503);
  }
}

/** The answer a program tried to send is not one: headers twice, more content than promised. */
export class LocalProtocolError extends ProtocolError {
  constructor(code: string, message: string) {
    super(code, message, 500);
  }
}
