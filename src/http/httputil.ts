/** `landspout/httputil`: the value types and interfaces of HTTP that programs use by themselves. */
export { decodeArgument, parseBodyArguments, parseQueryArguments } from "./arguments.ts";
export type { ArgumentMap } from "./arguments.ts";
export { parseCookies } from "./cookies.ts";
export { httpDate } from "./date.ts";
export { LimitError, LocalProtocolError, ProtocolError, RemoteProtocolError, RequestTimeoutError } from "./errors.ts";
export { HTTPHeaders } from "./headers.ts";
export type { HeaderValue } from "./headers.ts";
export type {
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
  ResponseStartLine,
} from "./interfaces.ts";
export { HTTPServerRequest } from "./request.ts";
export { reasonPhrase } from "./status.ts";
