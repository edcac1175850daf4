/** `landspout/web`: applications and request handlers. */
export { Application, url } from "./application.ts";
export type { HandlerClass, Route, Settings } from "./application.ts";
export { Finish, HTTPError, MissingArgumentError } from "./http-error.ts";
export type { HTTPErrorOptions } from "./http-error.ts";
export { asynchronous, RequestHandler } from "./request-handler.ts";
export type { HandlerResult, SendErrorOptions, Writable } from "./request-handler.ts";
