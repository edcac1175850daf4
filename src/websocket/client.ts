/**
 * `websocketConnect` (Tornado's): a WebSocket as a client. Its messages go to a callback, or are read one by one; whoever reads slowly
 * slows the server down. The frames are those of the server (connection.ts), masked. Redirects are not followed, proxies not used.
 */
import type { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { UsageError } from "../errors.ts";
import { HTTPHeaders } from "../http/message/headers.ts";
import type { HeaderValue } from "../http/message/headers.ts";
import { describeError, loggers } from "../log.ts";
import { IOStream } from "../net/iostream.ts";
import { REACH_OPTIONS, STREAM_OPTIONS } from "../net/iostream-options.ts";
import type { IOStreamOptions, ReachOptions } from "../net/iostream-options.ts";
import { PushIterator } from "../async/push-iterator.ts";
import { TimeoutError } from "../async/timeout-error.ts";
import { TLS_CLIENT_OPTIONS } from "../net/tls-options.ts";
import type { TlsClientOptions } from "../net/transport.ts";
import { callable, checkOptions, group, listOf, LONGEST_TIMER, object, seconds, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { WebSocketConnection } from "./connection.ts";
import { MessageDeflate } from "./deflate.ts";
import { COMPRESSION_OPTIONS } from "./extensions.ts";
import type { CompressionOptions } from "./extensions.ts";
import { HandshakeReader, checkResponse, checkOffer, handshakeRequest, targetOf } from "./handshake-client.ts";
import type { HandshakeResponse, HandshakeOffer, WebSocketTarget } from "./handshake-client.ts";
import { checkMessageOptions, formOf } from "./message.ts";
import type { Message, MessageOptions } from "./message.ts";
import type { WebSocketEvents } from "./owned-connection.ts";
import { WEBSOCKET_OPTIONS } from "./options.ts";
import type { WebSocketOptions } from "./options.ts";

/** The server is held back from so many unread messages on, or so many bytes (characters, of text). */
const UNREAD_MESSAGES = { maxQueued: 64, maxQueuedSize: 65_536, sizeOf: (message: Message): number => message.length };

/** What a client hears. */
export interface WebSocketCallbacks {
  /** Each message. A promise holds the next one back, and the server with it. Without it: `readMessage`, or `for await`. */
  onMessage?: (message: Message) => void | Promise<void>;
  /** A ping, which has been answered. */
  onPing?: (data: Buffer) => void;
  onPong?: (data: Buffer) => void;
  /**
   * The connection is over, told once; `code` and `reason` are the server's: 1005 without a code, 1006 without a word. See `onClose` of
   * `WebSocketHandler` for the time between the first close frame and this call.
   */
  onClose?: (code: number, reason: string) => void;
}

export interface WebSocketConnectOptions
  extends WebSocketOptions, WebSocketCallbacks, ReachOptions, Pick<IOStreamOptions, "parser" | "transport"> {
  /** Further fields of the request, such as `Origin`, `Cookie`, `Authorization`; `Host` replaces the URL's. */
  headers?: HTTPHeaders | { readonly [name: string]: HeaderValue } | Iterable<readonly [string, HeaderValue]>;
  /** What the client speaks, best first. */
  subprotocols?: readonly string[];
  /** Offers permessage-deflate (RFC 7692); `{}` with the defaults. Default: messages are not compressed. */
  compression?: CompressionOptions;
  /** Seconds until the WebSocket is open: name, connection, TLS and the server's answer together. Default 20; 0: for ever. */
  connectTimeout?: number;
  /**
   * Gives the opening up, as `connectTimeout` does: the promise rejects with the signal's reason, and the connection is cut. Once the
   * WebSocket is open the signal is not listened to any more; `close` and `abort` end it.
   */
  signal?: AbortSignal;
  /** TLS of a `wss:` URL. Certificates are verified. */
  ssl?: TlsClientOptions;
}

const CONNECT_OPTIONS: OptionTable<WebSocketConnectOptions> = {
  ...WEBSOCKET_OPTIONS,
  ...REACH_OPTIONS,
  onMessage: callable,
  onPing: callable,
  onPong: callable,
  onClose: callable,
  headers: object,
  subprotocols: listOf(text, "names"),
  compression: group(COMPRESSION_OPTIONS),
  connectTimeout: seconds(0, LONGEST_TIMER),
  signal: (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal"),
  ssl: group(TLS_CLIENT_OPTIONS),
  parser: STREAM_OPTIONS.parser,
  transport: STREAM_OPTIONS.transport,
};

/**
 * Opens a WebSocket at a `ws:` or `wss:` URL. Rejects with a WebSocketHandshakeError where the answer does not open one, a
 * StreamClosedError where there is no connection, a TimeoutError.
 *
 * @example
 * const socket = await websocketConnect("ws://localhost:8888/chat");
 * await socket.writeMessage("hello");
 * for await (const message of socket) console.log(message);
 */
export async function websocketConnect(
  url: string | URL,
  options: WebSocketConnectOptions = {},
): Promise<WebSocketClient> {
  checkOptions("websocketConnect", options, CONNECT_OPTIONS);
  const { headers, subprotocols = [], connectTimeout = 20, signal, ssl, parser, transport, ...others } = options;
  const { family, sourceIp, sourcePort, resolver, allowAddress, attemptDelay, ...rest } = others;
  const { compression, onMessage, onPing, onPong, onClose, ...limits } = rest;
  const target = targetOf(url);
  const key = randomBytes(16).toString("base64");
  const offer: HandshakeOffer = { key, headers: new HTTPHeaders(headers), subprotocols, compression };
  checkOffer(offer.headers, subprotocols);
  signal?.throwIfAborted();
  const stream = new IOStream({
    ...(parser === undefined ? {} : { parser }),
    ...(transport === undefined ? {} : { transport }),
  });
  const reach: { [Name in keyof ReachOptions]-?: ReachOptions[Name] | undefined } = {
    family,
    sourceIp,
    sourcePort,
    resolver,
    allowAddress,
    attemptDelay,
  };
  const opened = open(
    stream,
    target,
    offer,
    { ...(reach as ReachOptions), ...(target.secure ? { ssl: ssl ?? {} } : {}) },
    (answer) => {
      const chosen = checkResponse(answer, offer);
      const codec = chosen.compression && new MessageDeflate(chosen.compression, compression ?? {}, true);
      return new WebSocketClient(stream, limits, rest, answer.headers, chosen.subprotocol, codec, nameOf(target));
    },
  );
  return connectTimeout > 0 || signal !== undefined ? limited(opened, connectTimeout, signal, stream) : opened;
}

/** Without what may be a secret: user and query. */
const nameOf = ({ secure, authority, resource }: WebSocketTarget): string =>
  `${secure ? "wss" : "ws"}://${authority}${resource.replace(/\?.*/s, "")}`;

async function open(
  stream: IOStream,
  target: WebSocketTarget,
  offer: HandshakeOffer,
  reach: ReachOptions & { readonly ssl?: TlsClientOptions },
  opened: (answer: HandshakeResponse) => WebSocketClient,
): Promise<WebSocketClient> {
  const { host, port } = target;
  await stream.connect({ ...reach, host, port });
  stream.setNodelay(true);
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      reject(error as Error);
      stream.destroy();
    };
    const answered = (answer: HandshakeResponse): void => {
      try {
        resolve(opened(answer));
      } catch (error) {
        failed(error);
      }
    };
    const reader = new HandshakeReader(stream, answered, failed);
    stream.attach(reader);
    if (stream.closed()) reader.streamClosed(stream.error);
    else void stream.write(handshakeRequest(target, offer));
  });
}

