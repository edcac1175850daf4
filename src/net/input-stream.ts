/**
 * The receiving half of a stream: where bytes are kept that its consumer leaves, and when the transport is paused. It knows neither what
 * the bytes mean nor how output leaves; `BaseIOStream` adds that.
 *
 * Bytes lie in the parser's memory. Those the consumer leaves are kept here, and put back right in front of the next ones
 * (region CARRY, see ../parser/abi.ts), so that it always sees one contiguous run and new bytes are not copied.
 */
import { Buffer } from "node:buffer";
import { loggers } from "../log.ts";
import { CARRY_SIZE, MEMORY_SIZE, RECEIVE, RECEIVE_SIZE } from "../parser/abi.ts";
import { beginRead, endRead, LARGEST_CARRIED, ParserMemoryError, putCarried } from "../parser/memory.ts";
import type { HttpParser } from "../parser/types.ts";
import { connectionContext, scopeOf } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import type { Transport } from "./transport.ts";

/** Who reads a stream. After `streamClosed` nothing follows. None of these may throw. */
export interface StreamConsumer {
  /**
   * Bytes `[start, end)` of the parser's memory, those left over from last time first. Returns the offset up to which
   * they are done with. They are gone when the call returns, and any call into user code may overwrite them.
   */
  bytesReceived(start: number, end: number): number;
  /** More has come while it holds: the first `length` of `bytes` are not read yet. They may be looked at, and are not its to keep. */
  bytesHeld?(bytes: Buffer, length: number): void;
  /** The peer sends no more (FIN); it may still read. */
  streamEnded(): void;
  streamClosed(error: Error | undefined): void;
  /** Output is below the high-water mark again. */
  streamDrained(): void;
}

/** While the consumer holds, at most about this many bytes are kept before the transport is paused. Default of `holdLimit`. */
export const HOLD_LIMIT: number = 64 * 1024;
/**
 * The most bytes a stream ever keeps: what a consumer may leave of the largest run, and one more read that was under way. A transport that
 * goes on although it was paused crosses it, and the connection is cut.
 */
export const MAX_KEPT: number = CARRY_SIZE + 2 * RECEIVE_SIZE;

export abstract class InputStream {
  readonly parser: HttpParser;
  /**
   * What comes from the transport, and bytes that were kept, reach the consumer in this context, whatever context they were read, resumed
   * or closed in. Shared by the connections of a listener: a program's function must be called in a copy.
   */
  context: Context;
  protected transport: Transport | undefined;
  protected consumer: StreamConsumer | undefined = undefined;
  /** Bytes not yet done with are the first `keptLength` of it. */
  private kept: Buffer | undefined = undefined;
  private keptLength = 0;
  private held = false;
  private paused = false;
  private ended = false;
  private gone = false;
  private failure: Error | undefined = undefined;
  /** Output waits while this is above 0: while bytes are being delivered, for one. */
  protected corked = 0;

  constructor(parser: HttpParser, transport: Transport | undefined, context: Context = connectionContext()) {
    this.parser = parser;
    this.context = context;
    this.transport = transport;
  }

  abstract uncork(): void;
  abstract destroy(): void;
  /** Pending output is lost with the connection. */
  protected abstract dropOutput(): void;
  /** For subclasses: the connection is gone. */
  protected abstract didClose(error: Error | undefined): void;

  /** Hands the stream to a consumer (or to none). Bytes kept so far go to it in a later turn. */
  attach(consumer: StreamConsumer | undefined): void {
    this.consumer = consumer;
    this.held = false;
    if (consumer === undefined) return;
    // Within a delivery what the old consumer leaves is not yet among the kept bytes.
    if (this.corked > 0 || this.keptLength > 0) queueMicrotask(() => this.deliverKept());
    else this.resumeTransport();
  }

  /** The consumer takes no bytes until `release`. What comes meanwhile is kept up to HOLD_LIMIT, then the peer waits. */
  hold(): void {
    this.held = true;
  }

  /** Ends `hold`. Bytes kept are delivered in a later turn: the receive region may be in use right now. */
  release(): void {
    this.held = false;
    if (this.keptLength > 0) queueMicrotask(() => this.deliverKept());
    else this.resumeTransport();
  }

  /** Like `release`, after the other connections have had their turn. */
  releaseLater(): void {
    setImmediate(() => this.release());
  }

  /** Whether the peer has closed its side. */
  get peerEnded(): boolean {
    return this.ended;
  }
  /** Nothing more is read, for the consumer holds and HOLD_LIMIT bytes are kept: neither a FIN nor, on Node, a reset is noticed. */
  get isPaused(): boolean {
    return this.paused;
  }
  /** The connection is paused, and the system says that the peer has reset it. */
  get isResetUnseen(): boolean {
    return this.paused && this.transport?.isReset === true;
  }
  /** Bytes received that the consumer has not taken. */
  get unreadLength(): number {
    return this.keptLength;
  }
  /** Somebody takes the bytes. */
  protected get attached(): boolean {
    return this.consumer !== undefined;
  }
  get isClosed(): boolean {
    return this.gone;
  }

  transportData(start: number, end: number): void {
    scopeOf(this.context).runInAsyncScope(this.dataArrived, this, start, end);
  }
  private dataArrived(start: number, end: number): void {
    const { consumer } = this;
    if (this.held || consumer === undefined) this.keep(start, end);
    else if (this.keptLength > CARRY_SIZE) {
      // Too many to lie in front of the new ones.
      this.keep(start, end);
      this.deliverKept();
    } else {
      this.corked++;
      if (this.keptLength === 0) {
        const done = this.read(consumer, start, end);
        if (done < end) this.keep(done, end);
      } else this.deliverBehindKept(consumer, start, end);
      this.uncork();
    }
    if (this.held && this.kept !== undefined) this.consumer?.bytesHeld?.(this.kept, this.keptLength);
    if (this.keptLength >= HOLD_LIMIT && !this.paused && (this.held || this.consumer === undefined))
      this.pauseTransport();
  }

