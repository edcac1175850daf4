/** Start lines of messages as text (RFC 9112 §3, §4), for programs and tests. Connections read theirs with the parser. */
import { RemoteProtocolError } from "./errors.ts";
import type { RequestStartLine, ResponseStartLine } from "./interfaces.ts";

const malformed = (line: string): RemoteProtocolError =>
  new RemoteProtocolError("ERR_LANDSPOUT_START_LINE", `${JSON.stringify(line.slice(0, 200))} is not a start line`, 400);

/**
 * request-line = method SP request-target SP HTTP-version
 * @throws RemoteProtocolError (400) on anything else.
 */
export function parseRequestStartLine(line: string): RequestStartLine {
  const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) (HTTP\/1\.[0-9])$/.exec(line);
  const [, method, path, version] = match ?? [];
  if (method === undefined || path === undefined || version === undefined) throw malformed(line);
  return { method, path, version };
}

/**
 * status-line = HTTP-version SP status-code SP [ reason-phrase ]
 * @throws RemoteProtocolError (400) on anything else.
 */
export function parseResponseStartLine(line: string): ResponseStartLine & { readonly version: string } {
  const match = /^(HTTP\/1\.[0-9]) ([0-9]{3}) ([\t\x20-\x7e\x80-\xff]*)$/.exec(line);
  const [, version, code, reason] = match ?? [];
  if (version === undefined || code === undefined || reason === undefined) throw malformed(line);
  return { version, code: Number(code), reason };
}
