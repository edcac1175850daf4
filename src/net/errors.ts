/** What can become of a stream (Tornado's three): it closed, a read cannot be satisfied, a buffer is full. */
import { LandspoutError } from "../errors.ts";

/** An address that was tried without success. */
export interface ConnectAttempt {
  readonly address: string;
  readonly port: number;
  readonly error: Error;
}

/** The stream is closed; `realError` (also `cause`) is why, where it was no orderly end. */
export class StreamClosedError extends LandspoutError {
  readonly realError: Error | undefined;
  /** Where no connection could be made: each address that was tried, and why it failed. */
  readonly attempts: readonly ConnectAttempt[];

  constructor(realError?: Error, attempts: readonly ConnectAttempt[] = []) {
    super("ERR_LANDSPOUT_STREAM_CLOSED", "Stream is closed", realError === undefined ? {} : { cause: realError });
    this.realError = realError;
    this.attempts = attempts;
  }
}

/** A read cannot be satisfied within its limit: the delimiter did not come in `maxBytes`. The stream closes. */
export class UnsatisfiableReadError extends LandspoutError {
  constructor(message: string) {
    super("ERR_LANDSPOUT_UNSATISFIABLE_READ", message);
  }
}

/** More would be buffered than `maxBufferSize` (reading) or `maxWriteBufferSize` (writing) allows. */
export class StreamBufferFullError extends LandspoutError {
  constructor(message: string) {
    super("ERR_LANDSPOUT_STREAM_BUFFER_FULL", message);
  }
}
