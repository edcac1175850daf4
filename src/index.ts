/** `landspout`: what most programs need. Every module has its own subpath besides. */
export { isLandspoutError, LandspoutError, UsageError } from "./errors.ts";
export { HTTPHeaders } from "./http/message/headers.ts";
export { HTTPServer } from "./http/server/httpserver.ts";
export type { HTTPServerOptions } from "./http/server/httpserver.ts";
export { HTTPServerRequest } from "./http/request.ts";
export { loggers, setLoggers } from "./log.ts";
export type { Logger } from "./log.ts";
export { IOLoop } from "./loop/ioloop.ts";
export { IOStream } from "./net/iostream.ts";
export { PeriodicCallback } from "./loop/periodic-callback.ts";
export { TCPClient } from "./net/tcpclient.ts";
export { TCPServer } from "./net/tcpserver.ts";
export { version } from "./version.ts";
// Whole, so that `declare module "landspout"` can add to it.
export type * from "./web/handler/app-types.ts";
export { Application } from "./web/application/application.ts";
export type { Settings } from "./web/application/settings.ts";
export { route } from "./web/routing/function-handler.ts";
export { RedirectHandler } from "./web/routing/redirect-handler.ts";
export { url } from "./web/routing/rule.ts";
export type { Route } from "./web/routing/rule.ts";
export { EventSourceHandler } from "./web/live/event-source.ts";
export { Finish, HTTPError, MissingArgumentError } from "./web/handler/http-error.ts";
export { addslash, asynchronous, authenticated, removeslash, streamRequestBody } from "./web/handler/decorators.ts";
export { RequestHandler } from "./web/handler/request-handler.ts";
export { StaticFileHandler } from "./web/static/static-file-handler.ts";
export { UIModule } from "./web/handler/ui-module.ts";
export { WebSocketHandler } from "./web/live/websocket-handler.ts";
