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
export { Application, url } from "./web/application.ts";
export type { Route, Settings } from "./web/application.ts";
export { Finish, HTTPError, MissingArgumentError } from "./web/http-error.ts";
export { addslash, asynchronous, authenticated, removeslash, streamRequestBody } from "./web/decorators.ts";
export { RequestHandler } from "./web/request-handler.ts";
