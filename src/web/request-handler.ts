/**
 * `RequestHandler` (Tornado's `tornado.web.RequestHandler`): one object per request. Subclasses define `get`, `post`, … and
 * answer with `write` and `finish`. Nothing is sent before `flush` or `finish`, so a whole answer leaves in one piece, with its
 * length and its tag.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import { decodeArgument } from "../http/arguments.ts";
import { HTTPHeaders } from "../http/headers.ts";
import type { HeaderValue } from "../http/headers.ts";
import type { HTTPServerRequest } from "../http/request.ts";
import { hasNoContent, reasonPhrase } from "../http/status.ts";
import type { Application, Target } from "./application.ts";
import { contentTag } from "./etag.ts";
import { HTML, JSON_TYPE, SERVER } from "./head-text.ts";
import { HTTPError, MissingArgumentError } from "./http-error.ts";
import { sendWhole } from "./send-whole.ts";

/** What `write` takes: text (sent as UTF-8), bytes, or an object (sent as JSON). */
export type Writable = string | Uint8Array | object;

/** What a method may return: nothing, a promise, or something to write. */
// oxlint-disable-next-line typescript/no-invalid-void-type
export type HandlerResult = void | Writable | undefined | Promise<void | Writable | undefined>;

export interface SendErrorOptions {
  /** Reason phrase; default: the standard one. */
  reason?: string;
  /** What was thrown. Never shown to the client. */
  error?: unknown;
}

/** The methods a handler can define, in the order `Allow` names them. */
export const METHODS = ["GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"] as const;
type Verb = "get" | "head" | "post" | "delete" | "patch" | "put" | "options";

type Fallback = [] | [fallback: unknown, strip?: boolean | undefined];

export class RequestHandler {
  readonly application: Application;
  readonly request: HTTPServerRequest;
  /** Captured parts of the path, decoded; also the arguments of `get` and the others. */
  pathArgs: readonly (string | undefined)[] = NO_ARGUMENTS;
  /** False: the request does not end with its method; `finish` is called later. See `asynchronous`. */
  autoFinish = true;
  /** The route this handler was made for; set by the framework. */
  target: Target | undefined = undefined;
  private status = 200;
  private reason = "";
  private contentType: string = HTML;
  /** Header fields, once anything but the content type has been touched. */
  private fields: HTTPHeaders | undefined = undefined;
  private content: string | Uint8Array = "";
  private more: (string | Uint8Array)[] | undefined = undefined;
  private sent = false;
  private done = false;

