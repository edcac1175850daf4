/**
 * `EventSourceHandler`: server-sent events (HTML, `text/event-stream`), a GET whose answer does not end. Before it begins it is a handler
 * like any other: `prepare` may refuse with any status. It decides the order of what was missed and what is new, how much may wait for
 * a client that reads slowly, and when it is over; the form of an event is event-stream.ts.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import { oneOf, resolveOptions, seconds, whole } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import type { WriteOptions } from "../../net/bytes-policy.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { callListener, CloseListeners, nothing } from "../../async/close-listeners.ts";
import { rejectedAsClosed, WebSocketClosedError } from "../../websocket/errors.ts";
import { clockNow, unwatch, watch } from "../../loop/clock.ts";
import type { Timed } from "../../loop/clock.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { guard, notPromise } from "../../user-code.ts";
import type { Application } from "../handler/host.ts";
import { endRequest, failRequest, logFailed } from "../handler/failures.ts";
import { cut } from "../handler/ending.ts";
import { stateOf } from "../handler/state.ts";
import { commentText, joinEvents, prepareEvent, retryLine } from "../../http/message/event-stream.ts";
import type { PreparedEvent, ServerSentEvent } from "../../http/message/event-stream.ts";
import type { Writable } from "../handler/output.ts";
import { RequestHandler } from "../handler/request-handler.ts";

export interface EventSourceOptions {
  /** Seconds without an event after which a comment is sent. Default 15; 0: none. */
  keepAlive?: number;
  /** Seconds a client waits before it connects again. Default: the client's, some seconds. */
  retry?: number;
  /** Unsent bytes above which `overflow` applies. Default 1 MiB. */
  maxUnsentSize?: number;
  /** What becomes of an event above that: the connection is cut (default), so that the client comes back and catches up; or it is dropped. */
  overflow?: "close" | "drop";
}

/** Events that were missed, oldest first. */
export type Replay = Iterable<ServerSentEvent | string> | AsyncIterable<ServerSentEvent | string>;

const DEFAULTS = { keepAlive: 15, retry: -1, maxUnsentSize: 1024 * 1024, overflow: "close" } as const;
const NO_OPTIONS: EventSourceOptions = {};
/** The bytes of an event never change: it may be sent to many. */
const KEPT: WriteOptions = { bytes: "keep" };
const KEEP_ALIVE: Uint8Array = Buffer.from(commentText(""));
/** Bytes collected in one turn that are not kept for its end. */
const LARGE_TURN = 64 * 1024;

const OPTIONS: OptionTable<EventSourceOptions> = {
  keepAlive: seconds(),
  retry: seconds(),
  maxUnsentSize: whole(1),
  overflow: oneOf("close", "drop"),
};

/** By the object they came in: handlers mostly give the same one for each request. */
const checked = new WeakMap<EventSourceOptions, Required<EventSourceOptions>>();

function checkedOptions(options: EventSourceOptions): Required<EventSourceOptions> {
  let resolved = checked.get(options);
  if (resolved === undefined) {
    resolved = resolveOptions<EventSourceOptions, Required<EventSourceOptions>>(
      "EventSourceHandler",
      options,
      OPTIONS,
      DEFAULTS,
    );
    checked.set(options, resolved);
  }
  return resolved;
}

export abstract class EventSourceHandler extends RequestHandler {
  override autoFinish = false;
  #options: Required<EventSourceOptions> = DEFAULTS;
  #open = false;
  #listeners: CloseListeners | undefined = undefined;
  /** What was sent in this turn; it leaves in one write. */
  #pending: Uint8Array[] = [];
  #pendingSize = 0;
  /** Bytes on their way through output transforms. */
  #transforming = 0;
  /** New events while the missed ones are being sent. */
  #waiting: PreparedEvent[] | undefined = undefined;
  #waitingSize = 0;
  #lastSent = 0;
  readonly #timed: Timed = { checkTime: (now) => this.#checkTime(now) };

