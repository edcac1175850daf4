/**
 * One request over one connection, and its response: sends content with backpressure, decodes what comes, and knows when both are complete.
 * It follows nothing and repeats nothing.
 */
import { Buffer } from "node:buffer";
import type { ParserMemory } from "../../net/parser-memory.ts";
import { LATIN1 } from "../../net/stream-output.ts";
import { isPromiseLike } from "../../user-code.ts";
import { CHUNKED, LENGTH, NO_CONTENT } from "../http1/framing.ts";
import { ContentMemory } from "../http1/content-memory.ts";
import type { ResponseHead } from "../http1/response-head-reader.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { ClientConnection, ResponseConsumer } from "./connection.ts";
import type { ContentSink } from "./content-sink.ts";
import { codingsToUndo, Decoder, tooLarge } from "./decode.ts";
import { HTTPStreamClosedError } from "./errors.ts";
import { badRequest } from "./options.ts";
import { codingsOf, framingOf, requestHead } from "./outgoing.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Delimited } from "./response.ts";

/** Bytes of a response that nobody wants, which are read so that its connection can be used again. */
const MAX_DISCARDED = 65_536;

export interface ExchangeEvents {
  interim(head: ResponseHead): void;
  /** The final head. Gives where the content goes; undefined: nobody wants it. May throw. */
  head(exchange: Exchange, head: ResponseHead): ContentSink | undefined;
  /** Bytes were sent or received. */
  progress(): void;
  /** The request is out. */
  requestSent(): void;
  /** Complete. `reusable`: the connection can be used again. */
  done(exchange: Exchange, reusable: boolean): void;
  /** The connection is gone. */
  failed(exchange: Exchange, error: unknown): void;
}

export class Exchange implements ResponseConsumer {
  readonly connection: ClientConnection;
  readonly outgoing: Outgoing;
  readonly #events: ExchangeEvents;
  readonly #limit: number;
  readonly #where: string;
  #length: number | undefined = undefined;
  /** All of the request has been given to the connection. */
  #requestComplete = false;
  /** No more content is sent: the response has come, or the connection is gone. */
  #stopped = false;
  #waitingForContinue = false;
  #sent = 0;
  #wakeWriter: (() => void) | undefined = undefined;
  headers: HTTPHeaders | undefined = undefined;
  trailers: HTTPHeaders | undefined = undefined;
  status = 0;
  reason = "";
  delimited: Delimited = "none";
  received = 0;
  #sink: ContentSink | undefined = undefined;
  #decoder: Decoder | undefined = undefined;
  #memory: ContentMemory | undefined = undefined;
  #scratch: Buffer | undefined = undefined;
  /** A piece is with the sink or the decoder. */
  #pending = false;
  #ended = false;
  #reusable = false;
  #over = false;

  /** @param limit Most bytes of content, inflated. @param where For messages. */
  constructor(connection: ClientConnection, outgoing: Outgoing, events: ExchangeEvents, limit: number, where: string) {
    this.connection = connection;
    this.outgoing = outgoing;
    this.#events = events;
    this.#limit = limit;
    this.#where = where;
  }

  get answered(): boolean {
    return this.headers !== undefined;
  }
  get waitsForContinue(): boolean {
    return this.#waitingForContinue;
  }

  // --- the request ---