async function limited<T>(
  pending: Promise<T>,
  seconds: number,
  signal: AbortSignal | undefined,
  stream: IOStream,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let aborted: (() => void) | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const giveUp = (error: unknown): void => {
      reject(error as Error);
      stream.close(error instanceof Error ? error : undefined);
    };
    if (seconds > 0)
      timer = setTimeout(
        () => giveUp(new TimeoutError(`The WebSocket was not open after ${seconds} s`)),
        seconds * 1000,
      );
    aborted = () => giveUp(signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });
  });
  try {
    return await Promise.race([pending, givenUp]);
  } finally {
    clearTimeout(timer);
    if (aborted !== undefined) signal?.removeEventListener("abort", aborted);
  }
}

/** An open WebSocket of ours, and a closed one later. Made by `websocketConnect`. */
export class WebSocketClient {
  /** The fields of the server's answer. */
  readonly headers: HTTPHeaders;
  /** One of those that were offered, or none. */
  readonly selectedSubprotocol: string | undefined;
  readonly #connection: WebSocketConnection;
  /** Undefined where messages go to a callback. */
  readonly #queue: PushIterator<Message> | undefined;
  readonly #closed: Promise<void>;

  constructor(
    stream: IOStream,
    limits: WebSocketOptions,
    { onMessage, onPing, onPong, onClose }: WebSocketCallbacks,
    headers: HTTPHeaders,
    subprotocol: string | undefined,
    codec: MessageDeflate | undefined,
    where: string,
  ) {
    this.headers = headers;
    this.selectedSubprotocol = subprotocol;
    const queue = onMessage === undefined ? new PushIterator<Message>(UNREAD_MESSAGES) : undefined;
    this.#queue = queue;
    let over: () => void = () => undefined;
    this.#closed = new Promise((resolve) => (over = resolve));
    const events: WebSocketEvents = {
      onMessage: onMessage ?? ((message: Message) => queue?.push(message)),
      onPing: (data: Buffer) => onPing?.(data),
      onPong: (data: Buffer) => onPong?.(data),
      onClose: (code: number, reason: string) => {
        queue?.end();
        over();
        return onClose?.(code, reason);
      },
      onError: (error: unknown, hook: string) =>
        loggers.application.error(`Exception in a callback of a WebSocket client, ${hook}\n${describeError(error)}`),
    };
    // What waits to be read must not lie where the next bytes come.
    const owned = queue === undefined ? limits : { ...limits, borrowMessages: false };
    const connection = new WebSocketConnection(stream, events, owned, { websocket: this, role: "client", name: where });
    this.#connection = connection;
    if (codec !== undefined) connection.useCompression(codec);
    connection.opened();
    // Who awaits the connection goes on before it hears of the first message.
    setImmediate(() => connection.start());
  }

