/**
 * Runs a Fetch handler (an app of Hono or h3, a plain function) inside landspout, as a server of its own or behind a route: what
 * `WSGIContainer` is to Tornado.
 */
import { Buffer, isUtf8 } from "node:buffer";
import { PushIterator } from "../async/push-iterator.ts";
import { ContentBuffer } from "../http/message/content-buffer.ts";
import { HTTPHeaders } from "../http/message/headers.ts";
import { belongsToConnection } from "../http/message/connection-fields.ts";
import type {
  Exchange,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
} from "../http/interfaces.ts";
import { HTTPServerRequest } from "../http/request.ts";
import { newMemo } from "../http/response-memo.ts";
import { hasNoContent, reasonPhrase } from "../http/message/status.ts";
import { UTF8 } from "../net/stream-output.ts";
import { H_CONTENT_LENGTH, H_TRANSFER_ENCODING } from "../parser/abi.ts";
import { callable, checkOption } from "../options-check.ts";
import { guard, isPromiseLike, logFailure } from "../user-code.ts";
import { wholeResponse } from "./light-response.ts";
import type { WholeResponse } from "./light-response.ts";
import { isLightFetchInstalled } from "./light-fetch.ts";
import { lightRequest, runtimeRequest } from "./light-request.ts";
import type { RequestContent } from "./light-request.ts";

/** What Hono and others get besides the request. */
export interface FetchContainerContext {
  readonly remoteAddress: string;
  /** The request as landspout has it. */
  readonly request: HTTPServerRequest;
}

export type ContainedFetch = (request: Request, context: FetchContainerContext) => Response | Promise<Response>;

/** Announced content up to this size is received before the handler runs; more, or of unknown size, is streamed. Bytes. */
const WHOLE_UP_TO = 65_536;

/**
 * Runs a Fetch handler inside landspout. It gets requests of the runtime's own, and may answer with any `Response`; `installLightFetch` makes
 * both cheaper on Node.
 *
 * @example
 * const hono = new Hono().get("/", (c) => c.text("Hello"));
 * new HTTPServer(new FetchContainer(hono.fetch)).listen(8888);
 */
export class FetchContainer implements HTTPServerConnectionDelegate {
  readonly #fetch: ContainedFetch;

  /** @throws UsageError where `fetch` is no function. */
  constructor(fetch: ContainedFetch) {
    checkOption("FetchContainer", "fetch", fetch, callable);
    this.#fetch = fetch;
  }
  startRequest(_serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    return new FetchMessage(this.#fetch, exchange);
  }
}

const onBun: boolean = "Bun" in globalThis;

class FetchMessage implements HTTPMessageDelegate {
  readonly #fetch: ContainedFetch;
  readonly #exchange: Exchange;
  #request: HTTPServerRequest | undefined = undefined;
  #content: ContentBuffer | undefined = undefined;
  #stream: ContentStream | undefined = undefined;

  constructor(fetch: ContainedFetch, exchange: Exchange) {
    this.#fetch = fetch;
    this.#exchange = exchange;
  }

