/** `landspout/web`: applications and request handlers. */
// Whole, so that `declare module "landspout/web"` can add to it.
export type * from "./handler/app-types.ts";
export { Application } from "./application/application.ts";
export type { HandlerClass } from "./handler/host.ts";
export type { Settings } from "./application/settings.ts";
export { ErrorHandler, FallbackHandler } from "./routing/basic-handlers.ts";
export { RedirectHandler } from "./routing/redirect-handler.ts";
export type { RedirectArguments } from "./routing/redirect-handler.ts";
export { FunctionHandler } from "./routing/function-handler.ts";
export { route } from "./routing/route.ts";
export type { RoutedRequest, RouteFunction } from "./routing/function-handler.ts";
export { url, URLSpec } from "./routing/rule.ts";
export type { Route } from "./routing/rule.ts";
export type { PathParameters } from "./paths/parameters.ts";
export { Finish, HTTPError, MissingArgumentError } from "./handler/http-error.ts";
export type { HTTPErrorOptions } from "./handler/http-error.ts";
export { compression } from "./answer/compression.ts";
export type { CompressionOptions, ContentCoding } from "./answer/compression.ts";
export { addslash, asynchronous, authenticated, removeslash, streamRequestBody } from "./handler/decorators.ts";
export type { HandlerDecorator } from "./handler/decorators.ts";
export { EventSourceHandler } from "./live/event-source.ts";
export type { EventSourceOptions, Replay } from "./live/event-source.ts";
export { prepareEvent } from "../http/message/event-stream.ts";
export type { PreparedEvent, ServerSentEvent } from "../http/message/event-stream.ts";
export type { Writable } from "./handler/output.ts";
export type { OutputTransform, OutputTransformFactory, TransformedHead } from "./answer/output-transform.ts";
export {
  createSignedValue,
  decodeSignedValue,
  DEFAULT_SIGNED_VALUE_MIN_VERSION,
  DEFAULT_SIGNED_VALUE_VERSION,
  getSignatureKeyVersion,
  MAX_SIGNED_VALUE_SIZE,
  MAX_SUPPORTED_SIGNED_VALUE_VERSION,
  MIN_SUPPORTED_SIGNED_VALUE_VERSION,
} from "./security/signed-value.ts";
export type { CookieSecret, CreateSignedValueOptions, DecodeSignedValueOptions } from "./security/signed-value.ts";
export { fetchMetadataAllows } from "./security/xsrf.ts";
export type { FetchMetadataOptions, HeaderReader } from "./security/xsrf.ts";
export type { SetCookieOptions } from "../http/message/set-cookie.ts";
export type { RequestTrace } from "./handler/request-trace.ts";
export { UIModule } from "./handler/ui-module.ts";
export type { ResourceFiles, TemplateResources, UIMethods, UIModuleClass, UIModules } from "./handler/ui-module.ts";
export type { TemplateValues } from "./handler/rendering.ts";
export { RequestHandler } from "./handler/request-handler.ts";
export type { SendErrorOptions } from "./handler/error-page.ts";
export type { HandlerResult } from "./handler/request-handler.ts";
export { StaticFileHandler } from "./static/static-file-handler.ts";
export type { StaticFileOptions, SiblingCoding } from "./static/options.ts";
export type { StaticContent } from "./static/content-hash.ts";
