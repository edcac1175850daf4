/**
 * The answering half of a `RequestHandler`: status, header fields, cookies, `write`, `flush`, `finish`. Nothing is sent before
 * `flush` or `finish`, so a whole answer leaves in one piece, with its length and its tag.
 */
import { Buffer } from "node:buffer";
import { HTTPHeaders } from "../../http/message/headers.ts";
import type { HeaderValue } from "../../http/message/headers.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { checkStatus, reasonPhrase } from "../../http/message/status.ts";
import { policyOf } from "../../net/bytes-policy.ts";
import type { BytesPolicy, WriteOptions } from "../../net/bytes-policy.ts";
import type { IOStream } from "../../net/iostream.ts";
import { COPY_LIMIT, takeContent } from "../../net/output-arena.ts";
import type { Application } from "../application/application.ts";
import { checkBegun, checkWhole, isHeadAlone, namesTag } from "../answer/checks.ts";
import { contentTag, matchesTag, ownTag } from "../answer/etag.ts";
import { lastResort, watchHook } from "./failures.ts";
import { internals, provideInternals } from "./internals.ts";
import { HTML, SERVER } from "../answer/head-text.ts";
import { expectLate, ignoreLate } from "./late-calls.ts";
import { NewCookies } from "./new-cookies.ts";
import { TransformedOutput } from "../answer/output-transform.ts";
import { sendPlainPage, sendWhole, tagOfWhole, toNotModified } from "../answer/send-whole.ts";
import type { RequestHandler } from "./request-handler.ts";
import type { Target } from "./target.ts";
import { asBytes, joined, textForm } from "./writable.ts";
import type { Writable } from "./writable.ts";

export type { Writable } from "./writable.ts";

export abstract class HandlerOutput {
  readonly application: Application;
  readonly request: HTTPServerRequest;
  #target: Target | undefined = undefined;
  #status = 200;
  #reason = "";
  #contentType: string = HTML;
  /** Once anything but the content type has been touched. */
  #fields: HTTPHeaders | undefined = undefined;
  /** Bytes in it are the handler's own copy, unless `#policy` is another. */
  #content: string | Uint8Array = "";
  #policy: BytesPolicy = "keep";
  #more: (string | Uint8Array)[] | undefined = undefined;
  #sent = false;
  #done = false;
  #over = false;
  /** Sending has failed once: the error page does not go through the transforms. */
  #untransformed = false;
  #newCookies: NewCookies | undefined = undefined;
  /** The answer's road through the output transforms, where the application has any. */
  #transformed: TransformedOutput | undefined = undefined;
  #answered: (() => void) | undefined = undefined;