  /** Messages can be sent. */
  get isOpen(): boolean {
    return this.#connection.isOpen;
  }
  /** Settles when it is over, whatever happened. */
  get closed(): Promise<void> {
    return this.#closed;
  }
  /** What the server closed with, as told to `onClose`; undefined before. */
  get closeCode(): number | undefined {
    return this.#connection.isClosed ? this.#connection.closeCode : undefined;
  }
  get closeReason(): string {
    return this.#connection.isClosed ? this.#connection.closeReason : "";
  }

  /**
   * The next message; undefined once it is over. Several calls get their messages in order.
   * @throws UsageError where messages go to `onMessage`.
   */
  readMessage(): Promise<Message | undefined> {
    if (this.#queue === undefined) {
      throw new UsageError("ERR_LANDSPOUT_WEBSOCKET_READ", "The messages of this WebSocket go to its onMessage");
    }
    return this.#queue.take();
  }
  /** All messages up to the end. Who leaves the loop earlier can read on later, and closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      const message = await this.readMessage();
      if (message === undefined) return;
      yield message;
    }
  }

  /**
   * Sends a message: text, bytes, or an object as JSON. The promise, where there is one, waits for the socket; need not be waited for. Bytes
   * may be changed as soon as the call returns; with `{ bytes: "lend" }`, which saves a copy of large messages, once the promise has settled
   * or there is none.
   *
   * Once the WebSocket is closing, nothing is sent and the promise rejects with a WebSocketClosedError. Nothing is
   * thrown, and the rejection need not be handled.
   */
  writeMessage(message: string | Uint8Array | object, options?: MessageOptions): Promise<void> | void {
    const plain = typeof message === "string" || message instanceof Uint8Array ? message : formOf(message);
    if (options !== undefined) checkMessageOptions(options);
    return this.#connection.write(plain, options);
  }
  /**
   * Sends a ping, as `writeMessage` sends a message.
   * @throws UsageError on more than 125 bytes.
   */
  ping(data: string | Uint8Array = ""): Promise<void> | void {
    return this.#connection.ping(data);
  }
  /**
   * Says goodbye; the server answers, or the connection is cut after a while. Messages that have not been received by now are lost. Does
   * nothing once it is closing.
   * @throws UsageError on a code that may not be sent, or a reason longer than 123 bytes.
   */
  close(code?: number, reason?: string): void {
    this.#connection.close(code, reason);
    this.#queue?.release();
  }
  /** Cuts the connection without a word. */
  abort(): void {
    this.#connection.abort();
  }
  setNodelay(on: boolean): void {
    this.#connection.stream.setNodelay(on);
  }
}
