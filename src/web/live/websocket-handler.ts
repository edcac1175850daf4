/**
 * `WebSocketHandler` (Tornado's): a request handler whose GET becomes a WebSocket (RFC 6455). Before that it is a handler like any other:
 * `prepare` may refuse with any status, set header fields and cookies, ask who the user is.
 */
import { UsageError } from "../../errors.ts";
import { HTTPError } from "../handler/http-error.ts";
import { allowField, RequestHandler } from "../handler/request-handler.ts";
import { WebSocketConnection } from "../../websocket/connection.ts";
import type { WebSocketEvents } from "../../websocket/owned-connection.ts";
import type { WebSocketOwner } from "../../websocket/trace.ts";
import { resolveWebSocketOptions } from "../../websocket/options.ts";
import type { WebSocketOptions } from "../../websocket/options.ts";
import { rejectedAsClosed, WebSocketClosedError } from "../../websocket/errors.ts";
import { acceptValue, handshakeRefusal, offeredSubprotocols, sameOrigin } from "../../websocket/handshake.ts";
import { acceptOffer, checkCompression, parseExtensions } from "../../websocket/extensions.ts";
import type { CompressionOptions } from "../../websocket/extensions.ts";
import { MessageDeflate } from "../../websocket/deflate.ts";
import { checkMessageOptions, formOf } from "../../websocket/message.ts";
import type { Message, MessageOptions } from "../../websocket/message.ts";
import { loggers } from "../../log.ts";
import { notPromise } from "../../user-code.ts";
import { logFailed } from "../handler/failures.ts";
import { stateOf } from "../handler/state.ts";
import type { PreparedFrame } from "../../websocket/prepared-frame.ts";

/** What an application says of its WebSockets. */
export interface WebSocketSettings {
  /** Limits and times of WebSockets. */
  websocket?: WebSocketOptions;
}

export abstract class WebSocketHandler extends RequestHandler implements WebSocketEvents {
  #connection: WebSocketConnection | undefined = undefined;
  #subprotocol: string | undefined = undefined;

  // --- to be overridden ---

  /**
   * The WebSocket is open. No message is read before a promise it returns has settled. The arguments are the captured parts of the path.
   */
  open(..._args: (string | undefined)[]): void | Promise<void> {}
  /** A message: text, or bytes that are yours to keep. A promise holds the next one back, and the client with it. */
  abstract onMessage(message: Message): void | Promise<void>;
  /**
   * The connection is over, told once; `code` and `reason` are the client's: 1005 without a code, 1006 without a word.
   *
   * From the first close frame, of either side, until this call the WebSocket is *closing*: `isOpen` is false, and `writeMessage` and `ping`
   * send nothing. That may take as long as the client reads what was sent before, and `closeTimeout` besides. What runs on its own, such as
   * a timer, may call them in that time and need not ask; stop it here.
   */
  onClose(_code: number, _reason: string): void {}
  /** A ping, which has been answered. */
  onPing(_data: Buffer): void {}
  onPong(_data: Buffer): void {}

  /** Whether pages of an origin may connect. Default: those of the same host. Without an Origin it is no browser, and may. */
  checkOrigin(origin: string): boolean {
    return sameOrigin(origin, this.request.host);
  }
  /** One of the subprotocols the client offers, or undefined or null for none. Called once, also where it offers none. */
  selectSubprotocol(_offered: readonly string[]): string | null | undefined {
    return undefined;
  }
  /** Limits and times of this WebSocket. Default: the setting `websocket`. */
  getWebSocketOptions(): WebSocketOptions {
    return this.settings.websocket ?? NO_OPTIONS;
  }

  /**
   * Turns compression on (permessage-deflate, RFC 7692), where the client offers it: `{}` with the defaults. Default: off, since it
   * costs memory and time for each client.
   */
  getCompressionOptions(): CompressionOptions | null | undefined {
    return undefined;
  }

  // --- the handshake ---

