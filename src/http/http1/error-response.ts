/** What is wrong with a request, as errors, and the complete answer to one that is refused before any handler sees it. */
import { parseError } from "../../parser/errors.ts";
import { httpDate } from "../message/date.ts";
import { LimitError, RemoteProtocolError } from "../message/errors.ts";
import type { ProtocolViolation } from "./framing.ts";
import { reasonPhrase } from "../message/status.ts";

export const ERROR_CONTENT_TYPE = "text/plain; charset=UTF-8";

/** One line of text that says what was wrong, behind the status. */
export const errorText = (status: number, code: string, message: string): string =>
  `${status} ${reasonPhrase(status)}\n${message} (${code})\n`;

/** Status line, `Date`, length, `Connection: close` and one line of text that says what was wrong. */
export function errorResponseText(status: number, code: string, message: string): string {
  const reason = reasonPhrase(status);
  const body = errorText(status, code, message);
  return (
    `HTTP/1.1 ${status} ${reason}\r\nDate: ${httpDate()}\r\nContent-Type: ${ERROR_CONTENT_TYPE}\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
}

export const toProtocolError = (refused: ProtocolViolation): RemoteProtocolError =>
  new RemoteProtocolError(refused.code, refused.message, refused.status);

export const headTooLarge = (limit: number): LimitError =>
  new LimitError("ERR_LANDSPOUT_HEADER_SIZE", `The request head is larger than ${limit} bytes.`, 431, limit);

export const targetTooLong = (limit: number): LimitError =>
  new LimitError("ERR_LANDSPOUT_TARGET_LENGTH", `The request target is longer than ${limit} bytes.`, 414, limit);

/** With `strictTarget`. */
export const targetNotStrict = (): RemoteProtocolError =>
  new RemoteProtocolError(
    "ERR_LANDSPOUT_TARGET_STRICT",
    "The request target holds a byte that RFC 3986 does not allow unescaped.",
    400,
  );

/** The error of a code that a parse function returned negated. */
export function syntaxError(code: number): RemoteProtocolError {
  const entry = parseError(code);
  return new RemoteProtocolError(entry.code, entry.message, entry.status);
}
