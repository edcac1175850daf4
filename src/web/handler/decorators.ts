/**
 * Tornado's decorators for handlers and their methods. Each is a decorator of the standard kind, of the older kind (`experimentalDecorators` in a
 * tsconfig), and, where there is no syntax for those, a plain function around the method or class:
 * `get = authenticated(function (this: MyHandler) { … })`.
 */
import { UsageError } from "../../errors.ts";
import { namesHost, targetReference } from "../../http/message/url.ts";
import { notPromise } from "../../user-code.ts";
import { HTTPError } from "./http-error.ts";
import type { RequestHandler } from "./request-handler.ts";

type Method = (...args: never[]) => unknown;

/** A method, by any of three ways. */
export interface HandlerDecorator {
  /** The standard kind, and the call around a function. */
  <F extends Method>(method: F, context?: { readonly kind: "method" }): F;
  /** The standard kind on a field that holds a function. */
  (field: undefined, context: { readonly kind: "field" }): <F extends Method>(method: F) => F;
  /** `experimentalDecorators`. */
  <F extends Method>(
    prototype: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/** A decorator of what `first` says of a request: whether the method is to be called. */
function decorator(name: string, first: (handler: RequestHandler) => boolean): HandlerDecorator {
  const wrap = (method: unknown): unknown => {
    const isMethod =
      typeof method === "function" &&
      (method.prototype as { initialize?: unknown } | undefined)?.initialize === undefined;
    if (!isMethod) throw misplaced(name);
    // The type says nothing of `this`: were it held against RequestHandler, the method's own type would go round in circles.
    return function (this: RequestHandler, ...args: never[]): unknown {
      return first(this) ? (method as Method).apply(this, args) : undefined;
    };
  };
  const decorate = (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown => {
    // `experimentalDecorators`: the prototype, the name, and the descriptor, which a field has not.
    if (typeof context === "string" || typeof context === "symbol") {
      if (descriptor === undefined) throw misplaced(name);
      return { ...descriptor, value: wrap(descriptor.value) };
    }
    const kind = (context as { kind?: unknown } | undefined)?.kind ?? "method";
    if (kind === "field") return wrap;
    if (kind !== "method") throw misplaced(name);
    return wrap(target);
  };
  return decorate as HandlerDecorator;
}

const misplaced = (name: string): UsageError =>
  new UsageError(
    "ERR_LANDSPOUT_DECORATOR",
    `@${name} belongs on a method of a handler: get, post, … (with experimentalDecorators, not on a field)`,
  );

const isSafe = ({ request }: RequestHandler): boolean => request.method === "GET" || request.method === "HEAD";

/** Marks a method that finishes its request later, from a callback: the request stays open when it returns. */
export const asynchronous: HandlerDecorator = decorator("asynchronous", (handler) => {
  handler.autoFinish = false;
  return true;
});

/**
 * Lets only known users in (`currentUser`). Others are sent to `getLoginUrl` with `?next=` the address they wanted; 403 to methods
 * other than GET and HEAD, which cannot be repeated after a login.
 */
export const authenticated: HandlerDecorator = decorator("authenticated", (handler) => {
  if (handler.currentUser) return true;
  if (!isSafe(handler)) throw new HTTPError(403);
  let url = notPromise(handler.getLoginUrl(), "getLoginUrl");
  if (!url.includes("?")) {
    // An address on another host takes the whole of ours. `//x` would be read as a host by a page that redirects there.
    const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(url);
    const next = absolute ? handler.request.fullUrl() : handler.request.uri.replace(/^[/\\]{2,}/, "/");
    url += `?next=${encodeURIComponent(targetReference(next))}`;
  }
  handler.redirect(url);
  return false;
});

/** Redirects a path with a slash at its end to the one without; 404 to methods other than GET and HEAD. */
export const removeslash: HandlerDecorator = decorator("removeslash", (handler) => {
  const { path } = handler.request;
  if (path === "/" || !path.endsWith("/")) return true;
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return redirectTo(handler, path.slice(0, end));
});

/** Redirects a path without a slash at its end to the one with; 404 to methods other than GET and HEAD. */
export const addslash: HandlerDecorator = decorator("addslash", (handler) => {
  const { path } = handler.request;
  return path.endsWith("/") || redirectTo(handler, `${path}/`);
});

function redirectTo(handler: RequestHandler, path: string): false {
  // Differs from Tornado: `//host/x` and `/\host/x` in a Location field are another host.
  if (!isSafe(handler) || path === "" || namesHost(path)) throw new HTTPError(404);
  const { query } = handler.request;
  handler.redirect(targetReference(query === "" ? path : `${path}?${query}`), { permanent: true });
  return false;
}

/** Classes that take the content of their requests as it comes; see `streamRequestBody`. */
const streaming = new WeakSet<object>();

/**
 * Marks a handler class that takes the content piece by piece: `prepare` runs when the head is there, before any content is asked
 * for; then `dataReceived` for every piece; the method after the last. Body arguments are not parsed. A class that defines no
 * `dataReceived` reads the content itself (`bodyStream`, `parts`), and its method runs after `prepare`.
 */
export function streamRequestBody<C extends abstract new (...args: never[]) => RequestHandler>(
  handlerClass: C,
  _context?: unknown,
): C {
  streaming.add(handlerClass);
  return handlerClass;
}

/** Whether a class, or one it extends, is marked. */
export function streamsRequestBody(handlerClass: object): boolean {
  for (let c: object | null = handlerClass; c !== null; c = Object.getPrototypeOf(c) as object | null)
    if (streaming.has(c)) return true;
  return false;
}