  /** @param absolute The request target is the whole URL. @throws UsageError on a head that cannot be sent. */
  start(absolute: boolean, proxyAuthorization: string | undefined): void {
    const { connection, outgoing } = this;
    const { payload, settings } = outgoing;
    const length = (this.#length = framingOf(outgoing));
    const head = requestHead(outgoing, length, absolute, proxyAuthorization);
    connection.expect(this, outgoing.method);
    const { stream } = connection;
    if (payload === undefined || length === 0) {
      stream.appendText(head, LATIN1);
      this.#complete();
    } else if (settings.expect100Continue === true) {
      this.#waitingForContinue = true;
      stream.appendText(head, LATIN1);
    } else if (payload.bytes !== undefined) {
      stream.appendKept(payload.bytes, head, "", true);
      this.#complete();
    } else {
      stream.appendText(head, LATIN1);
      this.#produce();
    }
  }

  /** Sends the content that waited for `100 Continue`. */
  sendContent(): void {
    if (!this.#waitingForContinue || this.#stopped) return;
    this.#waitingForContinue = false;
    const { payload } = this.outgoing;
    if (payload?.bytes === undefined) return this.#produce();
    this.connection.stream.appendKept(payload.bytes);
    this.#complete();
  }

  #complete(): void {
    this.#requestComplete = true;
    this.#events.requestSent();
  }

  #produce(): void {
    const produce = this.outgoing.payload?.produce;
    if (produce === undefined) return;
    Promise.resolve(this.#run(produce)).then(
      () => this.#produced(),
      (error: unknown) => {
        // Once the response has come the content is nobody's: its producer has been told, and may have failed with that.
        if (!this.#stopped) this.#fail(error);
      },
    );
  }
  async #run(produce: (write: (piece: string | Uint8Array) => Promise<void>) => unknown): Promise<void> {
    await produce((piece) => this.#write(piece));
  }

  async #write(piece: string | Uint8Array): Promise<void> {
    if (typeof piece !== "string" && !(piece instanceof Uint8Array))
      throw badRequest("content is made of text and bytes");
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    if (this.#stopped) throw this.#closed("the response came before the content was complete");
    const { stream } = this.connection;
    const length = this.#length as number;
    this.#sent += bytes.length;
    if (length >= 0 && this.#sent > length)
      throw badRequest(`the body is longer than its Content-Length of ${length} bytes`);
    if (bytes.length === 0) return;
    if (length < 0) stream.appendBytes(bytes, `${bytes.length.toString(16)}\r\n`, "\r\n");
    else stream.appendBytes(bytes);
    this.#events.progress();
    while (stream.congested && !this.#stopped) await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    if (this.#stopped) throw this.#closed("the response came before the content was complete");
  }

  #produced(): void {
    if (this.#stopped) return;
    const length = this.#length as number;
    if (length < 0) this.connection.stream.appendText("0\r\n\r\n", LATIN1);
    else if (this.#sent < length) {
      this.#fail(badRequest(`the body has ${this.#sent} bytes, and its Content-Length says ${length}`));
      return;
    }
    this.#complete();
  }

  sent(): void {
    this.#events.progress();
    const wake = this.#wakeWriter;
    this.#wakeWriter = undefined;
    wake?.();
  }

  /** No more content is sent. */
  #stop(): void {
    this.#stopped = true;
    this.#waitingForContinue = false;
    const wake = this.#wakeWriter;
    this.#wakeWriter = undefined;
    wake?.();
  }

  // --- the response ---

  interimReceived(head: ResponseHead): void {
    this.#events.progress();
    if (head.status === 100) this.sendContent();
    this.#events.interim(head);
  }

  headReceived(head: ResponseHead, framing: number): void {
    this.status = head.status;
    this.reason = head.reason;
    const { fields } = head;
    this.headers = HTTPHeaders.from({ readFields: () => fields.slice() });
    this.delimited =
      framing === LENGTH ? "length" : framing === CHUNKED ? "chunked" : framing === NO_CONTENT ? "none" : "close";
    // RFC 9110 §10.1.1, §15.5: an error, or a redirect, says that the content is not wanted.
    if (!this.#requestComplete && (head.status >= 300 || this.#waitingForContinue)) this.#stop();
    try {
      this.#sink = this.#events.head(this, head);
      if (this.#over || this.#sink === undefined || framing === NO_CONTENT) return;
      const codings = codingsToUndo(this.headers.get("Content-Encoding"), codingsOf(this.outgoing.settings));
      if (codings === undefined) {
        if (framing === LENGTH && head.contentLength > this.#limit) throw tooLarge(this.#limit);
      } else if (head.contentLength > 0 || framing !== LENGTH) {
        const sink = this.#sink;
        this.#decoder = new Decoder(codings, this.#limit, (piece) => sink.write(piece));
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  dataReceived(memory: ParserMemory, start: number, end: number, expected: number): void {
    this.received += end - start;
    this.#events.progress();
    const sink = this.#sink;
    try {
      if (sink === undefined) {
        if (this.received > MAX_DISCARDED) this.#giveUpContent();
      } else if (this.#decoder !== undefined) {
        this.#await(this.#decoder.write(this.#copy(memory, start, end, expected)));
      } else {
        if (this.received > this.#limit) throw tooLarge(this.#limit);
        const pending = sink.write(
          sink.borrows ? this.#lent(memory, start, end) : this.#copy(memory, start, end, expected),
        );
        if (isPromiseLike(pending)) this.#await(pending);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #copy(received: ParserMemory, start: number, end: number, expected: number): Buffer {
    return (this.#memory ??= new ContentMemory()).copy(received, start, end, expected);
  }
  /** A copy in memory that is used again: a promise may keep it beyond this read. */
  #lent(memory: ParserMemory, start: number, end: number): Buffer {
    const size = end - start;
    if (this.#scratch === undefined || this.#scratch.length < size)
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(size, 65_536));
    memory.copy(this.#scratch, 0, start, end);
    return this.#scratch.subarray(0, size);
  }

  /** Holds the rest back until a piece has been taken. */
  #await(pending: PromiseLike<void>): void {
    this.#pending = true;
    this.connection.hold();
    pending.then(
      () => {
        this.#pending = false;
        if (this.#over) return;
        this.#events.progress();
        if (this.#ended) this.#finish();
        else this.connection.release();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  trailersReceived(fields: string[]): void {
    this.trailers = HTTPHeaders.from({ readFields: () => fields.slice() });
  }

  responseEnded(reusable: boolean): void {
    if (this.#over) return;
    // The server may never read the rest of a request it has answered.
    this.#reusable = reusable && this.#requestComplete && this.connection.stream.unsentLength === 0;
    if (!this.#requestComplete) this.#stop();
    this.#ended = true;
    if (!this.#pending) this.#finish();
  }

  #finish(): void {
    const decoder = this.#decoder;
    if (decoder === undefined) return this.#finished();
    this.#decoder = undefined;
    decoder.end().then(
      () => {
        if (!this.#over) this.#finished();
      },
      (error: unknown) => this.#fail(error),
    );
  }
  #finished(): void {
    this.#over = true;
    this.connection.release();
    this.#events.done(this, this.#reusable);
  }

  /** Nobody wants the content, and it is too long to be read for nothing. */
  #giveUpContent(): void {
    this.#over = true;
    this.#stop();
    this.connection.destroy();
    this.#events.done(this, false);
  }

  connectionFailed(error: Error | undefined): void {
    this.#fail(
      error === undefined || "errno" in error || "syscall" in error || !("status" in error)
        ? this.#closed(undefined, error)
        : error,
    );
  }

  #closed(why: string | undefined, cause?: Error & { code?: string }): HTTPStreamClosedError {
    const reason = cause === undefined ? "the server closed the connection" : (cause.code ?? cause.message);
    const when = this.answered ? `after ${this.received} bytes of content` : "before it answered";
    return new HTTPStreamClosedError(
      `${why ?? `${reason} ${when}`}: ${this.#where}`,
      this.received,
      this.answered,
      cause,
    );
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.abandon();
    this.#events.failed(this, error);
  }

  /** Gives it up: the connection is destroyed, and nobody is told. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop();
    this.#decoder?.destroy();
    this.connection.destroy();
  }
}
