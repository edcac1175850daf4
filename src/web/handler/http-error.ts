/** Exceptions a handler throws to end a request (Tornado's `HTTPError`, `MissingArgumentError`, `Finish`). */
import { LandspoutError } from "../../errors.ts";
import { anything, checkOptions, object, text } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import { checkStatus, reasonPhrase } from "../../http/message/status.ts";

export interface HTTPErrorOptions {
  /** For the log only, never for the client. */
  logMessage?: string;
  /** Reason phrase; default: the standard one. */
  reason?: string;
  /** Header fields of the error answer. */
  headers?: { readonly [name: string]: string | number | Date };
  /** What led to it; for the log only. */
  cause?: unknown;
}

const OPTIONS: OptionTable<HTTPErrorOptions> = { logMessage: text, reason: text, headers: object, cause: anything };

/**
 * Ends the request with an error page.
 *
 * @example
 * throw new HTTPError(404);
 * throw new HTTPError(409, "the version has changed");   // the text goes to the log
 */
export class HTTPError extends LandspoutError {
  readonly status: number;
  readonly reason: string | undefined;
  readonly logMessage: string | undefined;
  readonly headers: { readonly [name: string]: string | number | Date };

  /**
   * @param status A number, 100 to 999. Default 500.
   * @param options Or the text for the log alone.
   * @throws UsageError on a status that is none, and on an unknown option.
   */
  constructor(status = 500, options: string | HTTPErrorOptions = {}) {
    checkStatus(status);
    if (typeof options !== "string") checkOptions("HTTPError", options, OPTIONS);
    const { logMessage, reason, headers, cause } = typeof options === "string" ? { logMessage: options } : options;
    const text = `HTTP ${status}: ${reason ?? reasonPhrase(status)}${logMessage === undefined ? "" : ` (${logMessage})`}`;
    super("ERR_LANDSPOUT_HTTP_ERROR", text, cause === undefined ? {} : { cause });
    this.status = status;
    this.reason = reason;
    this.logMessage = logMessage;
    this.headers = headers ?? {};
  }
}

/** A required argument is missing: 400. */
export class MissingArgumentError extends HTTPError {
  readonly argument: string;

  constructor(argument: string) {
    super(400, `Missing argument ${argument}`);
    this.argument = argument;
  }
}

/** Ends the request with what has been written so far, and this; not an error, nothing is logged. */
export class Finish extends LandspoutError {
  readonly chunk: string | Uint8Array | object | undefined;

  constructor(chunk?: string | Uint8Array | object) {
    super("ERR_LANDSPOUT_FINISH", "the request is finished");
    this.chunk = chunk;
  }
}
