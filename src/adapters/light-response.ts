/**
 * A `Response` (Fetch standard) that keeps text and bytes as they were given until somebody asks for more. Node's own makes a stream of
 * every content, and reading that back costs more than all the rest of an answer. `useLightResponse` puts it in the place of the
 * global; whatever is not answered here, a real one answers.
 */
import { isReasonPhrase } from "../http/field-text.ts";

type Content = BodyInit | null | undefined;
type BodyInit = ConstructorParameters<typeof Response>[0];

/** The runtime's own; looked up at first use, because Node loads the whole of Fetch with it. */
let original: typeof Response | undefined;
const runtimeResponse = (): typeof Response | undefined => (original ??= globalThis.Response);

/** Status, fields and content that can leave as they are. */
export interface WholeAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly fields: Iterable<readonly [string, string]>;
  readonly content: string | Uint8Array;
}

export class LightResponse {
  readonly #content: Content;
  readonly #init: ResponseInit | undefined;
  #headers: Headers | undefined = undefined;
  #real: Response | undefined = undefined;

  constructor(content?: Content, init?: ResponseInit) {
    // "Extract a body": "set source to a copy of the bytes held by object".
    this.#content = content instanceof Uint8Array ? Uint8Array.from(content) : content;
    this.#init = init;
    // What the standard refuses is refused here and now; what it takes for granted needs no check.
    const status = init?.status ?? 200;
    const empty = content === null || content === undefined;
    if (status < 200 || status > 599 || (!empty && (status === 204 || status === 205 || status === 304))) this.real();
    // "If init["statusText"] does not match the reason-phrase token production, then throw a TypeError." Bun's own does not.
    if (init?.statusText !== undefined && !isReasonPhrase(String(init.statusText)))
      throw new TypeError(`${JSON.stringify(init.statusText)} is not a reason phrase`);
  }

  get status(): number {
    return this.#real?.status ?? this.#init?.status ?? 200;
  }
  get statusText(): string {
    return this.#real?.statusText ?? this.#init?.statusText ?? "";
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
  get headers(): Headers {
    if (this.#real !== undefined) return this.#real.headers;
    if (this.#headers === undefined) {
      this.#headers = new Headers(this.#init?.headers);
      if (typeof this.#content === "string" && !this.#headers.has("content-type"))
        this.#headers.set("Content-Type", PLAIN_TEXT);
    }
    return this.#headers;
  }

  /** The answer, if nobody has asked for anything that a stream is needed for. */
  whole(): WholeAnswer | undefined {
    const content = this.#content ?? "";
    if (this.#real !== undefined || (typeof content !== "string" && !(content instanceof Uint8Array))) return undefined;
    return { status: this.status, statusText: this.statusText, fields: this.#fields(), content };
  }
  #fields(): Iterable<readonly [string, string]> {
    if (this.#headers !== undefined) return this.#headers;
    const given = this.#init?.headers;
    if (given === undefined) return typeof this.#content === "string" ? PLAIN_TEXT_FIELDS : [];
    if (Symbol.iterator in given || typeof this.#content === "string") return this.headers;
    return Object.entries(given as { [name: string]: string });
  }

  /** The response as the runtime makes them. */
  real(): Response {
    if (this.#real === undefined) {
      const init =
        this.#headers === undefined ? this.#init : { ...this.#init, status: this.status, headers: this.#headers };
      this.#real = new (runtimeResponse() as typeof Response)(this.#content, init);
    }
    return this.#real;
  }
}

const PLAIN_TEXT = "text/plain;charset=UTF-8";
const PLAIN_TEXT_FIELDS: readonly (readonly [string, string])[] = [["Content-Type", PLAIN_TEXT]];

for (const name of ["body", "bodyUsed", "redirected", "type", "url"] as const) {
  Object.defineProperty(LightResponse.prototype, name, {
    get(this: LightResponse): unknown {
      return this.real()[name];
    },
  });
}
for (const name of ["arrayBuffer", "blob", "bytes", "clone", "formData", "json", "text"] as const) {
  Object.defineProperty(LightResponse.prototype, name, {
    value(this: LightResponse): unknown {
      return (this.real() as unknown as { [name: string]: () => unknown })[name]?.();
    },
  });
}

/**
 * Makes `new Response(…)` cheap from now on. `instanceof Response` holds for both kinds. Does nothing on Bun, whose own is cheap, and
 * where somebody has replaced the global before.
 */
export function useLightResponse(): void {
  const own = runtimeResponse();
  if (own === undefined || "Bun" in globalThis || globalThis.Response !== own) return;
  Object.setPrototypeOf(LightResponse, own);
  Object.setPrototypeOf(LightResponse.prototype, own.prototype);
  Object.defineProperty(LightResponse, Symbol.hasInstance, {
    value: (value: unknown): boolean => value instanceof own,
  });
  globalThis.Response = LightResponse as unknown as typeof Response;
}

/** The parts of a response that needs no stream. */
export function wholeAnswer(response: Response): WholeAnswer | undefined {
  return isLight(response) ? response.whole() : undefined;
}

const isLight = (value: unknown): value is LightResponse =>
  typeof value === "object" && value !== null && value.constructor === LightResponse;
