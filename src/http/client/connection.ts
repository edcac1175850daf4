/**
 * One connection to a server, or to a proxy: sends one request at a time and reads its response with the parser, where the bytes lie. It
 * decides where a response ends and whether the connection can be used again (RFC 9112 §6.3, §9); it knows no redirects and no pool.
 */
import type { StreamConsumer } from "../../net/base-iostream.ts";
import type { IOStream } from "../../net/iostream.ts";
import { memoryOf } from "../../net/parser-memory.ts";
import type { ParserMemory } from "../../net/parser-memory.ts";
import { F_CL_PRESENT, F_CL_REPEATED, F_TE_PRESENT, F_CONN_CLOSE, F_CONN_KEEP_ALIVE } from "../../parser/abi.ts";
import { fieldLines } from "../../parser/field-lines.ts";
import { BodyReader } from "../http1/body-reader.ts";
import { CHUNKED, LENGTH, NO_CONTENT, responseFraming, UNTIL_CLOSE } from "../http1/framing.ts";
import { isInterim, ResponseHeadReader } from "../http1/response-head-reader.ts";
import type { ResponseHead } from "../http1/response-head-reader.ts";
import { LimitError, ProtocolError } from "../message/errors.ts";
import { HTTPLimitError, HTTPProtocolError } from "./errors.ts";
import type { ClientLimits } from "./options.ts";

/** Interim responses before the final one: a server cannot keep a client busy with them. */
const MAX_INTERIM = 32;
/** Bytes of a piece. */
const MAX_PIECE = 65_536;
const MAX_EXTENSIONS = 4096;

/** Who waits for a response. None of these may throw. */
export interface ResponseConsumer {
  interimReceived(head: ResponseHead): void;
  headReceived(head: ResponseHead, framing: number): void;
  /** A piece of the content, in the parser's memory; `expected` bytes are known to follow. May hold the connection. */
  dataReceived(memory: ParserMemory, start: number, end: number, expected: number): void;
  trailersReceived(fields: string[]): void;
  /** The response is complete. `reusable`: as far as the response goes. */
  responseEnded(reusable: boolean): void;
  /** Output is below the high-water mark again. */
  sent(): void;
  /** There will be no (complete) response. `error`: the system's, or what is wrong with the response; undefined where the peer just closed. */
  connectionFailed(error: Error | undefined): void;
}

// What comes next.
const HEAD = 0;
const BODY = 1;
const REST = 2;

export class ClientConnection implements StreamConsumer {
  readonly stream: IOStream;
  readonly createdAt: number;
  /** Requests over it, the present one included. */
  requests = 0;
  /** Seconds on the pool's clock when it is closed, while it is idle. */
  idleUntil = 0;
  /** Bytes of the present response have come. */
  answering = false;
  /** Told when it is closed while idle. */
  closedIdle: ((connection: ClientConnection) => void) | undefined = undefined;
  readonly #limits: ClientLimits;
  readonly #bodyLimits;
  readonly #memory: ParserMemory;
  #consumer: ResponseConsumer | undefined = undefined;
  #method = "";
  #next = HEAD;
  #reader: ResponseHeadReader | undefined = undefined;
  #body: BodyReader | undefined = undefined;
  #interims = 0;
  #reusable = false;
  #held = false;
  /** Content was held back during the present response. */
  wasHeld = false;
  /** Bytes that were held back are on their way. */
  #delivering = false;
  /** More bytes than those of the present call have come. */
  #more = false;
  #ended = false;
  #gone = false;

  constructor(stream: IOStream, limits: ClientLimits, now: number) {
    this.stream = stream;
    this.createdAt = now;
    this.#limits = limits;
    const { maxFieldCount, maxHeaderSize } = limits;
    this.#bodyLimits = { maxFieldCount, maxTrailerSize: maxHeaderSize, maxChunkExtensionSize: MAX_EXTENSIONS };
    this.#memory = memoryOf(stream.parser);
    stream.attach(this);
    // It was closed between the end of its handshake and now.
    if (stream.closed()) this.#gone = true;
  }