  constructor(application: Application, request: HTTPServerRequest) {
    super(application, request);
    stateOf(this).onResponded = () => request.connection.scope.runInAsyncScope(this.#end, this);
  }

  // --- to be overridden ---

  /** The client listens from here on. The arguments are the captured parts of the path. What it throws ends the answer. */
  open(..._args: (string | undefined)[]): void | Promise<void> {}
  /**
   * What a client missed that comes back after the event with this id: called after `open`, if it names one. What is sent meanwhile
   * follows the last of them; an event whose id they had already is not sent again.
   */
  replay(_lastEventId: string): Replay | undefined | Promise<Replay | undefined> {
    return undefined;
  }
  /**
   * The event stream is closed, told once: the client left, was too slow, or `close` was called. There is no time of closing before it:
   * `isOpen` is true until just before this call.
   */
  onClose(): void {}
  /** Times and limits of this answer. */
  getEventSourceOptions(): EventSourceOptions {
    return NO_OPTIONS;
  }

  // --- the answer begins ---

  override get(...args: (string | undefined)[]): Promise<void> | void {
    this.#options = checkedOptions(notPromise(this.getEventSourceOptions(), "getEventSourceOptions") ?? NO_OPTIONS);
    this.setHeader("Content-Type", "text/event-stream");
    // Nothing between us and the client shall keep events, collect them (nginx), or code them.
    this.#setUnlessSet("Cache-Control", "no-cache, no-transform");
    this.#setUnlessSet("X-Accel-Buffering", "no");
    const { request } = this;
    if (this.#options.retry >= 0 && request.method !== "HEAD") this.write(`${retryLine(this.#options.retry)}\n`);
    void this.flush();
    if (request.method === "HEAD") return this.finish();
    const { connection } = request;
    // It has left already, while `prepare` was waiting for something.
    if (connection.left) return this.finish();
    connection.setCloseCallback(() => connection.scope.runInAsyncScope(this.#clientLeft, this));
    this.#open = true;
    watch(this.#timed);
    this.#lastSent = clockNow();
    connection.stream.setNodelay(true);
    return this.#begin(args);
  }

  #setUnlessSet(name: string, value: string): void {
    if (this.getHeader(name) === undefined) this.setHeader(name, value);
  }

  async #begin(args: (string | undefined)[]): Promise<void> {
    const last = this.lastEventId;
    const replays = last !== undefined && this.replay !== EventSourceHandler.prototype.replay;
    if (replays) this.#waiting = [];
    try {
      await this.open(...args);
      if (replays && this.#open) await this.#sendMissed(await this.replay(last));
    } catch (error) {
      // The client left while it was being written to: no error of the handler's.
      if (this.finished && (error instanceof StreamClosedError || error instanceof WebSocketClosedError)) return;
      throw error;
    }
  }

  async #sendMissed(missed: Replay | undefined): Promise<void> {
    const ids = new Set<string>();
    for await (const event of missed ?? []) {
      if (!this.#open) return;
      const { bytes, id } = prepareEvent(event);
      if (id !== undefined && id !== "") ids.add(id);
      await this.#enqueue(bytes);
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#waitingSize = 0;
    for (const { bytes, id } of waiting) if (id === undefined || !ids.has(id)) void this.#enqueue(bytes);
  }

  /** The id of the last event the client had before it came back; undefined for one that is new. */
  get lastEventId(): string | undefined {
    const field = this.request.headers.get("Last-Event-ID");
    // Fields are bytes to HTTP; browsers send these as UTF-8.
    return field === undefined || field === "" ? undefined : Buffer.from(field, "latin1").toString();
  }

  // --- the open stream ---

  /** Events can be sent. */
  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Sends an event, or text as one. The promise, where there is one, waits for the socket; need not be waited for. Once the event stream is
   * closed, and before it is open, nothing is sent and the promise rejects with a WebSocketClosedError. Nothing is thrown then, and the
   * rejection need not be handled.
   * @throws UsageError on what cannot stand in an event.
   */
  send(event: ServerSentEvent | string): Promise<void> | void {
    if (!this.#open) return rejectedAsClosed("event stream");
    return this.sendPrepared(prepareEvent(event));
  }
  /** Sends an event that `prepareEvent` made once for many; when it is over nothing. */
  sendPrepared(event: PreparedEvent): Promise<void> | void {
    if (!this.#open) return undefined;
    if (this.#waiting === undefined) return this.#append(event.bytes);
    if (this.#overflows()) return undefined;
    this.#waiting.push(event);
    this.#waitingSize += event.bytes.length;
    return undefined;
  }
  /** Sends a comment, which pages do not see, as `send` sends an event. */
  comment(text = ""): Promise<void> | void {
    if (!this.#open) return rejectedAsClosed("event stream");
    return this.#append(Buffer.from(commentText(text)));
  }
  /** Ends the answer in good order. The client connects again, unless `prepare` then answers it with 204. */
  close(): void {
    // Whoever closes it, its hooks and transforms run in the context of this request.
    if (this.#open) this.request.connection.scope.runInAsyncScope(endRequest, undefined, stateOf(this));
  }
  /** Calls a function when it is over, besides `onClose`; at once where it is already. The result takes it back. */
  addCloseListener(listener: () => void): () => void {
    if (!this.headersWritten) throw new UsageError("ERR_LANDSPOUT_EVENT", "the event stream has not begun: see open()");
    if (!this.#open) {
      callListener(listener);
      return nothing;
    }
    return (this.#listeners ??= new CloseListeners()).add(listener);
  }

  #append(bytes: Uint8Array): Promise<void> | void {
    return !this.#open || this.#overflows() ? undefined : this.#enqueue(bytes);
  }

  /** For what may wait as it is: new events that have been counted, missed ones that wait for the socket. */
  #enqueue(bytes: Uint8Array): Promise<void> | void {
    if (!this.#open) return undefined;
    this.#lastSent = clockNow();
    this.#pendingSize += bytes.length;
    if (this.#pending.push(bytes) === 1) queueMicrotask(this.#flushTurn);
    // Who sends much hears within the turn that it is too much.
    if (this.#pendingSize < LARGE_TURN && !this.request.connection.stream.congested) return undefined;
    return this.#flushPending();
  }

  readonly #flushTurn = (): void => {
    // In a turn of its own nothing else catches what an overridden `write` or `flush`, or a transform, throws.
    if (this.#open)
      guard(
        () => this.#flushPending(),
        (error) => failRequest(stateOf(this), error, "flush"),
      );
  };

  /** Sends what was collected. Output transforms may be the program's: they run in the context of this request, not of who publishes. */
  #flushPending(): Promise<void> | void {
    if (this.application.transforms.length === 0) return this.#flushCollected();
    return this.request.connection.scope.runInAsyncScope(this.#flushCollected, this);
  }
  #flushCollected(): Promise<void> | void {
    const pieces = this.#pending;
    if (pieces.length === 0) return undefined;
    const size = this.#pendingSize;
    this.#pending = [];
    this.#pendingSize = 0;
    this.write(joinEvents(pieces), KEPT);
    const sent = this.flush();
    if (sent === undefined || this.application.transforms.length === 0) return sent;
    this.#transforming += size;
    const done = (): void => void (this.#transforming -= size);
    void sent.then(done, done);
    return sent;
  }

  /** More is waiting than may wait. */
  #overflows(): boolean {
    const { unsentLength } = this.request.connection.stream;
    const unsent = unsentLength + this.#pendingSize + this.#transforming + this.#waitingSize;
    if (unsent <= this.#options.maxUnsentSize) return false;
    if (this.#options.overflow === "close") cut(stateOf(this));
    return true;
  }

  /** Once a second. */
  #checkTime(now: number): void {
    const { keepAlive } = this.#options;
    if (keepAlive > 0 && now - this.#lastSent >= keepAlive && !this.request.connection.stream.congested)
      void this.#append(KEEP_ALIVE);
  }

  // --- the end ---

  override finish(chunk?: Writable): Promise<void> | void {
    if (this.#open) void this.#flushPending();
    return super.finish(chunk);
  }
  #end(): void {
    this.#over();
    this.application.requestFinished(this);
  }

  /** The answer ends; browsers come back, to another server or the next. May be overridden, to say something before `super.onShutdown()`. */
  override onShutdown(): void | Promise<void> {
    this.close();
  }

  /** In the context of this request. */
  #clientLeft(): void {
    this.#over();
    guard(
      () => this.onConnectionClose(),
      (error) => logFailed(stateOf(this), error, "onConnectionClose"),
    );
    if (!this.finished) endRequest(stateOf(this));
  }

  #over(): void {
    if (!this.#open) return;
    this.#open = false;
    unwatch(this.#timed);
    this.#pending = [];
    this.#waiting = undefined;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    listeners?.call();
    guard(
      () => this.onClose(),
      (error) => logFailed(stateOf(this), error, "onClose"),
    );
  }
}
