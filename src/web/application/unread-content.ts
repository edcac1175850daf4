/**
 * Which requests are refused whatever their content is: by a handler that answers every request with an error, or because the handler
 * does not implement the method. Their content is never collected.
 */
import { M_DELETE, M_GET, M_HEAD, M_OPTIONS, M_PATCH, M_POST, M_PUT } from "../../parser/abi.ts";
import { ErrorHandler } from "../routing/basic-handlers.ts";
import { RequestHandler } from "../handler/request-handler.ts";
import type { Target } from "../handler/target.ts";

const VERBS = {
  [M_GET]: "get",
  [M_HEAD]: "head",
  [M_POST]: "post",
  [M_PUT]: "put",
  [M_DELETE]: "delete",
  [M_PATCH]: "patch",
  [M_OPTIONS]: "options",
} as const;

/**
 * Whether the response to a request is an error that does not depend on its content. A `prepare` of the class may read the content and
 * respond to any method, so a class that has one gets it.
 */
export function isRefusedUnread(target: Target, handler: RequestHandler): boolean {
  if (target.streams) return false;
  if (handler instanceof ErrorHandler && handler.prepare === ErrorHandler.prototype.prepare) return true;
  return !target.prepares && handler.prepare === RequestHandler.prototype.prepare && !hasMethod(handler);
}

/** Whether the handler implements the method of its request: in its class, or as a property of its own. */
function hasMethod(handler: RequestHandler): boolean {
  const base = RequestHandler.prototype;
  const { methodId, method } = handler.request;
  const verb = (VERBS as { readonly [id: number]: (typeof VERBS)[keyof typeof VERBS] | undefined })[methodId];
  if (verb === undefined) return extraMethod(handler, method) !== undefined;
  return handler[verb] !== base[verb] || (verb === "head" && handler.get !== base.get);
}

type Method = (...args: readonly (string | undefined)[]) => unknown;

/** The function of a method of the class's own, such as WebDAV's. RFC 9110 §9.1: names are case-sensitive. */
export function extraMethod(handler: RequestHandler, method: string): Method | undefined {
  const { extraMethods } = handler.constructor as typeof RequestHandler;
  const own: unknown = extraMethods.includes(method) ? Reflect.get(handler, method.toLowerCase()) : undefined;
  return typeof own === "function" ? (own as Method) : undefined;
}