  override async get(...args: (string | undefined)[]): Promise<void> {
    const { request } = this;
    // It has left while `prepare` was waiting for something: there is nobody to open anything for.
    if (request.connection.lost || request.connection.stream.isClosed) return this.finish();
    // An adapter passes on a request and its answer, and not the fields and bytes of the connection (RFC 9110 §7.6.1, §7.8).
    if (!request.connection.upgradable && request.headers.has("Sec-WebSocket-Key")) {
      throw new HTTPError(501, {
        reason: "No WebSocket Inside an Adapter",
        logMessage:
          "an adapter has no connection that could become a WebSocket: use listen() of the Application or an HTTPServer",
      });
    }
    const refusal = handshakeRefusal(request);
    if (refusal !== undefined)
      throw new HTTPError(refusal.status, { logMessage: refusal.reason, headers: refusal.headers });
    const origin = request.headers.get("Origin");
    if (origin !== undefined && !notPromise(this.checkOrigin(origin), "checkOrigin"))
      throw new HTTPError(403, `cross-origin WebSocket from ${JSON.stringify(origin)}`);
    const offered = offeredSubprotocols(request);
    const chosen = notPromise(this.selectSubprotocol(offered), "selectSubprotocol") ?? undefined;
    if (chosen !== undefined && !offered.includes(chosen)) {
      throw new UsageError(
        "ERR_LANDSPOUT_WEBSOCKET_SUBPROTOCOL",
        `${chosen} is none of the subprotocols the client offers`,
      );
    }
    this.#subprotocol = chosen;
    if (chosen === undefined && offered.length > 0) noneSelected(this.constructor, offered);
    const options = notPromise(this.getWebSocketOptions(), "getWebSocketOptions") ?? NO_OPTIONS;
    // Before the WebSocket is there: wrong ones are a 500.
    resolveWebSocketOptions(options);
    const compression = this.#compression();
    const stream = this.#accept();
    const connection = new WebSocketConnection(stream, this, options, new Owner(this), request.connection.upgraded);
    this.#connection = connection;
    connection.opened();
    if (compression !== undefined) connection.useCompression(compression);
    try {
      const opening = this.open(...args);
      connection.keepContext();
      await opening;
    } catch (error) {
      connection.broken(error, "open");
    }
    connection.start();
  }