  constructor(application: Application, request: HTTPServerRequest) {
    this.application = application;
    this.request = request;
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
  /** Sets header fields that every answer of this handler has, error pages included. */
  setDefaultHeaders(): void {}

  get(..._args: (string | undefined)[]): HandlerResult {
    throw this.notAllowed();
  }
  /** RFC 9110 §9.3.2: as `get`, without the content. Differs from Tornado, which answers 405. */
  head(...args: (string | undefined)[]): HandlerResult {
    return this.get(...args);
  }
  post(..._args: (string | undefined)[]): HandlerResult {
    throw this.notAllowed();
  }
  delete(..._args: (string | undefined)[]): HandlerResult {
    throw this.notAllowed();
  }
  patch(..._args: (string | undefined)[]): HandlerResult {
    throw this.notAllowed();
  }
  put(..._args: (string | undefined)[]): HandlerResult {
    throw this.notAllowed();
  }
  options(..._args: (string | undefined)[]): HandlerResult {
    throw this.notAllowed();
  }

  /** RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response". */
  private notAllowed(): HTTPError {
    return new HTTPError(405, { headers: { Allow: this.allowedMethods().join(", ") } });
  }
  /** The methods this handler defines. */
  allowedMethods(): string[] {
    const base = RequestHandler.prototype;
    return METHODS.filter((method) => {
      const verb = method.toLowerCase() as Verb;
      return this[verb] !== base[verb] || (verb === "head" && this.get !== base.get);
    });
  }

  // --- input ---

  /** Last value of an argument, from the content if it is there, else from the query; white space around it stripped. */
  getArgument(name: string): string;
  getArgument<T>(name: string, fallback: T, strip?: boolean): string | T;
  getArgument(name: string, ...rest: Fallback): unknown {
    return this.lastArgument(this.request.arguments[name], name, rest);
  }
  getArguments(name: string, strip = true): string[] {
    return this.decodeAll(this.request.arguments[name], name, strip);
  }
  getQueryArgument(name: string): string;
  getQueryArgument<T>(name: string, fallback: T, strip?: boolean): string | T;
  getQueryArgument(name: string, ...rest: Fallback): unknown {
    return this.lastArgument(this.request.queryArguments[name], name, rest);
  }
  getQueryArguments(name: string, strip = true): string[] {
    return this.decodeAll(this.request.queryArguments[name], name, strip);
  }
  getBodyArgument(name: string): string;
  getBodyArgument<T>(name: string, fallback: T, strip?: boolean): string | T;
  getBodyArgument(name: string, ...rest: Fallback): unknown {
    return this.lastArgument(this.request.bodyArguments[name], name, rest);
  }
  getBodyArguments(name: string, strip = true): string[] {
    return this.decodeAll(this.request.bodyArguments[name], name, strip);
  }

  private lastArgument(values: Buffer[] | undefined, name: string, rest: Fallback): unknown {
    const last = values?.at(-1);
    if (last !== undefined) return this.cleanArgument(last, name, rest[1] ?? true);
    if (rest.length === 0) throw new MissingArgumentError(name);
    return rest[0];
  }
  private decodeAll(values: Buffer[] | undefined, name: string, strip: boolean): string[] {
    return (values ?? []).map((value) => this.cleanArgument(value, name, strip));
  }
  private cleanArgument(value: Buffer, name: string, strip: boolean): string {
    // Tornado turns control characters into spaces, so that they end in no log and no page.
    // oxlint-disable-next-line no-control-regex
    const text = this.decodeArgument(value, name).replace(/[\x00-\x08\x0e-\x1f]/g, " ");
    return strip ? text.trim() : text;
  }
  /** Bytes of an argument (or of a captured part of the path) as text: UTF-8, or 400. May be overridden. */
  decodeArgument(value: Buffer, name: string): string {
    return decodeArgument(value, name);
  }
  getCookie(name: string): string | undefined;
  getCookie<T>(name: string, fallback: T): string | T;
  getCookie(name: string, fallback?: unknown): unknown {
    return this.request.cookies[name] ?? fallback;
  }

  // --- output ---

  /** @throws UsageError where the code is no three-digit number or the reason holds a control character. */
  setStatus(code: number, reason?: string): void {
    if (!Number.isInteger(code) || code < 100 || code > 999) {
      throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `${String(code)} is not a status code: use 100 to 999`);
    }
    // Tornado sends `Unknown` in place of a reason that could break out of the status line or into an error page.
    this.reason =
      reason !== undefined && !/^[\t\x20-\x3b\x3d-\x7e\x80-\xff]+$/.test(reason) ? "Unknown" : (reason ?? "");
    this.status = code;
  }
  getStatus(): number {
    return this.status;
  }

  /** The header fields of the answer. */
  private get headers(): HTTPHeaders {
    if (this.fields !== undefined) return this.fields;
    const fields = new HTTPHeaders({ Server: SERVER });
    if (this.contentType !== "") fields.add("Content-Type", this.contentType);
    this.fields = fields;
    return fields;
  }
  setHeader(name: string, value: HeaderValue): void {
    this.headers.set(name, value);
  }
  addHeader(name: string, value: HeaderValue): void {
    this.headers.add(name, value);
  }
  clearHeader(name: string): void {
    this.headers.delete(name);
  }
  /** Forgets status, headers and what was written, as at the beginning. */
  clear(): void {
    this.status = 200;
    this.reason = "";
    this.contentType = HTML;
    this.fields = undefined;
    this.content = "";
    this.more = undefined;
    this.setDefaultHeaders();
  }

  /**
   * Appends to the answer. An object becomes JSON, with the content type that goes with it unless one was set.
   * @throws UsageError after `finish`, and on anything that cannot be sent (arrays too, as in Tornado: wrap them in an object).
   */
  write(chunk: Writable): void {
    if (this.done) throw new UsageError("ERR_LANDSPOUT_FINISHED", "Cannot write() after finish()");
    const piece = typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : this.toJSONText(chunk);
    if (this.more !== undefined) this.more.push(piece);
    else if (this.content.length === 0) this.content = piece;
    else this.more = [this.content, piece];
  }

