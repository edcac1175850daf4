/**
 * `RequestHandler` (Tornado's `tornado.web.RequestHandler`): one object per request. Subclasses define `get`, `post`, … and
 * answer with `write` and `finish`. Nothing is sent before `flush` or `finish`, so a whole answer leaves in one piece, with its
 * length and its tag.
 */
import type { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import type { SetCookieOptions } from "../../http/message/set-cookie.ts";
import { forbidsContent } from "../../http/message/status.ts";
import { toURIReference } from "../../http/message/url.ts";
import { xhtmlEscape } from "../../escape/index.ts";
import { closestLocale } from "../../locale/index.ts";
import { anything, checkOptions, flag } from "../../options-check.ts";
import type { Locale } from "../../locale/index.ts";
import type { BaseLoader } from "../../template/index.ts";
import { isAddress, loaderFor, makeLoader, usualValues, withResources } from "./rendering.ts";
import type { TemplateValues } from "./rendering.ts";
import { isPromiseLike, notPromise, watch } from "../../user-code.ts";
import type { CurrentUser } from "./app-types.ts";
import { debugPage } from "./debug-page.ts";
import { sendError } from "./error-page.ts";
import type { SendErrorOptions } from "./error-page.ts";
import { watchHook } from "./failures.ts";
import { HandlerInput } from "./input.ts";
import { isLate } from "./response.ts";
import { NO_ARGUMENTS, stateOf } from "./state.ts";
import type { Writable } from "./output.ts";
import type { Settings } from "./host.ts";
import { checkXsrf, readSigned, signedKeyVersion, signValue, xsrfTokenText } from "./security.ts";
import type { GetSignedCookieOptions } from "./security.ts";
import { HTTPError } from "./http-error.ts";
import { byName } from "../paths/path-pattern.ts";
import type { PathParameters, PathValue, Pattern } from "../paths/parameters.ts";

/** What a method may return: nothing, something to write (see answer-value.ts), or a promise of either. */
// oxlint-disable-next-line typescript/no-invalid-void-type
export type HandlerResult = void | Writable | undefined | Promise<void | Writable | undefined>;

const REDIRECT_OPTIONS = { permanent: flag, status: anything };
const STATIC_URL_OPTIONS = { includeHost: flag, includeVersion: flag };

/** The methods a handler can define, in the order `Allow` names them. */
const METHODS = ["GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"] as const;
type Verb = "get" | "head" | "post" | "delete" | "patch" | "put" | "options";

export class RequestHandler<Path extends Pattern = string> extends HandlerInput {
  /** Methods answered besides the usual ones: `["PROPFIND"]` calls `propfind`. */
  static extraMethods: readonly string[] = [];

  /**
   * Captured parts of the path by name: `:id` of a path pattern, `(?<id>…)` of a RegExp, `"*"` for an asterisk. The names are known to the compiler in a
   * class that extends `RequestHandler<"/users/:id">`.
   */
  get pathKwargs(): PathParameters<Path> {
    return byName(stateOf(this).target?.names ?? NO_ARGUMENTS, this.pathArgs) as PathParameters<Path>;
  }

  // --- to be overridden ---

  /** Called first, with the third element of the route. */
  initialize(_args: object): void {}
  /** Called before every method; may finish the request. */
  prepare(): void | Promise<void> {}
  /** Called when the answer is complete, after everything else. */
  onFinish(): void {}
  /** Called if the client leaves before the answer is complete. */
  onConnectionClose(): void {}
  /**
   * Called once, after the method has begun, if the server is shut down before the answer is complete: whoever waits, as a long poll
   * does, answers now, or is cut off at the deadline.
   */
  onShutdown(): void | Promise<void> {}
  /**
   * A piece of the content, in classes marked with `streamRequestBody`; a promise holds the client back until it settles. Such a class
   * that does not define it reads the content itself, with `bodyStream` or `parts`: its method runs as soon as the head is there.
   */
  dataReceived(_chunk: Uint8Array): void | Promise<void> {}

  get(..._args: (string | undefined)[]): HandlerResult {
    throw notAllowed(this);
  }
  /** RFC 9110 §9.3.2: as `get`, without the content. Differs from Tornado, which answers 405. */
  head(...args: (string | undefined)[]): HandlerResult {
    return this.get(...args);
  }
  post(..._args: (string | undefined)[]): HandlerResult {
    throw notAllowed(this);
  }
  delete(..._args: (string | undefined)[]): HandlerResult {
    throw notAllowed(this);
  }
  patch(..._args: (string | undefined)[]): HandlerResult {
    throw notAllowed(this);
  }
  put(..._args: (string | undefined)[]): HandlerResult {
    throw notAllowed(this);
  }
  options(..._args: (string | undefined)[]): HandlerResult {
    throw notAllowed(this);
  }

  /** The methods this handler defines. */
  allowedMethods(): string[] {
    const base = RequestHandler.prototype;
    return METHODS.filter((method) => {
      const verb = method.toLowerCase() as Verb;
      return this[verb] !== base[verb] || (verb === "head" && this.get !== base.get);
    });
  }

  // --- signed cookies ---

  /** A value signed with the setting `cookieSecret`, good for `name` only; `getSignedCookie` reads it. */
  createSignedValue(name: string, value: string | Uint8Array, version?: number): string {
    return signValue(this, name, value, version);
  }
  /**
   * Sets a cookie the client cannot change (but can read). Expires after 30 days unless told otherwise; `expiresDays: undefined` makes it
   * last for the session.
   */
  setSignedCookie(
    name: string,
    value: string | Uint8Array,
    { version, ...options }: SetCookieOptions & { version?: number } = {},
  ): void {
    const lasting = "expiresDays" in options || options.expires !== undefined ? {} : { expiresDays: 30 };
    this.setCookie(name, this.createSignedValue(name, value, version), { ...lasting, ...options });
  }
  /** The value of a signed cookie as text; undefined where it is missing, forged or too old. */
  getSignedCookie(name: string, options: GetSignedCookieOptions = {}): string | undefined {
    return readSigned(this, name, options)?.toString();
  }
  /** The same as bytes. */
  getSignedCookieBytes(name: string, options: GetSignedCookieOptions = {}): Buffer | undefined {
    return readSigned(this, name, options);
  }
  /** Which of several secrets signed a cookie. */
  getSignedCookieKeyVersion(name: string): number | undefined {
    return signedKeyVersion(this, name);
  }

  // --- forged requests ---

  /** The token that forms and scripts send back (`_xsrf`, or `X-Xsrftoken`). Reading it sets the cookie it is compared with. */
  get xsrfToken(): string {
    return xsrfTokenText(this);
  }
  /** Called before `prepare` where the setting `xsrfCookies` is on; throws 403. May be overridden, to do nothing for instance. */
  checkXsrfCookie(): void {
    checkXsrf(this);
  }
  /** A hidden input with the token, for a form. */
  xsrfFormHtml(): string {
    return `<input type="hidden" name="_xsrf" value="${this.xsrfToken}"/>`;
  }

  /**
   * The URL of a file below the setting `staticPath`, with a version that changes with its content, so that it may be kept for ever.
   * With `includeHost` (default: the handler's own `includeHost`, false) protocol and host stand in front.
   */
  staticUrl(path: string, options: { includeHost?: boolean; includeVersion?: boolean } = {}): string {
    checkOptions("staticUrl", options, STATIC_URL_OPTIONS);
    const url = this.application.staticUrl(path, options.includeVersion ?? true);
    const { protocol, host } = this.request;
    return (options.includeHost ?? this.includeHost) ? `${protocol}://${host}${url}` : url;
  }
  /** Whether `staticUrl` gives whole addresses. */
  get includeHost(): boolean {
    return false;
  }

  // --- pages ---

  /**
   * Finishes the request with a template (`landspout/template`) and what the UI modules in it bring. Values are found by it besides those of
   * `getTemplateNamespace`.
   */
  render(name: string, values: TemplateValues = {}): Promise<void> | void {
    if (isLate(stateOf(this), "render")) return undefined;
    return this.finish(withResources(this, this.renderString(name, values)));
  }
  /** The text of a template. */
  renderString(name: string, values: TemplateValues = {}): string {
    return notPromise(loaderFor(this).load(name), "load of a template loader").generate({
      ...notPromise(this.getTemplateNamespace(), "getTemplateNamespace"),
      ...values,
    });
  }
  /** What every template finds. May be overridden, to add to it. */
  getTemplateNamespace(): { [name: string]: unknown } {
    return { ...usualValues(this) };
  }
  /** Directory of the templates: the setting `templatePath`. May be overridden. */
  getTemplatePath(): string | undefined {
    return this.settings.templatePath;
  }
  /** The loader of a template path; made once for each and kept by the application. May be overridden. */
  createTemplateLoader(path: string | undefined): BaseLoader {
    return makeLoader(this, path);
  }
  /** HTML that links scripts. May be overridden, as the next three. */
  renderLinkedJs(files: readonly string[]): string {
    return files.map((file) => `<script src="${xhtmlEscape(addressOf(this, file))}"></script>`).join("");
  }
  renderEmbedJs(scripts: readonly string[]): string {
    return `<script>\n${scripts.join("\n")}\n</script>`;
  }
  renderLinkedCss(files: readonly string[]): string {
    return files.map((file) => `<link href="${xhtmlEscape(addressOf(this, file))}" rel="stylesheet"/>`).join("");
  }
  renderEmbedCss(styles: readonly string[]): string {
    return `<style>\n${styles.join("\n")}\n</style>`;
  }

  // --- answers ---

  /** Sends the client elsewhere: 302, 301 if permanent, or the given status. Finishes the request. */
  redirect(url: string, options: { permanent?: boolean; status?: number } = {}): void {
    checkOptions("redirect", options, REDIRECT_OPTIONS);
    if (isLate(stateOf(this), "redirect")) return;
    if (this.headersWritten)
      throw new UsageError("ERR_LANDSPOUT_HEADERS_SENT", "Cannot redirect after headers have been written");
    const status = options.status ?? (options.permanent === true ? 301 : 302);
    if (status < 300 || status > 399)
      throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `${status} is not a redirection`);
    this.setStatus(status);
    this.setHeader("Location", toURIReference(url));
    const pending: unknown = this.finish();
    if (pending !== undefined) watchHook(stateOf(this), pending, "finish");
  }

  /**
   * Sends an error page through `writeError`. After the headers are out, the connection is cut instead. A status or a field of an
   * HTTPError that cannot be sent is logged, and the answer is 500.
   */
  sendError(status = 500, options: SendErrorOptions = {}): void {
    sendError(stateOf(this), status, options);
  }

  /**
   * The error page. Override it for another; it should finish, and may return a promise. If it throws, the answer has the status, and
   * no content. With the setting `serveTraceback` (on in debug) it shows where an exception came from.
   */
  writeError(status: number, options: SendErrorOptions = {}): void | Promise<void> {
    // RFC 9110 §15.3.5, §15.4.5: "a 204 response is terminated by the end of the header section", as is a 304; §15.3.6: 205 has no content.
    if (forbidsContent(status)) return this.finish();
    if (this.application.settings.serveTraceback === true && options.error !== undefined && status >= 500)
      return this.finish(debugPage(this, status, options.error));
    const text = `${status}: ${stateOf(this).reasonText}`;
    return this.finish(`<html><title>${text}</title><body>${text}</body></html>`);
  }

  /** Logs what a method of this handler threw; see `Application.logException`. May be overridden. */
  logException(error: unknown): void {
    this.application.logException(this, error);
  }

  // --- the user ---

  /**
   * Who sends the request: what `getCurrentUser` says, asked once. May be set, for instance in `prepare` by whoever has to wait for
   * the answer. A falsy value is nobody. `AppTypes` gives it a type.
   */
  get currentUser(): CurrentUser {
    const state = stateOf(this);
    if (state.rare.user === undefined) {
      const user = this.getCurrentUser();
      // A promise would be truthy, and let everybody in.
      if (isPromiseLike(user)) {
        watch(user, () => undefined);
        throw new UsageError(
          "ERR_LANDSPOUT_CURRENT_USER",
          "getCurrentUser must not return a promise; await it in prepare and set currentUser",
        );
      }
      state.rare.user = user ?? null;
    }
    return state.rare.user as CurrentUser;
  }
  set currentUser(user: CurrentUser | undefined) {
    stateOf(this).rare.user = user ?? null;
  }
  /** To be overridden: who sends the request, from a signed cookie for instance; null for nobody. */
  getCurrentUser(): CurrentUser | undefined {
    return null;
  }
  /** Where `authenticated` sends those who have to log in: the setting `loginUrl`. */
  getLoginUrl(): string {
    return String(this.requireSetting("loginUrl", "@authenticated"));
  }
  /**
   * The language of this answer: what `getUserLocale` says, else what the browser wishes. May be set.
   */
  get locale(): Locale {
    return (stateOf(this).rare.locale ??=
      notPromise(this.getUserLocale(), "getUserLocale") ?? notPromise(this.getBrowserLocale(), "getBrowserLocale"));
  }
  set locale(locale: Locale) {
    stateOf(this).rare.locale = locale;
  }
  /** To be overridden: the locale the user has chosen; undefined or null leaves it to the browser's wishes. */
  getUserLocale(): Locale | null | undefined {
    return undefined;
  }
  /** The best of the translations there are for the browser's `Accept-Language`. */
  getBrowserLocale(fallback = "en_US"): Locale {
    return closestLocale(this.request.headers.get("Accept-Language"), fallback);
  }

  /** The path of the route with that name; see `Application.reverseUrl`. */
  reverseUrl(name: string, ...args: PathValue[] | [values: { readonly [name: string]: PathValue }]): string {
    return this.application.reverseUrl(name, ...args);
  }

  // --- settings ---

  get settings(): Settings {
    return this.application.settings;
  }
  /** @throws UsageError where the application has no such setting. */
  requireSetting(name: string, feature = "this feature"): unknown {
    const value = this.application.settings[name];
    if (value === undefined || value === null || value === "" || value === false) {
      throw new UsageError(
        "ERR_LANDSPOUT_SETTING",
        `You must define the '${name}' setting in your application to use ${feature}`,
      );
    }
    return value;
  }
}

/** RFC 9110 §10.2.1: Allow = #method. */
export const allowField = (handler: RequestHandler): string =>
  notPromise(handler.allowedMethods(), "allowedMethods").join(", ");

/** RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response". */
const notAllowed = (handler: RequestHandler): HTTPError =>
  new HTTPError(405, { headers: { Allow: allowField(handler) } });

/** The address of a script or style sheet that a UI module brings. */
const addressOf = (handler: RequestHandler, file: string): string => (isAddress(file) ? file : handler.staticUrl(file));

/** In the declaration below `RequestHandler` is the name of class-types.ts. */
type ThisClass = RequestHandler;
declare module "./class-types.ts" {
  interface ClassTypes {
    handler: ThisClass;
  }
}