  /** Gives `[start, end)` to a consumer, whose the memory is meanwhile. */
  private read(consumer: StreamConsumer, start: number, end: number): number {
    beginRead(this.parser);
    try {
      return consumer.bytesReceived(start, end);
    } finally {
      endRead(this.parser);
    }
  }

  /** Puts the kept bytes in front of new ones at RECEIVE and delivers both as one run. */
  private deliverBehindKept(consumer: StreamConsumer, start: number, end: number): void {
    const from = putCarried(this.parser, this.kept as Buffer, this.keptLength, start);
    const done = this.read(consumer, from, end);
    if (done === from) this.keep(start, end);
    else {
      this.keptLength = 0;
      if (done < end) this.keep(done, end);
      else this.kept = undefined;
    }
  }

  /** Delivers what is kept, at most as much at once as the memory has room for. */
  private deliverKept(): void {
    scopeOf(this.context).runInAsyncScope(this.keptResumed, this);
  }
  private keptResumed(): void {
    const { consumer } = this;
    if (consumer === undefined) return;
    if (this.parser.reading) {
      // Called by something that runs microtasks from inside another stream's read.
      setImmediate(() => this.deliverKept());
      return;
    }
    if (this.keptLength > 0 && !this.held && !this.gone) {
      this.corked++;
      while (this.keptLength > 0 && !this.held && this.consumer === consumer) {
        const size = Math.min(this.keptLength, LARGEST_CARRIED);
        const more = size < this.keptLength;
        if (!this.deliverFirst(consumer, size) || !more) break;
      }
      this.uncork();
      if (!this.held) this.resumeTransport();
      else if (this.kept !== undefined) this.consumer?.bytesHeld?.(this.kept, this.keptLength);
    }
  }

  /** Delivers the first `size` of the kept bytes. False: none of them were taken. */
  private deliverFirst(consumer: StreamConsumer, size: number): boolean {
    const from = putCarried(this.parser, this.kept as Buffer, size, size > CARRY_SIZE ? MEMORY_SIZE : RECEIVE);
    const taken = this.read(consumer, from, from + size) - from;
    // The end may have come meanwhile, and whoever takes what is kept (`takeKept`).
    const { kept } = this;
    if (kept === undefined) return false;
    if (taken > 0) {
      this.keptLength -= taken;
      if (this.keptLength === 0) this.kept = undefined;
      else kept.copy(kept, 0, taken, taken + this.keptLength);
    } else if (size === LARGEST_CARRIED && !this.held) {
      this.fail(`A consumer of ${size} bytes waits for more: its limit must be at most ${CARRY_SIZE}`);
    }
    return taken > 0;
  }

  /** A mistake of this package that must not reach the memory of others: the connection is cut. */
  private fail(message: string): void {
    this.failure ??= new ParserMemoryError(message);
    loggers.general.error(`${message}; the connection is closed`);
    this.destroy();
  }

  /** Appends bytes of the parser's memory to those kept. */
  private keep(start: number, end: number): void {
    const length = this.keptLength + end - start;
    if (length > MAX_KEPT) {
      this.fail(`More than ${MAX_KEPT} bytes came for a stream that takes none`);
      return;
    }
    let kept = this.kept;
    if (kept === undefined || kept.length < length) {
      const larger = Buffer.allocUnsafeSlow(kept === undefined ? length : Math.max(length, kept.length * 2));
      kept?.copy(larger, 0, 0, this.keptLength);
      this.kept = kept = larger;
    }
    kept.set(this.parser.buffer.subarray(start, end), this.keptLength);
    this.keptLength = length;
  }

  /** Takes the kept bytes away undelivered: for a consumer that has heard of the end while it held. They are the caller's. */
  takeKept(): Uint8Array | undefined {
    const { kept, keptLength } = this;
    if (kept === undefined || keptLength === 0) return undefined;
    this.kept = undefined;
    this.keptLength = 0;
    return kept.subarray(0, keptLength);
  }

  /** Adds bytes that came before the end of a stream whose reader takes them with `takeKept`. */
  protected keepUnread(unread: readonly Uint8Array[]): void {
    const kept = this.takeKept();
    this.kept = Buffer.concat(kept === undefined ? unread : [kept, ...unread]);
    this.keptLength = this.kept.length;
  }

  private pauseTransport(): void {
    this.paused = true;
    this.transport?.pause();
  }
  private resumeTransport(): void {
    if (!this.paused) return;
    this.paused = false;
    this.transport?.resume();
  }

  transportEnd(): void {
    scopeOf(this.context).runInAsyncScope(this.peerDidEnd, this);
  }
  private peerDidEnd(): void {
    this.ended = true;
    this.corked++;
    this.consumer?.streamEnded();
    this.uncork();
  }

  transportClose(error: Error | undefined = this.failure, _unread?: readonly Uint8Array[]): void {
    scopeOf(this.context).runInAsyncScope(this.transportClosed, this, error);
  }
  private transportClosed(error: Error | undefined): void {
    this.gone = true;
    this.transport = undefined;
    this.dropOutput();
    const consumer = this.consumer;
    this.consumer = undefined;
    consumer?.streamClosed(error);
    this.kept = undefined;
    this.keptLength = 0;
    this.didClose(error);
  }
}
