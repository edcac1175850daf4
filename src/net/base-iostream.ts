/**
 * The half of a stream that never waits: bytes from a transport to a consumer, and pending output back. It decides where
 * unfinished bytes are kept and when output leaves; it knows neither what the bytes mean nor any promise. `IOStream` adds Tornado's
 * reads and writes on top; an HTTP connection attaches itself as the consumer.
 *
 * Bytes lie in the parser's memory. Those the consumer leaves are kept here, and put back right in front of the next ones
 * (region CARRY, see ../parser/abi.ts), so that it always sees one contiguous run and new bytes are not copied.
 *
 * Output appended while bytes are being delivered leaves in one write at the end of that delivery, otherwise at once.
 */
import { Buffer } from "node:buffer";
import { RECEIVE } from "../parser/abi.ts";
import type { HttpParser } from "../parser/types.ts";
import { plainAddress } from "./address.ts";
import { COPY_LIMIT, giveBack, takeCopy } from "./output-arena.ts";
import type { TextEncoding, Transport, TransportHandler } from "./transport.ts";

/** Who reads a stream. After `streamClosed` nothing follows. None of these may throw. */
export interface StreamConsumer {
  /**
   * Bytes `[start, end)` of the parser's memory, those left over from last time first. Returns the offset up to which
   * they are done with. They are gone when the call returns, and any call into user code may overwrite them.
   */
  bytesReceived(start: number, end: number): number;
  /** The peer sends no more (FIN); it may still read. */
  streamEnded(): void;
  streamClosed(error: Error | undefined): void;
  /** Output is below the high-water mark again. */
  streamDrained(): void;
}

/** While the consumer holds, at most about this many bytes are kept before the transport is paused. Default of `holdLimit`. */
export const HOLD_LIMIT: number = 64 * 1024;
/** Unsent bytes above which a stream counts as congested. */
export const OUTPUT_HIGH_WATER_MARK: number = 64 * 1024;

/** What bytes a pending text may hold. ASCII goes with either of the others. */
export const ASCII = 0;
export const LATIN1 = 1;
export const UTF8 = 2;
export type TextKind = 0 | 1 | 2;

const plain = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : plainAddress(address);

const encodingOf = (kind: TextKind): TextEncoding => (kind === UTF8 ? "utf8" : "latin1");

export class BaseIOStream implements TransportHandler {
  readonly parser: HttpParser;
  protected transport: Transport | undefined;
  private consumer: StreamConsumer | undefined = undefined;
  /** Bytes not yet done with are the first `keptLength` of it. */
  private kept: Buffer | undefined = undefined;
  private keptLength = 0;
  private held = false;
  private paused = false;
  /** Output waits while this is above 0. */
  private corked = 0;
  private ended = false;
  private gone = false;
  private text = "";
  private textKind: TextKind = ASCII;
  private pieces: (string | Uint8Array)[] | undefined = undefined;
  private address: string | undefined = undefined;
  /** Counts what has been given to the transport: between two equal readings `congested` has not changed for the worse. */
  flushes = 0;

  constructor(parser: HttpParser, transport: Transport | undefined) {
    this.parser = parser;
    this.transport = transport;
    if (transport !== undefined) transport.handler = this;
  }

