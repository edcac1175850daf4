/**
 * Tornado's decorators for handlers and their methods. Each is a decorator of the standard kind, of the older kind (`experimentalDecorators` in a
 * tsconfig), and, where there is no syntax for those, a plain function around the method or class:
 * `get = authenticated(function (this: MyHandler) { … })`.
 */
import { UsageError } from "../../errors.ts";
import { decorateMethod } from "../../async/method-decorator.ts";
import { ExceptionStackContext } from "../../async/stack-context/contexts.ts";
import { namesHost, targetReference } from "../../http/message/url.ts";
import { notPromise } from "../../user-code.ts";
import { failByThrown } from "./failures.ts";
import { HTTPError } from "./http-error.ts";
import type { RequestHandler } from "./request-handler.ts";
import { stateOf } from "./state.ts";

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

/** A decorator that is around each call of a method; `call` makes it. */
function decorator(name: string, around: (handler: RequestHandler, call: () => unknown) => unknown): HandlerDecorator {
  const wrap = (method: unknown): unknown => {
    const isMethod =
      typeof method === "function" &&
      (method.prototype as { initialize?: unknown } | undefined)?.initialize === undefined;
    if (!isMethod) throw misplaced(name);
    // The type says nothing of `this`: were it held against RequestHandler, the method's own type would go round in circles.
    return function (this: RequestHandler, ...args: never[]): unknown {
      return around(this, () => (method as Method).apply(this, args));
    };
  };
  const decorate = (target: unknown, context?: unknown, descriptor?: PropertyDescriptor): unknown =>
    decorateMethod(wrap, () => misplaced(name), target, context, descriptor);
  return decorate as HandlerDecorator;
}

/** A decorator of what `first` says of a request: whether the method is to be called. */
const guarded = (name: string, first: (handler: RequestHandler) => boolean): HandlerDecorator =>
  decorator(name, (handler, call) => (first(handler) ? call() : undefined));

const misplaced = (name: string): UsageError =>
  new UsageError(
    "ERR_LANDSPOUT_DECORATOR",
    `@${name} belongs on a method of a handler: get, post, … (with experimentalDecorators, not on a field)`,
  );

const isSafe = ({ request }: RequestHandler): boolean => request.method === "GET" || request.method === "HEAD";

/**
 * Marks a method that finishes its request later, from a callback: the request stays open when it returns. What a callback throws that it has
 * started, however late, fails the request, as if the method had thrown it: callbacks of the loop, of streams and of this package by themselves,
 * those of other timers and packages where they are wrapped (`wrap` of `landspout/stack-context`). Stands outermost, before `gen.engine`.
 */
export const asynchronous: HandlerDecorator = decorator("asynchronous", (handler, call) => {
  handler.autoFinish = false;
  const state = stateOf(handler);
  let returned = false;
  const context = new ExceptionStackContext((error) => {
    // What the method itself throws, its caller sees to.
    if (returned) failByThrown(state, error, `${handler.request.method.toLowerCase()}, in a callback`);
    return returned;
  });
  try {
    return context.run(call);
  } finally {
    returned = true;
  }
});

/**
 * Lets only known users in (`currentUser`). Others are sent to `getLoginUrl` with `?next=` the address they wanted; 403 to methods
 * other than GET and HEAD, which cannot be repeated after a login.
 */
export const authenticated: HandlerDecorator = guarded("authenticated", (handler) => {
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
export const removeslash: HandlerDecorator = guarded("removeslash", (handler) => {
  const { path } = handler.request;
  if (path === "/" || !path.endsWith("/")) return true;
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return redirectTo(handler, path.slice(0, end));
});

/** Redirects a path without a slash at its end to the one with; 404 to methods other than GET and HEAD. */
export const addslash: HandlerDecorator = guarded("addslash", (handler) => {
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
