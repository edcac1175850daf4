/** `landspout/httpclient`: an HTTP client (Tornado's `tornado.httpclient`). */
export { AsyncHTTPClient } from "./client/client.ts";
export type { AsyncHTTPClientClass, ClientStats, FetchCallback } from "./client/client.ts";
export {
  HTTPClientError,
  HTTPConnectError,
  HTTPLimitError,
  HTTPProtocolError,
  HTTPProxyError,
  HTTPStreamClosedError,
  HTTPTimeoutError,
} from "./client/errors.ts";
export type { FetchPhase } from "./client/errors.ts";
export type { Middleware } from "./client/middleware.ts";
export type {
  AsyncHTTPClientOptions,
  ContentCoding,
  CookieJarLike,
  FetchBody,
  FetchOptions,
  HeadersInit,
  HTTPRequestInit,
  RetryOptions,
} from "./client/options.ts";
export { HTTPRequest } from "./client/request.ts";
export { HTTPResponse } from "./client/response.ts";
export type { Delimited, ResponseFacts, TimeInfo } from "./client/response.ts";
export { HTTPResponseStream } from "./client/response-stream.ts";
export { publicAddress } from "../net/public-address.ts";