  private toJSONText(value: object): string {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new UsageError(
        "ERR_LANDSPOUT_WRITE",
        "write() takes text, bytes or an object; wrap an array or number in an object",
      );
    }
    if (this.fields === undefined) this.contentType = JSON_TYPE;
    else if (this.fields.get("Content-Type") === HTML) this.fields.set("Content-Type", JSON_TYPE);
    const text = JSON.stringify(value);
    // So that it may stand in a script element.
    return text.includes("</") ? text.replaceAll("</", "<\\/") : text;
  }

  /** What has been written and not sent, as one piece. */
  private takeContent(): string | Uint8Array {
    const { content, more } = this;
    this.content = "";
    this.more = undefined;
    if (more === undefined) return content;
    if (more.every((piece) => typeof piece === "string")) return more.join("");
    return Buffer.concat(more.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
  }

  /** Sends the headers, and what has been written so far. The promise, where there is one, waits for the socket. */
  flush(): Promise<void> | void {
    const { connection } = this.request;
    const content = this.takeContent();
    if (this.sent) return connection.write(content);
    this.sent = true;
    return connection.writeHeaders({ code: this.status, reason: this.reasonText() }, this.headers, content);
  }

  private reasonText(): string {
    return this.reason === "" ? reasonPhrase(this.status) : this.reason;
  }

  /** Completes the answer. Must be called once; after a method that returns, it is. */
  finish(chunk?: Writable): void {
    if (this.done) throw new UsageError("ERR_LANDSPOUT_FINISHED", "finish() called twice");
    if (chunk !== undefined) this.write(chunk);
    this.done = true;
    if (this.sent) {
      const { connection } = this.request;
      void connection.write(this.takeContent());
      connection.finish();
    } else {
      this.sent = true;
      const content = this.takeContent();
      if (hasNoContent(this.status) && content.length > 0) {
        throw new UsageError("ERR_LANDSPOUT_NO_CONTENT", `a ${this.status} answer cannot have content`);
      }
      sendWhole(this, this.status, this.reason, this.fields, this.contentType, content);
    }
    this.application.requestFinished(this);
  }

  get headersWritten(): boolean {
    return this.sent;
  }
  get finished(): boolean {
    return this.done;
  }

  /** The entity tag of a content, or undefined for none. May be overridden. */
  computeEtag(content: string | Uint8Array): string | undefined {
    return contentTag(this.request.connection.stream.parser, content);
  }

  /** Sends the client elsewhere: 302, 301 if permanent, or the given status. Finishes the request. */
  redirect(url: string, options: { permanent?: boolean; status?: number } = {}): void {
    if (this.sent)
      throw new UsageError("ERR_LANDSPOUT_HEADERS_SENT", "Cannot redirect after headers have been written");
    const status = options.status ?? (options.permanent === true ? 301 : 302);
    if (status < 300 || status > 399)
      throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `${status} is not a redirection`);
    this.setStatus(status);
    this.setHeader("Location", /[^\x21-\x7e]/.test(url) ? encodeURI(url).replaceAll("%25", "%") : url);
    this.finish();
  }

  /** Sends an error page through `writeError`. After the headers are out, the connection is cut instead. */
  sendError(status = 500, options: SendErrorOptions = {}): void {
    if (this.done) return;
    if (this.sent) {
      this.done = true;
      this.request.connection.destroy();
      this.application.requestFinished(this);
      return;
    }
    this.clear();
    const { error } = options;
    this.setStatus(status, options.reason ?? (error instanceof HTTPError ? error.reason : undefined));
    if (error instanceof HTTPError)
      for (const [name, value] of Object.entries(error.headers)) this.setHeader(name, value);
    try {
      this.writeError(status, options);
    } catch (failure) {
      this.application.logException(this, failure);
    }
    if (!this.finished) this.finish();
  }

  /** The error page. Override it for another; it must not throw and should finish. */
  writeError(status: number, _options: SendErrorOptions = {}): void {
    const text = `${status}: ${this.reasonText()}`;
    this.finish(`<html><title>${text}</title><body>${text}</body></html>`);
  }
}

export const NO_ARGUMENTS: readonly string[] = [];

/**
 * Marks a method that finishes its request later, from a callback: the request stays open when it returns. As a decorator, or
 * as a wrapper where there are none: `get = asynchronous(function (this: MyHandler) { … })`. Tornado's `@asynchronous`.
 */
export function asynchronous<F extends (...args: never[]) => unknown>(method: F, _context?: unknown): F {
  // The type says nothing of `this`: were it held against RequestHandler, the method's own type would go round in circles.
  const wrapped = function (this: RequestHandler, ...args: never[]): unknown {
    this.autoFinish = false;
    return method.apply(this, args);
  };
  return wrapped as unknown as F;
}
