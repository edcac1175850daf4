/**
 * A `Response` (Fetch standard) that keeps text and bytes as they were given until somebody asks for more. Node's own makes a stream of
 * every content, and reading that back costs more than all the rest of an answer. light-fetch.ts puts it in the place of the global; what
 * is not answered here, one of the runtime's own answers, so that its conversions and refusals are those of the standard.
 */
import { isReasonPhrase, isToken } from "../http/message/field-text.ts";

type Content = ConstructorParameters<typeof Response>[0];
type Init = ResponseInit | null | undefined;
type Field = readonly [name: string, value: string];

/** The one it stands in for. */
let original: typeof Response | undefined;
const runtimeResponse = (): typeof Response => (original ??= globalThis.Response);

/** Status, fields and content that can leave as they are. */
export interface WholeResponse {
  readonly status: number;
  readonly statusText: string;
  readonly fields: Iterable<Field>;
  readonly content: string | Uint8Array;
}

const PLAIN_TEXT = "text/plain;charset=UTF-8";
const PLAIN_TEXT_FIELDS: readonly Field[] = [["Content-Type", PLAIN_TEXT]];
const NO_FIELDS: readonly Field[] = [];

export class LightResponse {
  /** As it was given: bytes are a copy, as in the standard. Null where there is none. */
  #content: string | Uint8Array | null = null;
  #status = 200;
  #statusText = "";
  /** What was given, checked and copied, until `#headers` holds it. */
  #fields: readonly Field[] = NO_FIELDS;
  #headers: Headers | undefined = undefined;
  #real: Response | undefined = undefined;

  constructor(content?: Content, init?: Init) {
    const kept = keptContent(content);
    if (kept !== undefined) this.#content = kept;
    if (kept === undefined || !this.#take(init) || (kept !== null && isNullBodyStatus(this.#status))) {
      // "If init["statusText"] does not match the reason-phrase token production, then throw a TypeError." Bun's own does not.
      if (init?.statusText !== undefined && !isReasonPhrase(String(init.statusText)))
        throw new TypeError(`${JSON.stringify(init.statusText)} is not a reason phrase`);
      const real = new (runtimeResponse())(content, init ?? undefined);
      this.#real = real;
      this.#headers = real.headers;
    }
  }

