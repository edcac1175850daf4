/**
 * Start lines of messages as text (RFC 9112 §3, §4), for programs and tests. Connections read theirs with the head, by the same
 * grammar.
 */
import * as abi from "../../parser/abi.ts";
import { parseError } from "../../parser/errors.ts";
import { readRequestLine, readStatusLine } from "../../parser/start-line.ts";
import type { StartLineResult } from "../../parser/start-line.ts";
import { RemoteProtocolError } from "./errors.ts";

/** The request line: method and target as sent, version as `"HTTP/1.1"`. */
export interface RequestStartLine {
  readonly method: string;
  readonly path: string;
  readonly version: string;
}

/** The status line: code and reason phrase. */
export interface ResponseStartLine {
  readonly code: number;
  readonly reason: string;
}

function malformed(line: string, code = "ERR_LANDSPOUT_START_LINE", why = "", status = 400): RemoteProtocolError {
  return new RemoteProtocolError(
    code,
    `${JSON.stringify(line.slice(0, 200))} is not a start line. ${why}`.trim(),
    status,
  );
}

/** The parts of a line, by the slots of the result table where they begin and end. */
function read(line: string, reader: typeof readRequestLine): StartLineResult["part"] {
  // A line has no line end, nor what is no byte.
  // oxlint-disable-next-line no-control-regex
  if (/[\r\n]|[^\x00-\xff]/.test(line)) throw malformed(line);
  const { result, part } = reader(line);
  if (result < 0) {
    const { code, message, status } = parseError(-result);
    throw malformed(line, code, message, status);
  }
  if (result === 0) throw malformed(line);
  return part;
}

/**
 * request-line = method SP request-target SP HTTP-version
 * @throws RemoteProtocolError with the parser's code on anything else.
 */
export function parseRequestStartLine(line: string): RequestStartLine {
  const part = read(line, readRequestLine);
  return {
    method: part(abi.T_METHOD_START, abi.T_METHOD_END),
    path: part(abi.T_TARGET_START, abi.T_TARGET_END),
    version: line.slice(line.lastIndexOf(" ") + 1),
  };
}

/**
 * status-line = HTTP-version SP status-code SP [ reason-phrase ]
 * @throws RemoteProtocolError with the parser's code on anything else.
 */
export function parseResponseStartLine(line: string): ResponseStartLine & { readonly version: string } {
  const part = read(line, readStatusLine);
  const [version = "", code = ""] = line.split(" ", 2);
  return { version, code: Number(code), reason: part(abi.T_REASON_START, abi.T_REASON_END) };
}
