/**
 * The way of one request from a connection to its message delegate: head, content in pieces, end; and what becomes of what the delegate
 * throws, or of a promise it returns. Functions of a connection, which keeps the state: nothing here is made per request.
 *
 * Contexts (`AsyncLocalStorage`): each request begins in a copy of the stream's context, whatever the one before it has set, keeps the one
 * that its delegate leaves, and all later calls of the delegate run in copies of that.
 */
import type { Buffer } from "node:buffer";
import { copyOf, isClean } from "../../async/context.ts";
import {
  F_EXPECT_CONTINUE,
  M_CONNECT,
  T_CONTENT_LENGTH_HI,
  T_CONTENT_LENGTH_LO,
  T_FLAGS,
  T_METHOD,
  T_MINOR,
} from "../../parser/abi.ts";
import type { HttpParser } from "../../parser/types.ts";
import { caught, guard, isPromiseLike, logFailure, watch } from "../../user-code.ts";
import { logExchangeFailure, nameOf } from "../failures.ts";
import type { HTTPMessageDelegate } from "../interfaces.ts";
import { RemoteProtocolError } from "../message/errors.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { ConnectionLimits } from "./limits.ts";
import { BodyReader, bodyTooLarge } from "./body-reader.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { ANSWERING, BODY, DELEGATE } from "./connection-states.ts";
import type { ConnectionTimeouts } from "./connection-timeouts.ts";
import { targetNotStrict, targetTooLong, toProtocolError } from "./error-response.ts";
import { CHUNKED, headRefusal, NO_CONTENT, REFUSALS, requestFraming } from "./framing.ts";
import { HTTP1Exchange } from "./http1exchange.ts";
import type { ExchangeOwner } from "./http1exchange.ts";
import { RequestHead } from "./request-head.ts";

/** What is needed of the connection. */
export interface IntakeConnection extends ExchangeOwner {
  readonly host: ConnectionContext;
  state: number;
  /** The request that is being received or answered. */
  exchange: HTTP1Exchange | undefined;
  /** Bytes are being delivered. */
  readonly reading: boolean;
  /** What the next bytes wait for. */
  waiting: number;
  readonly timeouts: ConnectionTimeouts;
  /** The client cannot be asked for its address once it has left. */
  readonly peer: string | undefined;
  /** Answers a request that breaks the protocol. */
  refuse(error: RemoteProtocolError): void;
  /** Answers a request whose delegate failed. */
  answerAndClose(status: number, code: string, text: string): void;
  /** A wait for the delegate is over: the bytes that were held back come next. */
  goOn(): void;
}

// --- head ---

/**
 * Begins a request whose head the parser's table holds. `text` has its bytes, from the offset `base` of the memory to `headEnd` at least.
 * @param first No function of the program has run yet in the present read.
 */
export function beginRequest(
  connection: IntakeConnection,
  text: string,
  base: number,
  headEnd: number,
  first: boolean,
): void {
  const { parser, limits, strictTarget, noKeepAlive } = connection.host;
  const { table } = parser;
  const flags = table[T_FLAGS] as number;
  const minor = table[T_MINOR] as number;
  const head = new RequestHead(parser, text, base, headEnd);
  if (head.targetLength > limits.maxTargetLength) return connection.refuse(targetTooLong(limits.maxTargetLength));
  if (strictTarget && !head.isStrict) return connection.refuse(targetNotStrict());
  const refused = headRefusal(flags, minor) ?? (table[T_METHOD] === M_CONNECT ? REFUSALS["connect"] : undefined);
  if (refused !== undefined) return connection.refuse(toProtocolError(refused));
  const framing = requestFraming(flags, minor);
  if (typeof framing === "object") return connection.refuse(toProtocolError(framing));
  const body = framing === NO_CONTENT ? undefined : newBody(parser, limits, framing);
  connection.state = body === undefined ? ANSWERING : BODY;
  const exchange = new HTTP1Exchange(connection, head, noKeepAlive, body);
  connection.exchange = exchange;
  if (isClean(first)) runDelegate(connection, exchange);
  else copyOf(connection.stream.context).runInAsyncScope(runDelegate, undefined, connection, exchange);
}

function newBody(parser: HttpParser, limits: ConnectionLimits, framing: number): BodyReader {
  const { table } = parser;
  const length = (table[T_CONTENT_LENGTH_HI] as number) * 0x1_0000_0000 + (table[T_CONTENT_LENGTH_LO] as number);
  const body = new BodyReader(parser, limits, framing === CHUNKED ? -1 : length, limits.maxBodySize);
  body.timeout = limits.bodyTimeout;
  return body;
}

function runDelegate(connection: IntakeConnection, exchange: HTTP1Exchange): void {
  const { delegate } = connection.host;
  let message: HTTPMessageDelegate | undefined;
  try {
    message = exchange.message = delegate.startRequest(connection, exchange);
    const pending: unknown = message.headersReceived(exchange.head, HTTPHeaders.from(exchange.head));
    if (pending === undefined || !isPromiseLike(pending)) afterHeaders(connection, exchange);
    else waitFor(connection, exchange, message, "headersReceived", pending, afterHeaders);
  } catch (error) {
    // A delegate cannot be waited for. What its promise rejects with is the same failure.
    watch(message, ignored);
    delegateFailed(connection, exchange, error, "headersReceived", message ?? delegate);
  }
  if (connection.exchange === exchange && exchange.context === undefined) exchange.keepContextOfRead();
}

