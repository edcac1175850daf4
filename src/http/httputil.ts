/** `landspout/httputil`: the value types and interfaces of HTTP that programs use by themselves. */
export { decodeArgument, parseQueryArguments } from "./message/arguments.ts";
export type { ArgumentMap } from "./message/arguments.ts";
export { parseBodyArguments } from "./message/body-arguments.ts";
export { contentDisposition, MAX_DOWNLOAD_NAME_SIZE } from "./message/content-disposition.ts";
export type { DownloadOptions } from "./message/content-disposition.ts";
export { parseCookie } from "./message/cookies.ts";
export { chooseCoding, parsePreferences } from "./message/accept.ts";
export type { Preference } from "./message/accept.ts";
export { formatTimestamp, httpDate, parseHTTPDate } from "./message/date.ts";
export {
  LimitError,
  LocalProtocolError,
  ProtocolError,
  RemoteProtocolError,
  RequestTimeoutError,
  ServerShutdownError,
} from "./message/errors.ts";
export { HTTPHeaders } from "./message/headers.ts";
export type { HeaderValue } from "./message/headers.ts";
export type {
  Exchange,
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestFacts,
  RequestStartLine,
  ResponseStartLine,
  ResponseStream,
} from "./interfaces.ts";
export { HTTPFile, parseMultipartFormData } from "./message/multipart/form.ts";
export type { FileMap } from "./message/multipart/form.ts";
export { setParseBodyConfig } from "./message/multipart/options.ts";
export type { MultipartOptions, ParseBodyConfig } from "./message/multipart/options.ts";
export { MultipartParser } from "./message/multipart/parser.ts";
export type { MultipartSink } from "./message/multipart/parser.ts";
export { MultipartPart } from "./message/multipart/part.ts";
export { MultipartStream } from "./message/multipart/stream.ts";
export type { PartHead } from "./message/multipart/part-head.ts";
export { HTTPServerRequest } from "./request.ts";
export { contentRange, parseRequestRange, resolveRange } from "./message/ranges.ts";
export type { ByteRange } from "./message/ranges.ts";
export { MAX_COOKIE_ATTRIBUTE_SIZE, MAX_COOKIE_SIZE, setCookieLine } from "./message/set-cookie.ts";
export type { SetCookieOptions } from "./message/set-cookie.ts";
export { parseRequestStartLine, parseResponseStartLine } from "./message/start-lines.ts";
export { reasonPhrase, responses } from "./message/status.ts";
export { encodeUsernamePassword, qsToQsl, splitHostAndPort, urlConcat } from "./message/url.ts";
export type { URLArguments } from "./message/url.ts";
