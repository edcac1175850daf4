/**
 * The answering half of a `RequestHandler`: status, header fields, cookies, `write`, `flush`, `finish`. What they change is the handler's
 * `HandlerState`; how a response is sent is response.ts.
 */
import { UsageError } from "../../errors.ts";
import { contentDisposition } from "../../http/message/content-disposition.ts";
import type { DownloadOptions } from "../../http/message/content-disposition.ts";
import type { HeaderValue } from "../../http/message/headers.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { checkClearOptions } from "../../http/message/set-cookie.ts";
import type { ClearCookieOptions, SetCookieOptions } from "../../http/message/set-cookie.ts";
import { checkStatus } from "../../http/message/status.ts";
import type { WriteOptions } from "../../net/bytes-policy.ts";
import type { IOStream } from "../../net/iostream.ts";
import { contentTag, hashParser, matchesTag, ownTag } from "../answer/etag.ts";
import { watchHook } from "./failures.ts";
import { finish, flush, isLate, takeWritten, usualMethods, write } from "./response.ts";
import { HandlerState, provideState } from "./state.ts";
import { NewCookies } from "./new-cookies.ts";
import type { RequestHandler } from "./class-types.ts";
import type { Application } from "./host.ts";
import type { Writable } from "./writable.ts";

export type { Writable } from "./writable.ts";

export abstract class HandlerOutput {
  readonly #state: HandlerState;

  declare readonly application: Application;
  declare readonly request: HTTPServerRequest;
  /** Captured parts of the path, decoded; also the arguments of `get` and the others. */
  declare pathArgs: readonly (string | undefined)[];
  /** False: the request does not end with its method; `finish` is called later. See `asynchronous`. */
  declare autoFinish: boolean;

