/** `landspout/web`: applications and request handlers. */
export { Application, url } from "./application.ts";
export type { HandlerClass, Route, Settings } from "./application.ts";
export { Finish, HTTPError, MissingArgumentError } from "./http-error.ts";
export type { HTTPErrorOptions } from "./http-error.ts";
export { compression } from "./compression.ts";
export type { CompressionOptions, ContentCoding } from "./compression.ts";
export { addslash, asynchronous, authenticated, removeslash, streamRequestBody } from "./decorators.ts";
export type { Writable } from "./handler-output.ts";
export type { OutputTransform, OutputTransformFactory, TransformedHead } from "./output-transform.ts";
export {
  createSignedValue,
  decodeSignedValue,
  DEFAULT_SIGNED_VALUE_MIN_VERSION,
  DEFAULT_SIGNED_VALUE_VERSION,
  getSignatureKeyVersion,
  MAX_SUPPORTED_SIGNED_VALUE_VERSION,
  MIN_SUPPORTED_SIGNED_VALUE_VERSION,
} from "./signed-value.ts";
export type { CookieSecret, CreateSignedValueOptions, DecodeSignedValueOptions } from "./signed-value.ts";
export type { SetCookieOptions } from "../http/set-cookie.ts";
export { RequestHandler } from "./request-handler.ts";
export type { HandlerResult, SendErrorOptions } from "./request-handler.ts";
