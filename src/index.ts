/** `landspout`: what most programs need. Every module has its own subpath besides. */
export { isLandspoutError, LandspoutError, UsageError } from "./errors.ts";
export { HTTPHeaders } from "./http/headers.ts";
export { HTTPServer } from "./http/httpserver.ts";
export type { HTTPServerOptions } from "./http/httpserver.ts";
export { HTTPServerRequest } from "./http/request.ts";
export { loggers, setLoggers } from "./log.ts";
export type { Logger } from "./log.ts";
export { IOLoop } from "./net/ioloop.ts";
export { IOStream } from "./net/iostream.ts";
export { PeriodicCallback } from "./net/periodic-callback.ts";
export { TCPServer } from "./net/tcpserver.ts";
export { version } from "./version.ts";
// Whole, so that `declare module "landspout"` can add to it.
export type * from "./web/app-types.ts";
export { Application } from "./web/application.ts";
export type { Settings } from "./web/settings.ts";
export { route } from "./web/routing/function-handler.ts";
export { RedirectHandler } from "./web/routing/redirect-handler.ts";
export { url } from "./web/routing/rule.ts";
export type { Route } from "./web/routing/rule.ts";
export { EventSourceHandler } from "./web/event-source.ts";
export { Finish, HTTPError, MissingArgumentError } from "./web/http-error.ts";
export { addslash, asynchronous, authenticated, removeslash, streamRequestBody } from "./web/decorators.ts";
export { RequestHandler } from "./web/request-handler.ts";
export { StaticFileHandler } from "./web/static/static-file-handler.ts";
export { UIModule } from "./web/ui-module.ts";
export { WebSocketHandler } from "./web/websocket-handler.ts";