  get isUsable(): boolean {
    return !this.#gone && !this.#ended && this.#consumer === undefined;
  }

  /** Expects a response. The request is sent by the caller, through `stream`. */
  expect(consumer: ResponseConsumer, method: string): void {
    const { maxHeaderSize, maxFieldCount } = this.#limits;
    this.#consumer = consumer;
    this.#method = method;
    this.#next = HEAD;
    this.#reader = new ResponseHeadReader(this.stream.parser, maxHeaderSize, maxFieldCount);
    this.#body = undefined;
    this.#interims = 0;
    this.answering = false;
    this.wasHeld = false;
    this.requests++;
  }

  /** Holds content back until `release`: the server waits once 64 KiB are kept. */
  hold(): void {
    this.#held = true;
    this.wasHeld = true;
    this.stream.hold();
  }
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#delivering = this.stream.unreadLength > 0;
    this.stream.release();
    if (this.#ended) setImmediate(() => this.#endWhenRead());
  }

  /** Gives the consumer up, and the connection with it. */
  destroy(): void {
    this.#consumer = undefined;
    this.#gone = true;
    this.stream.destroy();
  }
  /** Closes an idle connection in good order (FIN). */
  close(): void {
    this.#gone = true;
    this.closedIdle = undefined;
    this.stream.close();
  }

