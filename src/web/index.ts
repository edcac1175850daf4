/** `landspout/web`: applications and request handlers. */
// Whole, so that `declare module "landspout/web"` can add to it.
export type * from "./app-types.ts";
export { Application } from "./application.ts";
export type { HandlerClass } from "./application.ts";
export type { Settings } from "./settings.ts";
export { ErrorHandler, FallbackHandler } from "./routing/basic-handlers.ts";
export { RedirectHandler } from "./routing/redirect-handler.ts";
export type { RedirectArguments } from "./routing/redirect-handler.ts";
export { FunctionHandler, route } from "./routing/function-handler.ts";
export type { RoutedRequest, RouteFunction } from "./routing/function-handler.ts";
export { url, URLSpec } from "./routing/rule.ts";
export type { Route } from "./routing/rule.ts";
export type { PathParameters } from "./routing/parameters.ts";
export { Finish, HTTPError, MissingArgumentError } from "./http-error.ts";
export type { HTTPErrorOptions } from "./http-error.ts";
export { compression } from "./compression.ts";
export type { CompressionOptions, ContentCoding } from "./compression.ts";
export { addslash, asynchronous, authenticated, removeslash, streamRequestBody } from "./decorators.ts";
export type { HandlerDecorator } from "./decorators.ts";
export { EventSourceHandler } from "./event-source.ts";
export type { EventSourceOptions, Replay } from "./event-source.ts";
export { prepareEvent } from "./event-stream.ts";
export type { PreparedEvent, ServerSentEvent } from "./event-stream.ts";
export type { Writable } from "./handler-output.ts";
export type { OutputTransform, OutputTransformFactory, TransformedHead } from "./output-transform.ts";
export {
  createSignedValue,
  decodeSignedValue,
  DEFAULT_SIGNED_VALUE_MIN_VERSION,
  DEFAULT_SIGNED_VALUE_VERSION,
  getSignatureKeyVersion,
  MAX_SIGNED_VALUE_SIZE,
  MAX_SUPPORTED_SIGNED_VALUE_VERSION,
  MIN_SUPPORTED_SIGNED_VALUE_VERSION,
} from "./signed-value.ts";
export type { CookieSecret, CreateSignedValueOptions, DecodeSignedValueOptions } from "./signed-value.ts";
export { fetchMetadataAllows } from "./xsrf.ts";
export type { FetchMetadataOptions, HeaderReader } from "./xsrf.ts";
export type { SetCookieOptions } from "../http/set-cookie.ts";
export type { RequestTrace } from "./request-trace.ts";
export { UIModule } from "./ui-module.ts";
export type { ResourceFiles, TemplateResources, UIMethods, UIModuleClass, UIModules } from "./ui-module.ts";
export type { TemplateValues } from "./rendering.ts";
export { RequestHandler } from "./request-handler.ts";
export type { HandlerResult, SendErrorOptions } from "./request-handler.ts";
export { StaticFileHandler } from "./static/static-file-handler.ts";
export type { StaticFileOptions, SiblingCoding } from "./static/options.ts";
export type { StaticContent } from "./static/content-hash.ts";