  /** Takes an offer of compression, if there is one and it is wanted. */
  #compression(): MessageDeflate | undefined {
    const options = notPromise(this.getCompressionOptions(), "getCompressionOptions") ?? undefined;
    const field = this.request.headers.get("Sec-WebSocket-Extensions");
    if (options === undefined) return undefined;
    checkCompression(options);
    if (field === undefined) return undefined;
    const offers = parseExtensions(field);
    if (offers === undefined) throw new HTTPError(400, "malformed Sec-WebSocket-Extensions");
    const accepted = acceptOffer(offers, options);
    if (accepted === undefined) return undefined;
    this.setHeader("Sec-WebSocket-Extensions", accepted.answer);
    return new MessageDeflate(accepted.agreed, options, false);
  }

  /** §4.2.2: 101, with what `prepare` has set, and the stream from there on. */
  #accept(): ReturnType<RequestHandler["detach"]> {
    const { request } = this;
    this.clearHeader("Content-Type");
    this.setStatus(101);
    this.setHeader("Upgrade", "websocket");
    this.setHeader("Connection", "Upgrade");
    this.setHeader("Sec-WebSocket-Accept", acceptValue(request.headers.get("Sec-WebSocket-Key") ?? ""));
    if (this.#subprotocol !== undefined) this.setHeader("Sec-WebSocket-Protocol", this.#subprotocol);
    // Records of later failures name the client, which the socket does not once it is closed.
    void request.remoteIp;
    void this.flush();
    const stream = this.detach();
    stream.setNodelay(true);
    this.application.requestFinished(this);
    return stream;
  }

  /** A WebSocket has no HEAD, and none of the other methods. */
  override head(): never {
    throw new HTTPError(405, { headers: { Allow: allowField(this) } });
  }
  override allowedMethods(): string[] {
    const own = this.head !== WebSocketHandler.prototype.head;
    return super.allowedMethods().filter((method) => method !== "HEAD" || own);
  }

  // --- the open WebSocket ---

  get #open(): WebSocketConnection {
    if (this.#connection === undefined) throw new WebSocketClosedError();
    return this.#connection;
  }
  /** Messages can be sent. */
  get isOpen(): boolean {
    return this.#connection?.isOpen === true;
  }
  get selectedSubprotocol(): string | undefined {
    return this.#subprotocol;
  }
  /** What the client closed with, as told to `onClose`; undefined before. */
  get closeCode(): number | undefined {
    return this.#connection?.isClosed === true ? this.#connection.closeCode : undefined;
  }
  get closeReason(): string {
    return this.#connection?.isClosed === true ? this.#connection.closeReason : "";
  }

  /**
   * Sends a message: text, bytes, or an object as JSON. The promise, where there is one, waits for the socket; need not be waited for. Bytes
   * may be changed as soon as the call returns; with `{ bytes: "lend" }`, which saves a copy of large messages, once the promise has settled
   * or there is none.
   *
   * Once the WebSocket is closing, and before it is open, nothing is sent and the promise rejects with a WebSocketClosedError. Nothing is
   * thrown, and the rejection need not be handled.
   */
  writeMessage(message: string | Uint8Array | object, options?: MessageOptions): Promise<void> | void {
    const plain = typeof message === "string" || message instanceof Uint8Array ? message : formOf(message);
    if (options !== undefined) checkMessageOptions(options);
    return this.#connection === undefined ? rejectedAsClosed() : this.#connection.write(plain, options);
  }
  /** Sends a message that `prepareMessage` made once for many; to a closed WebSocket nothing. */
  writePrepared(frame: PreparedFrame): void {
    this.#connection?.writePrepared(frame);
  }
  /** Calls a function when it is over, before `onClose`; at once where it is already. The result takes it back. */
  addCloseListener(listener: () => void): () => void {
    return this.#open.addCloseListener(listener);
  }
  /**
   * Sends a ping, as `writeMessage` sends a message.
   * @throws UsageError on more than 125 bytes.
   */
  ping(data: string | Uint8Array = ""): Promise<void> | void {
    return this.#connection === undefined ? rejectedAsClosed() : this.#connection.ping(data);
  }
  /**
   * Says goodbye; the client answers, or the connection is cut after a while. Does nothing once it is closing.
   * @throws UsageError on a code that may not be sent, or a reason longer than 123 bytes.
   */
  close(code?: number, reason?: string): void {
    this.#connection?.close(code, reason);
  }
  /** Cuts the connection without a word. */
  abort(): void {
    this.#connection?.abort();
  }
  setNodelay(on: boolean): void {
    this.#open.stream.setNodelay(on);
  }

  // --- told by the connection ---

  /** Closes with 1001. May be overridden, to say something before `super.onShutdown()`. RFC 6455 §7.4.1: "going away, such as a server going down". */
  override onShutdown(): void | Promise<void> {
    this.close(1001, "going away");
  }

  onError(error: unknown, hook = "onError"): void {
    logFailed(stateOf(this), error, hook);
  }
}

const NO_OPTIONS: WebSocketOptions = {};

class Owner implements WebSocketOwner {
  readonly websocket: WebSocketHandler;
  constructor(websocket: WebSocketHandler) {
    this.websocket = websocket;
  }
  get role() {
    return "server" as const;
  }
  get name(): string {
    const { path, remoteIp } = this.websocket.request;
    return `${path} (${remoteIp})`;
  }
}

/** Classes of which it has been said already. */
const saidNone = new WeakSet<object>();
/** Characters of what the client offers that are logged. */
const LOGGED_OFFER = 200;

/** Said once for each class: a browser drops a WebSocket whose server selects none of the subprotocols it offers, and does not say why. */
function noneSelected(handlerClass: { readonly name: string }, offered: readonly string[]): void {
  if (saidNone.has(handlerClass)) return;
  saidNone.add(handlerClass);
  const names = JSON.stringify(offered.join(", ").slice(0, LOGGED_OFFER));
  loggers.general.info(
    `${handlerClass.name}: a client offers the subprotocols ${names} and none is selected; browsers then close the connection. ` +
      "selectSubprotocol selects one. (Logged once for this class.)",
  );
}
