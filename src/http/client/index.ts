/** `landspout/httpclient`: an HTTP client (Tornado's `tornado.httpclient`). */
export { AsyncHTTPClient } from "./client.ts";
export type { AsyncHTTPClientClass, ClientStats, FetchCallback } from "./client.ts";
export {
  HTTPClientError,
  HTTPConnectError,
  HTTPLimitError,
  HTTPProtocolError,
  HTTPProxyError,
  HTTPStreamClosedError,
  HTTPTimeoutError,
} from "./errors.ts";
export type { FetchPhase } from "./errors.ts";
export type { Middleware } from "./middleware.ts";
export type {
  AsyncHTTPClientOptions,
  ContentCoding,
  CookieJarLike,
  FetchBody,
  FetchOptions,
  HeadersInit,
  HTTPRequestInit,
  RetryOptions,
} from "./options.ts";
export { HTTPRequest } from "./request.ts";
export { HTTPResponse } from "./response.ts";
export type { Delimited, ResponseFacts, TimeInfo } from "./response.ts";
export { HTTPResponseStream } from "./response-stream.ts";
export { publicAddress } from "../../net/public-address.ts";
