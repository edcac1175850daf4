/**
 * What a connection tells: the callbacks of its owner that nothing waits for, those who want to know that it is over, the log and the
 * channels of diagnostics. It decides nothing.
 */
import type { Buffer } from "node:buffer";
import { websocketChannels } from "../diagnostics.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";
import { callIn, connectionContext, isolated } from "../async/context.ts";
import { caught, guard, logFailure, watch } from "../user-code.ts";
import { callListener, CloseListeners, nothing } from "../async/close-listeners.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { Message } from "./message.ts";
import { logEnding, traceClosed, traceError, traceOpen } from "./trace.ts";
import type { WebSocketOwner, WebSocketTrace } from "./trace.ts";

// How far a connection has come, in order.
export const OPEN = 0;
/** Our close frame is out; the peer's is awaited, and messages count no more. */
export const CLOSING = 1;
/** Nothing is read any more; the connection is about to end. */
export const ENDING = 2;
export const CLOSED = 3;

// Why it reads nothing; several reasons at a time.
/** A promise of `onMessage` is pending, or a message is being inflated. */
export const HANDLER = 1;
/** The peer has closed; answers that are still being compressed leave first. */
export const FLUSHING = 2;
/** More is waiting to be sent than may wait. */
export const FULL = 4;
/** The handler has not opened it yet: nothing is sent before what `open` sends. */
export const OPENING = 8;

/** The callbacks of the owner. */
export interface WebSocketEvents {
  /** A promise holds the next message back until it settles. */
  onMessage(message: Message): void | Promise<void>;
  onPing(data: Buffer): void;
  onPong(data: Buffer): void;
  /** The connection is over; called once, whatever happened. 1005: closed without a code, 1006: without a close frame. */
  onClose(code: number, reason: string): void;
  /** The server ends, and with it this connection: to be closed. */
  onShutdown?(): void | Promise<void>;
  /** One of the others, `hook`, threw or rejected. The connection is closed with 1011 after it. */
  onError(error: unknown, hook: string): void;
}

export abstract class OwnedConnection extends FrameWriter {
  protected readonly events: WebSocketEvents;
  private readonly owner: WebSocketOwner;
  private closeListeners: CloseListeners | undefined = undefined;
  /** Where somebody listens to the channels. */
  private trace: WebSocketTrace | undefined = undefined;

  constructor(stream: BaseIOStream, events: WebSocketEvents, owner: WebSocketOwner) {
    // RFC 6455 §5.1: a client masks its frames, a server does not.
    super(stream, owner.role === "server");
    this.events = events;
    this.owner = owner;
  }

  abstract readonly isClosed: boolean;
  /** A callback failed: it is reported, and the connection closed. Does not throw. */
  abstract broken(thrown: unknown, hook: string): void;

  /** The present `AsyncLocalStorage` context becomes that of all callbacks to come: each runs in a copy of it. */
  keepContext(): void {
    this.stream.context = connectionContext();
  }

  /** Calls a function when the connection is over, before `onClose`; at once where it is already. The result takes it back. */
  addCloseListener(listener: () => void): () => void {
    if (this.isClosed) {
      callListener(listener);
      return nothing;
    }
    return (this.closeListeners ??= new CloseListeners()).add(listener);
  }

  /** Ends at once, without a close frame. */
  abort(): void {
    this.stream.destroy();
  }

  /** To be called once by the owner, who has the connection by then. */
  opened(): void {
    if (websocketChannels.start.hasSubscribers) this.trace = traceOpen(this.owner);
  }

  /** This side ends it. `code`: of the close frame; 0: there is none. */
  protected ending(code: number, reason: string): void {
    const error = logEnding(this.owner, code, reason);
    if (websocketChannels.error.hasSubscribers) this.trace = traceError(this.trace, this.owner, error);
  }

  protected report(error: unknown, hook: string): void {
    if (websocketChannels.error.hasSubscribers) this.trace = traceError(this.trace, this.owner, error);
    guard(
      () => callIn(this.stream.context, this.events.onError, this.events, error, hook),
      (second) => {
        logFailure(`${hook} of a WebSocket`, error);
        logFailure("onError of a WebSocket", second);
      },
    );
  }
  /** What a callback returned where the type says void. */
  protected called(result: unknown, hook: string): void {
    if (result !== undefined) watch(result, (error) => this.broken(error, hook));
  }

  /** The end is told, once. */
  protected tellClosed(code: number, reason: string): void {
    this.closeListeners?.call();
    this.closeListeners = undefined;
    guard(
      () => isolated(this.events.onClose, this.events, code, reason),
      (error) => this.report(caught(error), "onClose"),
    );
    if (websocketChannels.asyncEnd.hasSubscribers) traceClosed(this.trace, this.owner, code, reason);
    this.trace = undefined;
  }
}