/** The delegate has seen the head; a request without content is complete. */
function afterHeaders(connection: IntakeConnection, exchange: HTTP1Exchange): void {
  if (connection.exchange !== exchange) return;
  const { body, head } = exchange;
  if (body === undefined) return finishMessage(connection, exchange);
  if (exchange.finished) return;
  if (body.length > body.maxBodySize) return connection.refuse(bodyTooLarge(body.maxBodySize));
  connection.timeouts.since = body.since = connection.host.now;
  if (body.complete) return requestReceived(connection, exchange);
  // RFC 9110 §10.1.1: "A server MUST NOT send a 100 (Continue) response if such a request is HTTP/1.0". It is sent now, after
  // the delegate has seen the head and not answered it: the content is wanted.
  if ((head.flags & F_EXPECT_CONTINUE) !== 0 && head.minor > 0 && !exchange.started)
    connection.stream.appendText("HTTP/1.1 100 Continue\r\n\r\n", 0);
}

// --- content ---

/** Gives the delegate the next piece of content. Returns the offset reached; `start` where more bytes, or the delegate, must be waited for. */
export function readBody(connection: IntakeConnection, start: number, end: number): number {
  const { exchange, host } = connection;
  const body = exchange?.body;
  if (exchange === undefined || body === undefined || !body.begun) return start;
  const next = body.advance(start, end, host.limits.chunkSize);
  if (next < 0) {
    connection.refuse(body.error as RemoteProtocolError);
    return start;
  }
  if (next > start) connection.timeouts.since = host.now;
  if (body.pieceEnd > body.pieceStart)
    deliver(connection, exchange, body.memory.copy(host.memory, body.pieceStart, body.pieceEnd, body.expected));
  afterPiece(connection, exchange);
  return next;
}

function deliver(connection: IntakeConnection, exchange: HTTP1Exchange, piece: Buffer): void {
  const { message } = exchange;
  if (message === undefined) return;
  try {
    const pending: unknown = isClean(false)
      ? message.dataReceived(piece)
      : exchange.scope.runInAsyncScope(message.dataReceived, message, piece);
    if (pending !== undefined && isPromiseLike(pending))
      waitFor(connection, exchange, message, "dataReceived", pending, afterPiece);
  } catch (error) {
    delegateFailed(connection, exchange, error, "dataReceived", message);
  }
}

function afterPiece(connection: IntakeConnection, exchange: HTTP1Exchange): void {
  if (connection.exchange !== exchange || connection.state !== BODY || (connection.waiting & DELEGATE) !== 0) return;
  if (exchange.body?.complete === true) requestReceived(connection, exchange);
}

// --- end ---

function requestReceived(connection: IntakeConnection, exchange: HTTP1Exchange): void {
  exchange.body = undefined;
  connection.state = ANSWERING;
  if (connection.reading && isClean(false)) finishMessage(connection, exchange);
  else exchange.scope.runInAsyncScope(finishMessage, undefined, connection, exchange);
}

function finishMessage(connection: IntakeConnection, exchange: HTTP1Exchange): void {
  const { message } = exchange;
  if (message === undefined) return;
  try {
    const pending: unknown = message.finish();
    if (pending !== undefined)
      watch(pending, (error) => delegateFailed(connection, exchange, error, "finish", message));
  } catch (error) {
    delegateFailed(connection, exchange, error, "finish", message);
  }
}

/** Tells the delegate of a request that is not complete that it never will be. */
export function abandon(connection: IntakeConnection, exchange: HTTP1Exchange, error: Error | undefined): void {
  const { message, requestComplete } = exchange;
  exchange.message = undefined;
  exchange.body = undefined;
  if (requestComplete || message === undefined) return;
  guard(
    () => exchange.scope.runInAsyncScope(message.onConnectionClose, message, error),
    (thrown) =>
      logFailure(`${nameOf(message, "onConnectionClose")}, connection from ${connection.peer ?? "a client"}`, thrown),
  );
}

// --- promises and failures of the delegate ---

/** Holds the stream until a promise of the delegate settles; then `next` goes on with the request. */
function waitFor(
  connection: IntakeConnection,
  exchange: HTTP1Exchange,
  message: HTTPMessageDelegate,
  hook: string,
  pending: PromiseLike<unknown>,
  next: (connection: IntakeConnection, exchange: HTTP1Exchange) => void,
): void {
  const { stream } = connection;
  const failed = (error: unknown): void => delegateFailed(connection, exchange, error, hook, message);
  // It answered before it returned: nobody waits for the rest of what it does.
  if (connection.exchange !== exchange) return watch(pending, failed);
  connection.waiting |= DELEGATE;
  stream.hold();
  const settled = (): boolean => {
    if (connection.exchange !== exchange || (connection.waiting & DELEGATE) === 0) return false;
    connection.waiting &= ~DELEGATE;
    connection.timeouts.since = connection.host.now;
    return true;
  };
  Promise.resolve(pending).then(
    () => {
      if (!settled()) return;
      stream.cork();
      try {
        next(connection, exchange);
      } catch (error) {
        failed(error);
      }
      stream.uncork();
      connection.goOn();
    },
    (error: unknown) => {
      if (settled()) failed(error);
    },
  );
}

/** An exception out of a delegate: 500 (or what a protocol error says), or a cut connection once the response has begun. */
export function delegateFailed(
  connection: IntakeConnection,
  exchange: HTTP1Exchange,
  thrown: unknown,
  hook: string,
  delegate: object | undefined,
): void {
  const error = caught(thrown);
  const current = connection.exchange === exchange;
  if (current && error instanceof RemoteProtocolError) return connection.refuse(error);
  logExchangeFailure(exchange, nameOf(delegate, hook), error);
  if (!current) return;
  if (exchange.started) connection.stream.destroy();
  else connection.answerAndClose(500, "ERR_LANDSPOUT_INTERNAL", "The request could not be answered.");
}

const ignored = (): void => undefined;