  headersReceived(_startLine: RequestStartLine, headers: HTTPHeaders): void {
    const request = new HTTPServerRequest(this.#exchange, headers);
    this.#request = request;
    const large =
      request.knows(H_TRANSFER_ENCODING) ||
      (request.knows(H_CONTENT_LENGTH) && Number(headers.get("Content-Length")) > WHOLE_UP_TO);
    if (!large) return;
    this.#stream = new ContentStream();
    this.#run(this.#stream.readable);
  }

  dataReceived(chunk: Uint8Array): Promise<void> | void {
    if (this.#stream !== undefined) return this.#stream.push(chunk);
    (this.#content ??= new ContentBuffer()).add(chunk);
    return undefined;
  }

  finish(): void {
    if (this.#stream === undefined) this.#run(this.#content?.take());
    else this.#stream.end();
  }

  onConnectionClose(error?: Error): void {
    this.#stream?.fail(error ?? new Error("the client has left"));
  }

  #run(content: RequestContent): void {
    const request = this.#request as HTTPServerRequest;
    const exchange = this.#exchange;
    const failed = (error: unknown): void => {
      if (!exchange.lost) exchange.fail(error);
    };
    try {
      const context = { remoteAddress: request.remoteIp, request };
      const made = isLightFetchInstalled() ? lightRequest(request, content) : runtimeRequest(request, content);
      const answer = this.#fetch(made, context);
      if (isPromiseLike(answer))
        Promise.resolve(answer)
          .then((response) => send(exchange, response))
          .catch(failed);
      else send(exchange, answer)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** Content of a request on its way to a reader, no faster than that one reads: the stream pulls when it is read, and keeps nothing. */
class ContentStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #content = new PushIterator<Uint8Array>();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined = undefined;
  #pulling = false;
  #complete = false;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: async (controller) => {
          this.#pulling = true;
          const chunk = await this.#content.take();
          this.#pulling = false;
          if (chunk !== undefined) controller.enqueue(chunk);
          if (this.#complete && this.#content.length === 0) controller.close();
        },
        cancel: () => this.#content.cancel(),
      },
      { highWaterMark: 0 },
    );
  }

  push(chunk: Uint8Array): Promise<void> | void {
    return this.#content.push(chunk);
  }
  end(): void {
    const content = this.#content;
    if (content.over) return;
    this.#complete = true;
    content.end();
    // Otherwise the last `pull` closes.
    if (!this.#pulling && content.length === 0) this.#controller?.close();
  }
  fail(error: Error): void {
    if (this.#content.over) return;
    this.#content.cancel();
    this.#controller?.error(error);
  }
}

function send(exchange: Exchange, response: Response): Promise<void> | undefined {
  const whole = wholeResponse(response);
  if (whole === undefined || hasNoContent(whole.status)) return sendResponse(exchange, response);
  sendWhole(exchange, whole);
  return undefined;
}

/** An answer that needs no stream leaves in one piece. */
function sendWhole(exchange: Exchange, { status, statusText, fields, content }: WholeResponse): void {
  const memo = newMemo();
  memo.length = typeof content === "string" ? Buffer.byteLength(content) : content.length;
  if (typeof content === "string" && memo.length !== content.length) memo.kind = UTF8;
  const headers = new HTTPHeaders();
  for (const [name, value] of fields) if (!belongsToConnection(name)) headers.add(name, value);
  headers.delete("Content-Length");
  // An app that leaves content out of its answers to HEAD does not say how long it would be.
  if (memo.length === 0 && exchange.head.method === "HEAD") memo.length = -1;
  exchange.respond(status, statusText, headers, memo, content, "keep");
}

async function sendResponse(exchange: Exchange, response: Response): Promise<void> {
  const headers = new HTTPHeaders();
  // Before the content is asked for: Bun's responses forget then what type a form or a blob has.
  for (const [name, value] of response.headers) if (!belongsToConnection(name)) headers.add(name, value);
  const { status, body } = response;
  const startLine = { code: status, reason: response.statusText === "" ? reasonPhrase(status) : response.statusText };
  if (body === null || hasNoContent(status) || exchange.head.method === "HEAD") {
    if (!hasNoContent(status) && exchange.head.method !== "HEAD") headers.set("Content-Length", 0);
    if (body !== null) letGo(exchange, body);
    void exchange.writeHeaders(startLine, headers);
    exchange.finish();
    return;
  }
  const reader = body.getReader();
  try {
    await sendBody(exchange, startLine, headers, reader);
  } catch (error) {
    letGo(exchange, reader);
    throw error;
  }
}

/** What a body says of being let go of (its `cancel` may fail, it may be locked) is logged; the answer does not depend on it. */
function letGo({ head, lost }: Exchange, body: { cancel(): unknown }): void {
  guard(
    () => body.cancel(),
    (error) => {
      if (!lost) logFailure(`the cancel of a response body, ${head.method} ${head.path}`, error);
    },
  );
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = Awaited<ReturnType<Reader["read"]>>;

/** Content that is there at once leaves whole, with its length; any other piece by piece. */
async function sendBody(
  exchange: Exchange,
  startLine: { code: number; reason: string },
  headers: HTTPHeaders,
  reader: Reader,
): Promise<void> {
  exchange.setCloseCallback(() => letGo(exchange, reader));
  let piece: Read = await reader.read();
  // Asked for the next piece, a source may use the memory of this one again.
  const first = piece.done ? undefined : Buffer.from(bytesOf(piece.value));
  const next = piece.done ? undefined : reader.read();
  const ended = next === undefined || (await soon(next))?.done === true;
  if (ended) {
    // Of a text Bun's responses do not say what it is; unsaid, a browser would guess, and might guess HTML.
    if (onBun && first !== undefined && !headers.has("Content-Type") && isUtf8(first))
      headers.set("Content-Type", "text/plain;charset=UTF-8");
    headers.set("Content-Length", first?.length ?? 0);
    void exchange.writeHeaders(startLine, headers, first, "keep");
    exchange.finish();
    return;
  }
  await exchange.writeHeaders(startLine, headers, first, "keep");
  for (piece = await next; !piece.done; piece = await reader.read()) await exchange.write(bytesOf(piece.value), "lend");
  exchange.finish();
}

/** What a promise gives, if it does so within a few turns of the microtask queue. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined;
  promise.then(
    (given) => (value = given),
    () => undefined,
  );
  for (let turns = 0; turns < 3 && value === undefined; turns++) await Promise.resolve();
  return value;
}

const bytesOf = (chunk: Uint8Array): Buffer => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