  static {
    provideInternals({
      isLate: (handler, call) => handler.#over && ignoreLate(handler, call),
      reasonOf: (handler) => (handler.#reason === "" ? reasonPhrase(handler.#status) : handler.#reason),
      reset: (handler) => handler.#reset(),
      cut: (handler) => handler.#cut(),
      giveUp: (handler, silently) => handler.#giveUp(silently),
      onResponded: (handler, callback) => void (handler.#answered = callback),
      targetOf: (handler) => handler.#target,
      setTarget: (handler, target) => void (handler.#target = target),
      cookiesOf: (handler) => (handler.#newCookies ??= new NewCookies()),
    });
  }

  constructor(application: Application, request: HTTPServerRequest) {
    this.application = application;
    this.request = request;
  }

  /** Sets header fields that every answer of this handler has, error pages included. */
  setDefaultHeaders(): void {}

  /** @throws UsageError where the code is no three-digit number. */
  setStatus(code: number, reason?: string): void {
    if (internals.isLate(this, "setStatus")) return;
    checkStatus(code);
    // Tornado sends `Unknown` in place of a reason that could break out of the status line or into an error page.
    this.#reason =
      reason !== undefined && !/^[\t\x20-\x3b\x3d-\x7e\x80-\xff]+$/.test(reason) ? "Unknown" : (reason ?? "");
    this.#status = code;
  }
  getStatus(): number {
    return this.#status;
  }
  /** The reason phrase that goes with the status. */
  protected reasonText(): string {
    return internals.reasonOf(this);
  }

  get #headers(): HTTPHeaders {
    if (this.#fields !== undefined) return this.#fields;
    const fields = new HTTPHeaders({ Server: SERVER });
    if (this.#contentType !== "") fields.add("Content-Type", this.#contentType);
    this.#fields = fields;
    return fields;
  }
  /** @throws UsageError on a name that is no token or a value with control characters. */
  setHeader(name: string, value: HeaderValue): void {
    if (!internals.isLate(this, "setHeader")) this.#headers.set(name, value);
  }
  addHeader(name: string, value: HeaderValue): void {
    if (!internals.isLate(this, "addHeader")) this.#headers.add(name, value);
  }
  clearHeader(name: string): void {
    if (!internals.isLate(this, "clearHeader")) this.#headers.delete(name);
  }
  /** Value of a header field of the answer, as set so far. */
  getHeader(name: string): string | undefined {
    return this.#headers.get(name);
  }

  /** Forgets status, headers and what was written, as at the beginning. Cookies stay. */
  clear(): void {
    this.#reset();
    const pending: unknown = this.setDefaultHeaders();
    if (pending !== undefined) watchHook(this.#handler, pending, "setDefaultHeaders");
  }
  #reset(): void {
    this.#status = 200;
    this.#reason = "";
    this.#contentType = HTML;
    this.#fields = undefined;
    this.#content = "";
    this.#more = undefined;
  }
  /** The subclass that all handlers are of, for the functions of failures.ts. */
  get #handler(): RequestHandler {
    return this as unknown as RequestHandler;
  }

  #addCookieFields(): void {
    const newCookies = this.#newCookies;
    this.#newCookies = undefined;
    newCookies?.addTo(this.#headers);
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
    if (this.#done && ignoreLate(this, "write")) return;
    let policy: BytesPolicy = "keep";
    let piece: string | Uint8Array;
    if (typeof chunk === "string") piece = chunk;
    else {
      const bytes = asBytes(chunk);
      if (bytes === undefined) piece = this.#textForm(chunk);
      else {
        policy = policyOf("write", options);
        piece = policy === "copy" ? this.#copyOf(bytes) : bytes;
        if (policy === "copy" && bytes.length <= COPY_LIMIT) policy = "keep";
      }
    }
    if (this.#more !== undefined) this.#more.push(piece);
    else if (this.#content.length === 0) {
      this.#content = piece;
      this.#policy = policy;
    } else this.#more = [this.#content, piece];
  }

  /** Transforms, and a tag of the program's own, may keep what they are shown. */
  #copyOf(chunk: Uint8Array): Buffer {
    const shown = this.#transforms || this.computeEtag !== HandlerOutput.prototype.computeEtag;
    return shown ? Buffer.from(chunk) : takeContent(chunk);
  }

  #textForm(value: object): string {
    const [text, type] = textForm(value);
    if (this.#fields === undefined) this.#contentType = type;
    else if (this.#fields.get("Content-Type") === HTML) this.#fields.set("Content-Type", type);
    return text;
  }

  /** What has been written and not sent, as one piece. `#policy` is that of its bytes. */
  #takeContent(): string | Uint8Array {
    const content = this.#content;
    const more = this.#more;
    this.#content = "";
    this.#more = undefined;
    if (more === undefined) return content;
    this.#policy = "keep";
    return joined(more);
  }

  /** The same for output transforms, which may look at it later, or keep it. */
  #takeOwnContent(): string | Uint8Array {
    const content = this.#takeContent();
    return typeof content === "string" || this.#policy !== "lend" ? content : Buffer.from(content);
  }

  /**
   * Sends the headers, and what has been written so far. The promise, where there is one, waits for the socket; need not be waited for.
   */
  flush(): Promise<void> | void {
    if (this.#done && ignoreLate(this, "flush")) return undefined;
    const { connection } = this.request;
    if (this.#sent) {
      return this.#transformed === undefined
        ? connection.write(this.#takeContent(), this.#policy)
        : this.#transformed.more(this.#takeOwnContent(), false);
    }
    checkBegun(this.#status);
    if (this.#newCookies !== undefined) this.#addCookieFields();
    this.#sent = true;
    const headers = this.#headers;
    const status = this.#status;
    try {
      if (this.#transforms) {
        this.#transformed = this.#newTransformed();
        const head = { status, reason: this.#reason, headers };
        return this.#transformed.start(head, this.#takeOwnContent(), false);
      }
      const content = this.#takeContent();
      return connection.writeHeaders(
        { code: status, reason: internals.reasonOf(this) },
        headers,
        content,
        this.#policy,
      );
    } catch (error) {
      if (!connection.started) this.#unsend();
      throw error;
    }
  }

  /**
   * Completes the answer. Must be called once; after a method that returns, it is. The promise, where there is one, settles when
   * the answer has gone through the output transforms. What cannot be sent throws, and then nothing has been sent. Bytes may be changed as
   * soon as the call returns, unless the options say "keep".
   */
  finish(chunk?: Writable, options?: WriteOptions): Promise<void> | void {
    if (this.#done && ignoreLate(this, "finish")) return undefined;
    if (chunk !== undefined) {
      // They leave at once, or are copied by the stream.
      const written: unknown = this.write(chunk, policyOf("finish", options) === "keep" ? options : LENT);
      if (written !== undefined) watchHook(this.#handler, written, "write");
    }
    this.#done = true;
    try {
      if (this.#newCookies !== undefined && !this.#sent) this.#addCookieFields();
      if (this.#transforms) return this.#finishTransformed();
      if (this.#sent) {
        const { connection } = this.request;
        const content = this.#takeContent();
        void connection.write(content, final(this.#policy));
        connection.finish();
      } else {
        this.#sent = true;
        const content = this.#takeContent();
        if (this.#isHeadAlone(content)) return this.#finishHead();
        const plain = this.computeEtag === HandlerOutput.prototype.computeEtag;
        const policy = final(this.#policy);
        sendWhole(this, this.#status, this.#reason, this.#fields, this.#contentType, content, policy, plain);
      }
    } catch (error) {
      if (this.request.connection.started) this.#cut();
      else this.#unsend();
      throw error;
    }
    this.#answer();
    return undefined;
  }

  /** Nothing has left: an error page may still be sent. */
  #unsend(): void {
    this.#done = false;
    this.#sent = false;
    this.#transformed = undefined;
    this.#untransformed = true;
  }

  /** Whether only the head is to be sent; see `isHeadAlone`. @throws where the answer cannot be sent; see `checkWhole`. */
  #isHeadAlone(content: string | Uint8Array): boolean {
    const method = this.request.methodId;
    checkWhole(this.#status, method, this.#fields, content);
    return isHeadAlone(this.#status, method, this.#fields, content, this.#target?.headsItself === true);
  }

  /** Sends the head of an answer to HEAD as it is, with the length and the tag that were set, or none; see `isHeadAlone`. */
  #finishHead(): Promise<void> | void {
    const headers = this.#headers;
    if (this.#status === 200 && namesTag(this.request, headers.get("Etag"))) {
      this.#status = 304;
      toNotModified(headers);
    }
    this.#done = this.#sent = false;
    void this.flush();
    this.#done = true;
    if (this.#transformed !== undefined) return this.#transformed.more("", true, () => this.#answer());
    this.request.connection.finish();
    this.#answer();
    return undefined;
  }

  get #transforms(): boolean {
    return this.application.transforms.length > 0 && !this.#untransformed;
  }
  #newTransformed(): TransformedOutput {
    return new TransformedOutput(this.request, this.application.transforms, (error) => {
      // It fails after the call that began it: there may be nothing that waits for it.
      this.#done = true;
      lastResort(this.#handler, error, "transform");
    });
  }

  /** The tag is that of the content as written; a transform that changes the bytes makes it weak. */
  #finishTransformed(): Promise<void> | void {
    let content = this.#takeOwnContent();
    const finished = (): void => this.#answer();
    if (this.#transformed !== undefined) return this.#transformed.more(content, true, finished);
    this.#sent = true;
    if (this.#isHeadAlone(content)) return this.#finishHead();
    const headers = this.#headers;
    if (tagOfWhole(this, this.#status, headers, content)) {
      this.setStatus(304);
      headers.set("Content-Length", typeof content === "string" ? Buffer.byteLength(content) : content.length);
      content = "";
    }
    this.#transformed = this.#newTransformed();
    return this.#transformed.start({ status: this.#status, reason: this.#reason, headers }, content, true, finished);
  }

  get headersWritten(): boolean {
    return this.#sent;
  }
  get finished(): boolean {
    return this.#done;
  }

  #answer(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#answered === undefined) this.application.requestFinished(this.#handler);
    else this.#answered();
  }

  #cut(): void {
    this.#done = true;
    this.request.connection.destroy();
    this.#answer();
  }

  #giveUp(silently = false): void {
    if (this.#over) return;
    const { connection } = this.request;
    if (silently) expectLate(this);
    if (silently || connection.started) return this.#cut();
    this.#done = this.#sent = true;
    this.#status = 500;
    sendPlainPage(connection);
    this.#answer();
  }

  /**
   * Takes the stream away from HTTP, for another protocol over it; this handler answers nothing more. Bytes the client sent
   * behind the request are the stream's first.
   */
  detach(): IOStream {
    this.#done = true;
    // What has been sent is of no more use, and may stand for days.
    this.#fields = undefined;
    this.request.headers.forgetLines();
    // A server makes nothing else; the layers between know only the half that never waits.
    return this.request.connection.detach() as IOStream;
  }

  // --- entity tags ---

  /** The entity tag of a content, or undefined or null for none. May be overridden. */
  computeEtag(content: string | Uint8Array): string | undefined {
    return contentTag(this.request.connection.stream.parser, content);
  }

  /** Sets `Etag` for what has been written so far, unless `computeEtag` gives none. `finish` does so by itself. */
  setEtagHeader(): void {
    const content = this.#takeContent();
    this.#content = content;
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

const LENT: WriteOptions = { bytes: "lend" };
/** Nobody waits for what was lent to the last piece. */
const final = (policy: BytesPolicy): BytesPolicy => (policy === "lend" ? "copy" : policy);