  // --- reading ---

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
    if (this.held || this.consumer === undefined) {
      this.keep(start, end);
      if (this.keptLength >= HOLD_LIMIT && !this.paused) this.pauseTransport();
      return;
    }
    this.corked++;
    if (this.keptLength === 0) {
      const done = this.consumer.bytesReceived(start, end);
      if (done < end) this.keep(done, end);
    } else this.deliverBehindKept(start, end);
    this.uncork();
  }

  /** Puts the kept bytes in front of new ones at RECEIVE and delivers both as one run. */
  private deliverBehindKept(start: number, end: number): void {
    const kept = this.kept as Buffer;
    const length = this.keptLength;
    const from = start - length;
    kept.copy(this.parser.buffer, from, 0, length);
    const done = (this.consumer as StreamConsumer).bytesReceived(from, end);
    if (done === from) this.keep(start, end);
    else {
      this.keptLength = 0;
      if (done < end) this.keep(done, end);
      else this.kept = undefined;
    }
  }

  private deliverKept(): void {
    if (this.held || this.consumer === undefined || this.keptLength === 0 || this.gone) return;
    const length = this.keptLength;
    const kept = this.kept as Buffer;
    const from = RECEIVE - length;
    kept.copy(this.parser.buffer, from, 0, length);
    this.corked++;
    const done = this.consumer.bytesReceived(from, RECEIVE);
    this.keptLength = RECEIVE - done;
    if (this.keptLength === 0) this.kept = undefined;
    else kept.copy(kept, 0, done - from, length);
    this.uncork();
    if (!this.held) this.resumeTransport();
  }

  /** Appends bytes of the parser's memory to those kept. */
  private keep(start: number, end: number): void {
    const length = this.keptLength + end - start;
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
    this.ended = true;
    this.corked++;
    this.consumer?.streamEnded();
    this.uncork();
  }

  transportClose(error: Error | undefined): void {
    this.gone = true;
    this.transport = undefined;
    this.text = "";
    this.pieces = undefined;
    const consumer = this.consumer;
    this.consumer = undefined;
    consumer?.streamClosed(error);
    this.kept = undefined;
    this.keptLength = 0;
    this.didClose(error);
  }

  /** For subclasses: the connection is gone. */
  protected didClose(_error: Error | undefined): void {}

  // --- writing ---

  /** Unsent bytes are above the high-water mark: who can, waits for `streamDrained`. */
  get congested(): boolean {
    return this.transport !== undefined && this.transport.bufferedAmount > OUTPUT_HIGH_WATER_MARK;
  }
  /** Bytes given to the transport that the operating system has not taken. Falls with every byte it takes. */
  get unsentLength(): number {
    return this.transport?.unsentAmount ?? this.transport?.bufferedAmount ?? 0;
  }

  /** Everything appended has left this process: the memory it lay in may be used again. */
  get outputLeft(): boolean {
    const transport = this.transport;
    if (transport === undefined || transport.handsOver === true || transport.bufferedAmount > 0) return false;
    return this.text === "" && this.pieces === undefined;
  }

  /** Appends text to the pending output. `kind` says which characters it may hold. */
  appendText(text: string, kind: TextKind): void {
    if (this.text === "") {
      this.text = text;
      this.textKind = kind;
    } else if ((this.textKind | kind) !== 3) {
      this.text += text;
      this.textKind = (this.textKind | kind) as TextKind;
    } else {
      this.sealText();
      this.text = text;
      this.textKind = kind;
    }
    if (this.corked === 0 || this.text.length > OUTPUT_HIGH_WATER_MARK) this.flush();
  }

  /** Appends bytes to the pending output. They are not copied: do not change them before they are sent. */
  appendBytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.sealText();
    (this.pieces ??= []).push(bytes);
    if (this.corked === 0) this.flush();
  }

  /**
   * Appends text of one byte per character, and bytes, copied. Nothing is appended, and the answer is false, where it would not pay:
   * they are many, or output is waiting already.
   */
  appendCopied(text: string, bytes: Uint8Array): boolean {
    const transport = this.transport;
    if (transport === undefined || transport.handsOver === true || transport.bufferedAmount > 0) return false;
    if (text.length + bytes.length > COPY_LIMIT) return false;
    this.sealText();
    const pieces = (this.pieces ??= []);
    const before = pieces.at(-1);
    const piece = takeCopy(before, text, bytes);
    // In one piece with what came before.
    if (before !== undefined && piece.length > text.length + bytes.length) pieces[pieces.length - 1] = piece;
    else pieces.push(piece);
    if (this.corked === 0) this.flush();
    return true;
  }

  /** Holds output back until the matching `uncork`, so that what is appended between them leaves in one write. */
  cork(): void {
    this.corked++;
  }
  uncork(): void {
    if (--this.corked === 0 && (this.text !== "" || this.pieces !== undefined)) this.flush();
  }

  private sealText(): void {
    if (this.text === "") return;
    const sealed = this.textKind === ASCII ? this.text : Buffer.from(this.text, encodingOf(this.textKind));
    (this.pieces ??= []).push(sealed);
    this.text = "";
    this.textKind = ASCII;
  }

  /** Gives the pending output to the transport. */
  flush(): void {
    const transport = this.transport;
    this.flushes++;
    if (this.pieces === undefined) {
      if (this.text === "") return;
      const text = this.text;
      const kind = this.textKind;
      this.text = "";
      this.textKind = ASCII;
      transport?.write(text, encodingOf(kind));
      return;
    }
    this.sealText();
    const pieces = this.pieces;
    this.pieces = undefined;
    const piece = pieces[0] as string | Uint8Array;
    if (pieces.length === 1) transport?.write(piece, "latin1");
    else {
      transport?.cork();
      for (const one of pieces) transport?.write(one, "latin1");
      transport?.uncork();
    }
    if (this.outputLeft) giveBack(pieces.at(-1));
  }

  transportDrain(): void {
    this.consumer?.streamDrained();
  }

  /** Closes our side once everything appended is out (FIN); the peer may go on sending. */
  end(): void {
    this.flush();
    this.transport?.end();
  }

  /** Closes at once; what is unsent is lost. */
  destroy(): void {
    this.text = "";
    this.pieces = undefined;
    // The system forgets it with the connection, and what is logged of its end names it.
    this.address ??= plain(this.transport?.remoteAddress);
    this.transport?.destroy();
  }

  // --- facts ---

  /** IPv4 as IPv4, also on a socket of IPv6. Still known once this side has destroyed the connection. */
  get remoteAddress(): string | undefined {
    return this.address ?? plain(this.transport?.remoteAddress);
  }
  get remotePort(): number | undefined {
    return this.transport?.remotePort;
  }
  get localAddress(): string | undefined {
    return plain(this.transport?.localAddress);
  }
  get localPort(): number | undefined {
    return this.transport?.localPort;
  }
  get encrypted(): boolean {
    return this.transport?.encrypted === true;
  }
  setNodelay(on: boolean): void {
    this.transport?.setNoDelay(on);
  }
}