  bytesReceived(start: number, end: number): number {
    this.#delivering = false;
    this.#more = this.stream.unreadLength > end - start;
    // Bytes behind a complete response, or without a request, are nobody's: they must never be taken for the next response.
    if (this.#consumer === undefined) {
      this.#drop();
      return end;
    }
    this.answering = true;
    let at = start;
    try {
      while (at < end && !this.#held) {
        const before = at;
        at = this.#next === HEAD ? this.#readHead(at, end) : this.#readContent(at, end);
        if (this.#consumer === undefined) return end;
        if (at === before) break;
      }
    } catch (error) {
      this.#fail(asClientError(error));
      return end;
    }
    if (this.#ended && !this.#held) queueMicrotask(() => this.#endWhenRead());
    return at;
  }

  #readHead(at: number, end: number): number {
    const head = (this.#reader as ResponseHeadReader).read(at, end);
    if (head === undefined) return at;
    const after = at + head.size;
    if (isInterim(head.status)) {
      if (++this.#interims > MAX_INTERIM)
        throw new HTTPProtocolError("ERR_LANDSPOUT_INTERIM", `more than ${MAX_INTERIM} interim responses (1xx) came`);
      this.#consumer?.interimReceived(head);
      return after;
    }
    let framing = responseFraming(this.#method, head.status, head.flags, head.minor);
    let { contentLength } = head;
    let doubtful = false;
    if (typeof framing !== "number") {
      const repeated = repeatedLength(head);
      if (repeated !== undefined) {
        framing = LENGTH;
        contentLength = repeated;
        doubtful = true;
      }
    }
    if (typeof framing !== "number") throw new HTTPProtocolError(framing.code, framing.message);
    if (framing !== NO_CONTENT && framing !== LENGTH && framing !== CHUNKED && framing !== UNTIL_CLOSE)
      throw new HTTPProtocolError(
        "ERR_LANDSPOUT_UPGRADE",
        `the server answered ${head.status} to a request that asked for no other protocol`,
      );
    this.#reusable = framing !== UNTIL_CLOSE && !doubtful && persists(head);
    this.#next = framing === UNTIL_CLOSE ? REST : BODY;
    this.#body =
      framing === LENGTH || framing === CHUNKED
        ? new BodyReader(this.stream.parser, this.#bodyLimits, framing === LENGTH ? contentLength : -1, Infinity)
        : undefined;
    this.#consumer?.headReceived(head, framing);
    if (framing === NO_CONTENT || (framing === LENGTH && contentLength === 0)) return this.#complete(after, end);
    return after;
  }

  #readContent(at: number, end: number): number {
    if (this.#next === REST) {
      this.#consumer?.dataReceived(this.#memory, at, end, 0);
      return end;
    }
    const body = this.#body as BodyReader;
    const reached = body.advance(at, end, MAX_PIECE);
    if (reached < 0) throw body.error ?? new Error("unreachable");
    if (body.trailerEnd > body.trailerStart + 2) {
      const { parser } = this.stream;
      const text = this.#memory.latin1Slice(body.trailerStart, body.trailerEnd);
      this.#consumer?.trailersReceived(fieldLines(parser.table, text, body.trailerStart));
    }
    if (body.pieceEnd > body.pieceStart)
      this.#consumer?.dataReceived(this.#memory, body.pieceStart, body.pieceEnd, body.expected);
    if (this.#consumer === undefined) return end;
    return body.complete ? this.#complete(reached, end) : reached;
  }

  /** The response ends at `at`. */
  #complete(at: number, end: number): number {
    const consumer = this.#consumer;
    if (consumer === undefined) return end;
    this.#consumer = undefined;
    if (at < end || this.#more || this.#ended) this.#reusable = false;
    consumer.responseEnded(this.#reusable);
    return end;
  }

  streamEnded(): void {
    this.#ended = true;
    if (!this.#held) this.#endWhenRead();
  }

  /** The server has closed its side, and all it sent has been read. */
  #endWhenRead(): void {
    if (this.#held || this.#gone || this.#delivering) return;
    const consumer = this.#consumer;
    if (consumer === undefined) this.#drop();
    else if (this.#next === REST) {
      this.#consumer = undefined;
      consumer.responseEnded(false);
    } else this.#fail(undefined);
  }

  streamClosed(error: Error | undefined): void {
    const gone = this.#gone;
    this.#gone = true;
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer === undefined) {
      if (!gone) this.closedIdle?.(this);
    } else consumer.connectionFailed(error);
  }

  streamDrained(): void {
    this.#consumer?.sent();
  }

  #fail(error: Error | undefined): void {
    const consumer = this.#consumer;
    this.destroy();
    consumer?.connectionFailed(error);
  }

  #drop(): void {
    if (this.#gone) return;
    this.destroy();
    this.closedIdle?.(this);
  }
}

/** RFC 9112 §9.3: whether the connection goes on, as far as the response says. */
function persists({ minor, flags }: ResponseHead): boolean {
  if ((flags & (F_CONN_CLOSE | F_CL_REPEATED)) !== 0) return false;
  return minor > 0 || (flags & F_CONN_KEEP_ALIVE) !== 0;
}

/**
 * The length that several Content-Length, or one list of them, agree on. RFC 9110 §8.6: "a recipient of a Content-Length header field value
 * consisting of the same decimal value repeated as a comma-separated list […] MAY either reject the message as invalid or replace that invalid
 * field value with a single valid Content-Length". It is taken, and the connection is not used again.
 */
function repeatedLength({ flags, fields }: ResponseHead): number | undefined {
  if ((flags & F_TE_PRESENT) !== 0 || (flags & F_CL_PRESENT) === 0) return undefined;
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2)
    if (fields[i]?.toLowerCase() === "content-length")
      for (const value of (fields[i + 1] as string).split(",")) values.push(value.trim());
  const [first = ""] = values;
  return values.length > 1 && /^[0-9]{1,15}$/.test(first) && values.every((value) => value === first)
    ? Number(first)
    : undefined;
}

/** What the reader of messages found, as an error of the client. */
function asClientError(error: unknown): Error {
  if (error instanceof LimitError) return new HTTPLimitError(error.code, error.message, error.limit);
  if (error instanceof ProtocolError) return new HTTPProtocolError(error.code, error.message);
  return error instanceof Error ? error : new Error(String(error));
}
