/**
 * What is known of one request and its response while a handler answers it. The handler keeps this object in one private field, and the
 * rooms of the framework take it in place of the handler: a program's own handler may have a method or a field of any name, and each
 * handler class is a shape of its own to the runtime, so that code that reads fields of many classes is slow, while all objects of this
 * class have one shape.
 */
import { HTTPHeaders } from "../../http/message/headers.ts";
import type { HeaderSource } from "../../http/message/headers.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { reasonPhrase } from "../../http/message/status.ts";
import type { Locale } from "../../locale/index.ts";
import type { BytesPolicy } from "../../net/bytes-policy.ts";
import { HTML, JSON_TYPE, SERVER } from "../../http/message/default-fields.ts";
import type { XsrfTokens } from "../security/xsrf.ts";
import type { RequestHandler } from "./class-types.ts";
import type { HandlerHost } from "./host.ts";
import type { NewCookies } from "./new-cookies.ts";
import type { TransformedOutput } from "../answer/output-transform.ts";
import type { RequestContent } from "./request-content.ts";
import type { RequestTrace } from "./request-trace.ts";
import type { Target } from "./target.ts";
import type { UIModule } from "./ui-module.ts";

/** The fields that a response begins with. They are the package's own and need no check. */
class DefaultFields implements HeaderSource {
  readonly #contentType: string;
  constructor(contentType: string) {
    this.#contentType = contentType;
  }
  readFields(): string[] {
    return ["Server", SERVER, "Content-Type", this.#contentType];
  }
}
const HTML_FIELDS = new DefaultFields(HTML);
const JSON_FIELDS = new DefaultFields(JSON_TYPE);

function defaultsFor(contentType: string): DefaultFields {
  if (contentType === HTML) return HTML_FIELDS;
  return contentType === JSON_TYPE ? JSON_FIELDS : new DefaultFields(contentType);
}

export const NO_ARGUMENTS: readonly string[] = [];

/** The part of a handler's state that most requests never use: an object of its own, so that the others are smaller. */
class RareState {
  /** What `getCurrentUser` returned; undefined before. */
  user: unknown = undefined;
  locale: Locale | undefined = undefined;
  xsrf: XsrfTokens | undefined = undefined;
  /** UI modules used in this request, in the order they were first used. */
  modules: Map<string, UIModule> | undefined = undefined;
  /** The template loader has been told to forget what it has read. */
  templatesRefreshed = false;
  /** The content of the request, where the handler reads it itself. */
  requestContent: RequestContent | undefined = undefined;
  /** A late call has been logged, or is none of the program's making. */
  lateLogged = false;
  /** Handler class and hook of the failure that is being logged. */
  failing: string | undefined = undefined;
  /** The failure that was logged last. A promise of a failed response may be awaited, and thrown on, by the method that called `finish`. */
  logged: { readonly error: unknown } | undefined = undefined;
}

export class HandlerState {
  readonly handler: RequestHandler;
  readonly application: HandlerHost;
  readonly request: HTTPServerRequest;
  /** The route the handler was made for; undefined where the program made it itself. */
  target: Target | undefined = undefined;
  pathArgs: readonly (string | undefined)[] = NO_ARGUMENTS;
  autoFinish = true;

  // --- the response ---

  status = 200;
  /** Reason phrase of the program's own; "" for the one that goes with the status. */
  reason = "";
  /** Content type while `fields` is undefined. */
  contentType: string = HTML;
  /** Set once anything but the content type has been set. */
  fields: HTTPHeaders | undefined = undefined;
  /** What has been written and not sent. Bytes in it are the handler's own copy, unless `policy` is another than "keep". */
  content: string | Uint8Array = "";
  policy: BytesPolicy = "keep";
  /** All that has been written and not sent, where it is more than one piece. */
  more: (string | Uint8Array)[] | undefined = undefined;
  newCookies: NewCookies | undefined = undefined;
  /** The head has been sent. */
  sent = false;
  /** `finish` has been called, or stands in no one's power any more. */
  done = false;
  /** The response is complete, or will never be. */
  over = false;
  /** Sending has failed once: the error page does not go through the output transforms. */
  untransformed = false;
  /** The response on its way through the output transforms, where the application has any. */
  transformed: TransformedOutput | undefined = undefined;
  /** Called when the response is complete, in place of `requestFinished`, which it has to call. Must not throw. */
  onResponded: (() => void) | undefined = undefined;

  trace: RequestTrace | undefined = undefined;
  private rareState: RareState | undefined = undefined;

  constructor(handler: RequestHandler, application: HandlerHost, request: HTTPServerRequest) {
    this.handler = handler;
    this.application = application;
    this.request = request;
  }

  /** What most requests have nothing of. Made when it is first asked for. */
  get rare(): RareState {
    return (this.rareState ??= new RareState());
  }

  /** The reason phrase that goes with the status. */
  get reasonText(): string {
    return this.reason === "" ? reasonPhrase(this.status) : this.reason;
  }

  /** Header fields of the response. */
  get headers(): HTTPHeaders {
    if (this.fields !== undefined) return this.fields;
    return (this.fields = HTTPHeaders.from(defaultsFor(this.contentType)));
  }

  /** Forgets status, header fields and what was written, as at the beginning. Cookies stay. */
  reset(): void {
    this.status = 200;
    this.reason = "";
    this.contentType = HTML;
    this.fields = undefined;
    this.content = "";
    this.more = undefined;
  }
}

/** The state of a handler. Filled when output.ts is loaded, without which there is no handler. */
export let stateOf: (handler: object) => HandlerState;

/** Called by the class that has the field. */
export function provideState(read: (handler: object) => HandlerState): void {
  stateOf = read;
}
