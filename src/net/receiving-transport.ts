/**
 * The receiving half of a transport, the same for every runtime: when, and in which order, a stream hears of what a runtime reports. No
 * runtime is trusted with these rules:
 *
 * - After `pause()` nothing is delivered, not even the rest of a chunk. It waits here, the end and the close behind it.
 * - Nothing is delivered from inside a call of ours: some runtimes report a close before the call that caused it has returned, and the
 *   caller may be looking at the bytes of another connection, or be in the middle of a change.
 * - Nothing is put into the parser's memory while a stream reads there.
 *
 * What cannot be delivered now is delivered in a later turn.
 */
import { LandspoutError } from "../errors.ts";
import { RECEIVE, RECEIVE_SIZE } from "../parser/abi.ts";
import { putReceived } from "../parser/memory.ts";
import type { HttpParser } from "../parser/types.ts";
import type { TransportHandler } from "./transport.ts";

/**
 * Bytes a runtime may report although it was told to pause, beside the chunk that was under way. Over it the connection is destroyed: a
 * runtime that does not pause would let a peer fill the memory.
 */
export const BACKLOG_LIMIT: number = 2_097_152;

// What waits besides bytes.
const END = 1;
const DRAIN = 2;
const CLOSE = 4;

export abstract class ReceivingTransport {
  /** Calls into a runtime that have not returned, of all transports: what it reports meanwhile waits. */
  protected static calls = 0;

  handler: TransportHandler | undefined = undefined;
  error: Error | undefined = undefined;
  protected readonly parser: HttpParser;
  protected paused = false;
  private backlog: Uint8Array[] | undefined = undefined;
  private backlogSize = 0;
  private events = 0;
  private scheduled = false;
  private sourcePaused = false;
  private dropping = false;

  constructor(parser: HttpParser) {
    this.parser = parser;
  }

  // --- for the runtime's part ---

  /** Makes the runtime read no more. */
  protected abstract pauseSource(): void;
  protected abstract resumeSource(): void;
  /** Closes at once. */
  protected abstract destroySource(): void;
  /** The handler has been told of the close. */
  protected closeTold(): void {}

  private get inUse(): boolean {
    return ReceivingTransport.calls > 0 || this.parser.reading;
  }

  /** Bytes have come. `lent`: the runtime may use their memory again once this returns. */
  protected receive(chunk: Uint8Array, lent: boolean): void {
    if (this.dropping) return;
    const waits = this.paused || this.backlog !== undefined || this.inUse;
    const rest = waits ? chunk : this.deliverChunk(chunk);
    if (rest === undefined) return;
    const kept = lent ? new Uint8Array(rest) : rest;
    // What was reported while the chunk was being delivered came behind it.
    if (waits || this.backlog === undefined) this.queue(kept);
    else {
      this.backlog.unshift(kept);
      this.backlogSize += kept.length;
    }
  }

  /** The peer has closed its side. */
  protected receiveEnd(): void {
    if (this.dropping) return;
    if (this.backlog === undefined && !this.inUse) this.handler?.transportEnd();
    else this.postpone(END);
  }
  /** Output is out. */
  protected receiveDrain(): void {
    if (this.dropping) return;
    if (this.inUse) this.postpone(DRAIN);
    else this.handler?.transportDrain();
  }
  /** The connection is gone. */
  protected receiveClose(): void {
    if (this.backlog === undefined && this.events === 0 && !this.inUse) this.tellClose();
    else this.postpone(CLOSE);
  }

  /** Delivers a chunk in pieces no larger than the receive region; returns what must wait. */
  private deliverChunk(chunk: Uint8Array): Uint8Array | undefined {
    for (let offset = 0; offset < chunk.length; offset += RECEIVE_SIZE) {
      if (this.paused || this.inUse || this.dropping) return chunk.subarray(offset);
      const piece = chunk.length <= RECEIVE_SIZE ? chunk : chunk.subarray(offset, offset + RECEIVE_SIZE);
      const end = putReceived(this.parser, piece);
      this.handler?.transportData(RECEIVE, end);
    }
    return undefined;
  }

  private queue(chunk: Uint8Array): void {
    if (this.backlog === undefined) this.backlog = [chunk];
    else if (this.backlogSize + chunk.length > BACKLOG_LIMIT) {
      this.error ??= new LandspoutError(
        "ERR_LANDSPOUT_BACKLOG",
        `More than ${BACKLOG_LIMIT} bytes came on a connection that was paused`,
      );
      this.destroy();
      return;
    } else this.backlog.push(chunk);
    this.backlogSize += chunk.length;
    if (!this.paused) this.schedule();
  }

  private postpone(event: number): void {
    this.events |= event;
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => this.deliverBacklog());
  }

  private deliverBacklog(): void {
    if (this.inUse) {
      // A runtime, or a program, that runs microtasks from inside a read.
      setImmediate(() => this.deliverBacklog());
      return;
    }
    this.scheduled = false;
    if ((this.events & DRAIN) !== 0) {
      this.events &= ~DRAIN;
      this.handler?.transportDrain();
    }
    this.deliverChunks();
    if (this.backlog === undefined && (this.events & END) !== 0) {
      this.events &= ~END;
      this.handler?.transportEnd();
    }
    // A paused stream is told of a close all the same, and given the bytes that wait.
    if ((this.events & CLOSE) !== 0) this.tellClose();
    else this.resumeWhenEmpty();
  }

  private resumeWhenEmpty(): void {
    if (!this.sourcePaused || this.paused || this.backlog !== undefined) return;
    this.sourcePaused = false;
    this.resumeSource();
  }

  private deliverChunks(): void {
    const chunks = this.backlog;
    if (chunks === undefined) return;
    let taken = 0;
    for (let chunk = chunks[0]; chunk !== undefined; chunk = chunks[taken]) {
      const rest = this.deliverChunk(chunk);
      if (this.backlog !== chunks) return;
      this.backlogSize -= chunk.length - (rest?.length ?? 0);
      if (rest !== undefined) {
        chunks[taken] = rest;
        break;
      }
      taken++;
    }
    if (taken === chunks.length) this.forgetBacklog();
    else chunks.splice(0, taken);
  }

  private forgetBacklog(): void {
    this.backlog = undefined;
    this.backlogSize = 0;
  }

  private tellClose(): void {
    const unread = this.backlog;
    const { handler } = this;
    this.events = 0;
    this.forgetBacklog();
    this.dropping = true;
    this.handler = undefined;
    handler?.transportClose(this.error, unread);
    this.closeTold();
  }

  /** Gives up what waits: the connection is another owner's. */
  protected forget(): void {
    this.handler = undefined;
    this.events = 0;
    this.forgetBacklog();
    this.dropping = true;
  }

  // --- for the stream ---

  pause(): void {
    this.paused = true;
    this.sourcePaused = true;
    this.pauseSource();
  }
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.backlog === undefined) this.resumeWhenEmpty();
    else this.schedule();
  }
  /** What has come and was not delivered is lost, too. */
  destroy(): void {
    this.dropping = true;
    this.events &= CLOSE;
    this.forgetBacklog();
    this.destroySource();
  }
}