  /** Whether `init` is one whose meaning is plain; whatever else the standard takes, or refuses, is left to the runtime. */
  #take(init: Init): boolean {
    if (init === undefined || init === null) return true;
    if (typeof init !== "object") return false;
    const { status = 200, statusText = "", headers } = init;
    if (!Number.isInteger(status) || status < 200 || status > 599 || !isReasonPhrase(statusText)) return false;
    this.#status = status;
    this.#statusText = statusText;
    if (headers === undefined) return true;
    const fields = plainFields(headers);
    if (fields === undefined) this.#setHeaders(new Headers(headers));
    else this.#fields = fields;
    return true;
  }

  get status(): number {
    return this.#real?.status ?? this.#status;
  }
  get statusText(): string {
    return this.#real?.statusText ?? this.#statusText;
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
  get type(): Response["type"] {
    return this.#real?.type ?? "default";
  }
  get url(): string {
    return this.#real?.url ?? "";
  }
  get redirected(): boolean {
    return this.#real?.redirected ?? false;
  }
  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? false;
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#content === null && this.#real === undefined ? null : this.real().body;
  }
  /** Always the same object. */
  get headers(): Headers {
    if (this.#headers === undefined) this.#setHeaders(new Headers(this.#fields as [string, string][]));
    return this.#headers as Headers;
  }
  /** "If body's type is non-null and response's header list does not contain `Content-Type`, then append it." */
  #setHeaders(headers: Headers): void {
    this.#headers = headers;
    if (typeof this.#content === "string" && !headers.has("Content-Type")) headers.set("Content-Type", PLAIN_TEXT);
  }

  clone(): Response {
    const copy = this.real().clone();
    const { status, statusText, headers } = this;
    // The fields may have changed since the real one was made.
    return status === 0 ? copy : new (runtimeResponse())(copy.body, { status, statusText, headers });
  }

  /** The answer, if nobody has asked for anything that a stream is needed for. */
  whole(): WholeResponse | undefined {
    if (this.#real !== undefined) return undefined;
    return {
      status: this.#status,
      statusText: this.#statusText,
      fields: this.#wireFields(),
      content: this.#content ?? "",
    };
  }
  #wireFields(): Iterable<Field> {
    const fields = this.#fields;
    if (this.#headers !== undefined) return this.#headers;
    if (typeof this.#content !== "string") return fields;
    if (fields.length === 0) return PLAIN_TEXT_FIELDS;
    const typed = fields.some(([name]) => name.length === 12 && name.toLowerCase() === "content-type");
    return typed ? fields : [...fields, ...PLAIN_TEXT_FIELDS];
  }

  /** The response as the runtime makes them. */
  real(): Response {
    if (this.#real === undefined) {
      const { status, statusText, headers } = this;
      this.#real = new (runtimeResponse())(this.#content as BodyInit, { status, statusText, headers });
    }
    return this.#real;
  }
}
type BodyInit = NonNullable<Content>;

// RFC 9110 and the standard: "A null body status is a status that is 101, 103, 204, 205, or 304."
const isNullBodyStatus = (status: number): boolean => status === 204 || status === 205 || status === 304;

/** Text and bytes; null for none; undefined for what the runtime makes something of: forms, blobs, streams, other values. */
function keptContent(content: unknown): string | Uint8Array | null | undefined {
  if (typeof content === "string") return content;
  if (content === undefined || content === null) return null;
  // "Set source to a copy of the bytes held by object."
  if (content instanceof ArrayBuffer) return new Uint8Array(content.slice(0));
  if (!ArrayBuffer.isView(content) || !(content.buffer instanceof ArrayBuffer)) return undefined;
  return new Uint8Array(content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength));
}

// https://fetch.spec.whatwg.org/#concept-header-value: no leading or trailing white space, no NUL, LF, CR. Those above U+00FF, and
// controls, which the standard takes and HTTP does not, are left to the runtime and to the check of the wire.
const PLAIN_VALUE = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;

/** Fields of an object of texts, copied; undefined where they need the conversions or the refusals of `Headers`. */
function plainFields(headers: NonNullable<ResponseInit["headers"]>): readonly Field[] | undefined {
  if (typeof headers !== "object" || Symbol.iterator in headers || Object.getPrototypeOf(headers) !== Object.prototype)
    return undefined;
  if (Object.getOwnPropertySymbols(headers).length > 0) return undefined;
  const fields = Object.entries(headers as { [name: string]: unknown });
  const plain = fields.every(([name, value]) => isToken(name) && typeof value === "string" && PLAIN_VALUE.test(value));
  return plain ? (fields as [string, string][]) : undefined;
}

for (const name of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const) {
  Object.defineProperty(LightResponse.prototype, name, {
    value(this: LightResponse): unknown {
      return (this.real() as unknown as { [name: string]: () => unknown })[name]?.();
    },
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
for (const name of Object.getOwnPropertyNames(LightResponse.prototype)) {
  if (name === "constructor" || name === "real" || name === "whole") continue;
  Object.defineProperty(LightResponse.prototype, name, { enumerable: true });
}

/** The class as one that can stand in the place of a `Response`; `instanceof` holds for both kinds then. */
export function lightResponseOver(own: typeof Response): typeof Response {
  original = own;
  Object.setPrototypeOf(LightResponse, own);
  Object.setPrototypeOf(LightResponse.prototype, own.prototype);
  const describe = (name: string | symbol, value: unknown): unknown =>
    Object.defineProperty(LightResponse, name, { value, configurable: true });
  describe(Symbol.hasInstance, (value: unknown): boolean => value instanceof own);
  describe("name", "Response");
  describe("length", 0);
  return LightResponse as unknown as typeof Response;
}

/** The parts of a response that needs no stream. */
export function wholeResponse(response: Response): WholeResponse | undefined {
  return isLight(response) ? response.whole() : undefined;
}

const isLight = (value: unknown): value is LightResponse =>
  typeof value === "object" && value !== null && value.constructor === LightResponse;
