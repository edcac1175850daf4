/** `landspout/httputil`: the value types and interfaces of HTTP that programs use by themselves. */
export { decodeArgument, parseBodyArguments, parseQueryArguments } from "./arguments.ts";
export type { ArgumentMap } from "./arguments.ts";
export { contentDisposition, MAX_DOWNLOAD_NAME_SIZE } from "./content-disposition.ts";
export type { DownloadOptions } from "./content-disposition.ts";
export { parseCookie } from "./cookies.ts";
export { chooseCoding, parsePreferences } from "./accept.ts";
export type { Preference } from "./accept.ts";
export { formatTimestamp, httpDate, parseHTTPDate } from "./date.ts";
export {
  LimitError,
  LocalProtocolError,
  ProtocolError,
  RemoteProtocolError,
  RequestTimeoutError,
  ServerShutdownError,
} from "./errors.ts";
export { HTTPHeaders } from "./headers.ts";
export type { HeaderValue } from "./headers.ts";
export type {
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
  ResponseStartLine,
} from "./interfaces.ts";
export { HTTPFile, parseMultipartFormData } from "./multipart/form.ts";
export type { FileMap } from "./multipart/form.ts";
export { setParseBodyConfig } from "./multipart/options.ts";
export type { MultipartOptions, ParseBodyConfig } from "./multipart/options.ts";
export { MultipartParser } from "./multipart/parser.ts";
export type { MultipartSink } from "./multipart/parser.ts";
export { MultipartPart } from "./multipart/part.ts";
export { MultipartStream } from "./multipart/stream.ts";
export type { PartHead } from "./multipart/part-head.ts";
export { HTTPServerRequest } from "./request.ts";
export { contentRange, parseRequestRange, resolveRange } from "./ranges.ts";
export type { ByteRange } from "./ranges.ts";
export { MAX_COOKIE_ATTRIBUTE_SIZE, MAX_COOKIE_SIZE, setCookieLine } from "./set-cookie.ts";
export type { SetCookieOptions } from "./set-cookie.ts";
export { parseRequestStartLine, parseResponseStartLine } from "./start-lines.ts";
export { reasonPhrase, responses } from "./status.ts";
export { encodeUsernamePassword, qsToQsl, splitHostAndPort, urlConcat } from "./url.ts";
export type { URLArguments } from "./url.ts";