  static {
    provideState((handler) => (handler as HandlerOutput).#state);
    // Compared, never called.
    // oxlint-disable-next-line typescript/unbound-method
    usualMethods.computeEtag = this.prototype.computeEtag;
    // Accessors, so that a handler has one field whatever its class is. A subclass may have a field or an accessor of such a name.
    Object.defineProperties(this.prototype, {
      application: {
        get(this: HandlerOutput) {
          return this.#state.application;
        },
        set(this: HandlerOutput, value: never) {
          setOwn(this, "application", value);
        },
        configurable: true,
      },
      request: {
        get(this: HandlerOutput) {
          return this.#state.request;
        },
        set(this: HandlerOutput, value: never) {
          setOwn(this, "request", value);
        },
        configurable: true,
      },
      pathArgs: {
        get(this: HandlerOutput) {
          return this.#state.pathArgs;
        },
        set(this: HandlerOutput, value: never) {
          this.#state.pathArgs = value;
        },
        configurable: true,
      },
      autoFinish: {
        get(this: HandlerOutput) {
          return this.#state.autoFinish;
        },
        set(this: HandlerOutput, value: never) {
          this.#state.autoFinish = value;
        },
        configurable: true,
      },
    });
  }

  constructor(application: Application, request: HTTPServerRequest) {
    // The subclass that all handlers are of.
    this.#state = new HandlerState(this as unknown as RequestHandler, application, request);
  }

  /** Sets header fields that every answer of this handler has, error pages included. */
  setDefaultHeaders(): void {}

  /** @throws UsageError where the code is no three-digit number. */
  setStatus(code: number, reason?: string): void {
    const state = this.#state;
    if (isLate(state, "setStatus")) return;
    checkStatus(code);
    // Tornado sends `Unknown` in place of a reason that could break out of the status line or into an error page.
    state.reason =
      reason !== undefined && !/^[\t\x20-\x3b\x3d-\x7e\x80-\xff]+$/.test(reason) ? "Unknown" : (reason ?? "");
    state.status = code;
  }
  getStatus(): number {
    return this.#state.status;
  }
  /** The reason phrase that goes with the status. */
  protected reasonText(): string {
    return this.#state.reasonText;
  }

  /** @throws UsageError on a name that is no token or a value with control characters. */
  setHeader(name: string, value: HeaderValue): void {
    const state = this.#state;
    if (!isLate(state, "setHeader")) state.headers.set(name, value);
  }
  addHeader(name: string, value: HeaderValue): void {
    const state = this.#state;
    if (!isLate(state, "addHeader")) state.headers.add(name, value);
  }
  clearHeader(name: string): void {
    const state = this.#state;
    if (!isLate(state, "clearHeader")) state.headers.delete(name);
  }
  /** Value of a header field of the answer, as set so far. */
  getHeader(name: string): string | undefined {
    return this.#state.headers.get(name);
  }

  /** Forgets status, headers and what was written, as at the beginning. Cookies stay. */
  clear(): void {
    const state = this.#state;
    state.reset();
    const pending: unknown = this.setDefaultHeaders();
    if (pending !== undefined) watchHook(state, pending, "setDefaultHeaders");
  }

  /**
   * Appends to the answer: text, bytes (any ArrayBuffer or view of one), a form (`URLSearchParams`), or an object as JSON, the latter two
   * with the content type that goes with them unless one was set. A Blob, a file of Bun, a FormData and a stream are returned from the
   * method instead. Bytes are copied: they may be changed as soon as the call returns. With `{ bytes: "lend" }` they are not, and must not
   * be changed before the promise of the `flush` that follows has settled, or it has given none; with `{ bytes: "keep" }` never.
   * After `finish` it has no effect but a line in the log, as all calls that change the answer.
   * @throws UsageError on anything that cannot be sent: a promise, a Map, a Set, an Error; arrays too, as in Tornado.
   */
  write(chunk: Writable, options?: WriteOptions): void {
    write(this.#state, chunk, options);
  }

  /**
   * Sends the headers, and what has been written so far. The promise, where there is one, waits for the socket; need not be waited for.
   */
  flush(): Promise<void> | void {
    return flush(this.#state);
  }

  /**
   * Completes the answer. Must be called once; after a method that returns, it is. The promise, where there is one, settles when
   * the answer has gone through the output transforms. What cannot be sent throws, and then nothing has been sent. Bytes may be changed as
   * soon as the call returns, unless the options say "keep".
   */
  finish(chunk?: Writable, options?: WriteOptions): Promise<void> | void {
    return finish(this.#state, chunk, options);
  }

  get headersWritten(): boolean {
    return this.#state.sent;
  }
  get finished(): boolean {
    return this.#state.done;
  }

  // --- cookies ---

  /** Cookies of the request by name. */
  get cookies(): { readonly [name: string]: string } {
    return this.request.cookies;
  }
  getCookie(name: string): string | undefined;
  getCookie<T>(name: string, fallback: T): string | T;
  getCookie(name: string, fallback?: unknown): unknown {
    return this.request.cookies[name] ?? fallback;
  }

  /**
   * Sets a cookie; it replaces, attributes included, an earlier one of the same name. Path `/` unless another is given.
   * @throws UsageError on a name, value or attribute that cannot stand in the field, or breaks its own prefix.
   */
  setCookie(name: string, value: string, options: SetCookieOptions = {}): void {
    const state = this.#state;
    if (!isLate(state, "setCookie")) cookiesOf(this, state).set(name, value, options);
  }

  /** Makes the client drop a cookie. `domain`, `path` and the like must be those it was set with. */
  clearCookie(name: string, options: ClearCookieOptions = {}): void {
    checkClearOptions("clearCookie", options);
    this.setCookie(name, "", { ...options, expires: new Date(0), maxAge: 0 });
  }

  /** `clearCookie` for every cookie of the request, whatever it is called; with what the prefix of its name asks for. */
  clearAllCookies(options: ClearCookieOptions = {}): void {
    const state = this.#state;
    if (!isLate(state, "clearAllCookies")) cookiesOf(this, state).clear(Object.keys(this.request.cookies), options);
  }

  /**
   * Has the client save the answer under a name, or with `{ type: "inline" }` show it and know the name: sets `Content-Disposition` to what
   * `contentDisposition` (`landspout/httputil`) makes of it. Any text is safe. `Content-Type` stays as it is.
   * @throws UsageError where the name is no text.
   */
  setDownloadName(name: string, options?: DownloadOptions): void {
    if (!isLate(this.#state, "setDownloadName"))
      this.setHeader("Content-Disposition", contentDisposition(name, options));
  }

  /**
   * Takes the stream away from HTTP, for another protocol over it; this handler answers nothing more. Bytes the client sent
   * behind the request are the stream's first.
   */
  detach(): IOStream {
    const state = this.#state;
    const { request } = state;
    state.done = true;
    // What has been sent is of no more use, and may stand for days.
    state.fields = undefined;
    request.headers.forgetLines();
    // A server makes nothing else; the layers between know only the half that never waits.
    return request.connection.detach() as IOStream;
  }

  // --- entity tags ---

  /** The entity tag of a content, or undefined or null for none. May be overridden. */
  computeEtag(content: string | Uint8Array): string | undefined {
    return contentTag(hashParser(), content);
  }

  /** Sets `Etag` for what has been written so far, unless `computeEtag` gives none. `finish` does so by itself. */
  setEtagHeader(): void {
    const state = this.#state;
    const content = takeWritten(state);
    state.content = content;
    const tag = ownTag(this, content);
    if (tag !== undefined) this.setHeader("Etag", tag);
  }

  /** Whether the client already has what `Etag` names (RFC 9110 §13.1.2): a handler may answer 304 then. */
  checkEtagHeader(): boolean {
    const tag = this.getHeader("Etag");
    const field = this.request.headers.get("If-None-Match");
    return tag !== undefined && field !== undefined && matchesTag(field, tag);
  }
}

/** Cookies that are sent with the head. */
function cookiesOf(handler: HandlerOutput, state: HandlerState): NewCookies {
  if (handler.headersWritten)
    throw new UsageError("ERR_LANDSPOUT_HEADERS_SENT", "Cannot set a cookie after headers have been written");
  return (state.newCookies ??= new NewCookies());
}

/** As if the property had been a field. */
function setOwn(handler: object, name: string, value: unknown): void {
  Object.defineProperty(handler, name, { value, writable: true, enumerable: true, configurable: true });
}
