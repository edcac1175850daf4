/**
 * One WebSocket on a stream (RFC 6455): messages in order, one at a time for whoever waits with them, pings answered, the closing
 * handshake, and an end that is told exactly once. It knows no handler and no handshake.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import type { BaseIOStream, StreamConsumer } from "../net/base-iostream.ts";
import { callIn, copyOf, isolated, scopeOf } from "../async/context.ts";
import type { UpgradedConnection, UpgradedConnections } from "../http/upgraded-connections.ts";
import { CLOSE_ABNORMAL, CLOSE_INTERNAL, CLOSE_NO_STATUS, CLOSE_NORMAL } from "./close-codes.ts";
import { checkClose, closeContent, readClose } from "./close-codes.ts";
import { caught, guard, isPromiseLike } from "../user-code.ts";
import { clockNow, unwatch, watch } from "../loop/clock.ts";
import type { Timed } from "../loop/clock.ts";
import { rejectedAsClosed, WebSocketClosedError } from "./errors.ts";
import { BINARY, CLOSE, PING, PONG, TEXT } from "./frame.ts";
import type { PreparedFrame } from "./prepared-frame.ts";
import { resolveWebSocketOptions } from "./options.ts";
import type { WebSocketOptions } from "./options.ts";
import type { MessageOptions } from "./message.ts";
import { FrameReader } from "./frame-reader.ts";
import type { FrameSink } from "./frame-reader.ts";
import { HeldPings } from "./held-pings.ts";
import type { MessageDeflate } from "./deflate.ts";
import {
  CLOSED,
  CLOSING,
  ENDING,
  FLUSHING,
  FULL,
  HANDLER,
  OPEN,
  OPENING,
  OwnedConnection,
} from "./owned-connection.ts";
import type { WebSocketEvents } from "./owned-connection.ts";
import { SEND_PING, HALF_CLOSED, PeerMonitor, NO_PONG, NOT_READING } from "./peer-monitor.ts";
import type { WebSocketOwner } from "./trace.ts";
import { Outbox } from "./outbox.ts";
import type { OutboxSink } from "./outbox.ts";

/** After so many frames of one connection the others have their turn. */
const FRAMES_PER_TURN = 256;
const NO_OPTIONS: MessageOptions = {};

export class WebSocketConnection
  extends OwnedConnection
  implements StreamConsumer, FrameSink, OutboxSink, Timed, UpgradedConnection
{
  private readonly options: Required<WebSocketOptions>;
  /** Those that end with the server; undefined on a client. */
  private readonly upgraded: UpgradedConnections | undefined;
  /** Of a message that has come in part. */
  private reader: FrameReader | undefined = undefined;
  /** Where messages are compressed, if that was agreed on. */
  private outbox: Outbox | undefined = undefined;
  private state = OPEN;
  /** What the peer's close frame said; 1006 before there is one. */
  closeCode: number = CLOSE_ABNORMAL;
  closeReason = "";
  private waiting: number = OPENING;
  private readonly monitor: PeerMonitor;
  /** Of the last ping that came while the peer took nothing. */
  private owedPong: Buffer | undefined = undefined;
  /** Of pings that came while nothing is read. */
  private heldPings: HeldPings | undefined = undefined;

  /** Reads nothing before `start`. `upgraded`: of the server, which it ends with. */
  constructor(
    stream: BaseIOStream,
    events: WebSocketEvents,
    options: WebSocketOptions,
    owner: WebSocketOwner,
    upgraded?: UpgradedConnections,
  ) {
    super(stream, events, owner);
    this.upgraded = upgraded;
    this.options = resolveWebSocketOptions(options);
    watch(this);
    upgraded?.add(this);
    this.monitor = new PeerMonitor(this.options);
    this.keepContext();
    stream.attach(this);
    stream.hold();
  }

  /** Before `start`: messages are compressed as was agreed on. */
  useCompression(codec: MessageDeflate): void {
    this.outbox = new Outbox(this, codec);
  }

  /** Begins to read. */
  start(): void {
    this.goOn(HANDLER | OPENING);
  }
  /** A reason to read nothing is gone. */
  private goOn(why: number): void {
    this.waiting &= ~why;
    if (this.waiting !== 0 || this.state === CLOSED) return;
    if (this.stream.peerEnded && this.stream.unreadLength === 0) this.peerGone();
    else this.stream.release();
  }

  get compression(): boolean {
    return this.outbox !== undefined;
  }
  get isOpen(): boolean {
    return this.state === OPEN;
  }
  get isClosed(): boolean {
    return this.state === CLOSED;
  }

  // --- the road in ---

  bytesReceived(start: number, end: number): number {
    this.monitor.lastSeen = clockNow();
    if (this.state >= ENDING) return end;
    this.reading = true;
    const reader = (this.reader ??= FrameReader.take(this.stream.parser, this, this.options, this));
    let at = start;
    let yielding = false;
    for (let frames = 0; at < end && this.waiting === 0 && this.state < ENDING; frames++) {
      if (frames >= FRAMES_PER_TURN) {
        this.stream.hold();
        this.stream.releaseLater();
        yielding = true;
        break;
      }
      const next = reader.read(at, end);
      if (next === at) break;
      at = next;
    }
    this.reading = false;
    this.heldPings?.read(at - start);
    if (FrameReader.leave(reader)) this.reader = undefined;
    if (this.stream.peerEnded && this.waiting === 0 && !yielding) this.peerGone();
    return this.state >= ENDING ? end : at;
  }

  /** §5.5.2: "an endpoint MUST send a Pong frame in response […] as soon as is practical", also while a handler waits. */
  bytesHeld(bytes: Buffer, length: number): void {
    if (this.state !== OPEN || (this.waiting & (HANDLER | OPENING)) !== HANDLER) return;
    // Within a message, where the next frame begins is known to the reader alone.
    if (this.reader !== undefined && this.heldPings?.started !== true) return;
    (this.heldPings ??= new HeldPings()).find(bytes, length, this.masked, (data) => this.pong(data));
  }
  /** §5.5.3: a pong for the last ping alone will do. A peer that pings and does not read has no others piled up for it. */
  private pong(data: Buffer): void {
    if (this.stream.congested) this.owedPong = data;
    else this.send(PONG, data);
  }

  message(opcode: number, data: string | Buffer, compressed: boolean): void {
    // Between our close frame and the peer's, messages are not for anybody any more.
    if (this.state !== OPEN) return;
    if (compressed) return this.inflate(opcode, data as Buffer);
    let pending: unknown;
    try {
      pending = copyOf(this.stream.context).runInAsyncScope(this.events.onMessage, this.events, data);
    } catch (error) {
      return this.broken(error, "onMessage");
    }
    if (pending === undefined || !isPromiseLike(pending)) return;
    if (this.state === OPEN) this.wait(HANDLER);
    Promise.resolve(pending).then(
      () => this.start(),
      (error: unknown) => this.broken(error, "onMessage"),
    );
  }

  private wait(why: number): void {
    this.waiting |= why;
    this.stream.hold();
  }

  /** What comes behind a compressed message waits until that has been delivered. */
  private inflate(opcode: number, data: Buffer): void {
    this.wait(HANDLER);
    this.outbox?.inflate(data, opcode === TEXT, this.options.maxMessageSize, (problem, message) => {
      if (this.state >= ENDING) return;
      if (problem !== 0) return this.failed(problem, "a compressed message is broken, or too big");
      this.waiting &= ~HANDLER;
      // zlib calls back in the context of whichever connection has had its turn before.
      scopeOf(this.stream.context).runInAsyncScope(this.message, this, opcode, message, false);
      if (this.waiting === 0) this.start();
    });
  }

  control(opcode: number, data: Buffer): void {
    if (opcode === CLOSE) return this.closeReceived(data);
    if (this.state !== OPEN) return;
    try {
      if (opcode === PING) {
        if (this.heldPings?.take() !== true) this.pong(data);
        this.called(isolated(this.events.onPing, this.events, data), "onPing");
      } else {
        this.monitor.answered();
        this.called(isolated(this.events.onPong, this.events, data), "onPong");
      }
    } catch (error) {
      this.broken(error, opcode === PING ? "onPing" : "onPong");
    }
  }

  /** RFC 6455 §5.5.1, §7.1.5. */
  private closeReceived(data: Buffer): void {
    const { code, reason, problem } = readClose(data);
    if (problem !== 0) return this.failed(problem, reason);
    this.closeCode = code;
    this.closeReason = reason;
    // "When sending a Close frame in response, the endpoint typically echos the status code it received."
    if (this.state === OPEN) this.sendClose(code === CLOSE_NO_STATUS ? undefined : code, "");
    if (this.outbox?.busy !== true) return this.end();
    // Answers that are still being compressed leave first, as they would without compression.
    this.wait(FLUSHING);
    this.outbox.whenEmpty(() => this.end());
  }

  /** The peer has broken the protocol, or a limit. */
  failed(code: number, reason: string): void {
    if (this.state === OPEN) this.failOpen(code, reason);
    this.end();
  }
  /** Closes, and says why. */
  private failOpen(code: number, reason: string): void {
    this.ending(code, reason);
    this.sendClose(code, reason);
  }
  /** Ends without a word to the peer, and says why. */
  private cut(reason: string): void {
    this.state = ENDING;
    this.ending(0, reason);
    this.stream.destroy();
  }

  /** A callback failed: it is reported, and the connection closed. Does not throw. */
  broken(thrown: unknown, hook: string): void {
    const error = caught(thrown);
    // That the peer goes while something is sent to it is no mistake of anybody's.
    if (this.state === OPEN || !(error instanceof WebSocketClosedError)) this.report(error, hook);
    if (this.state === OPEN) this.sendClose(CLOSE_INTERNAL, "");
    this.end();
  }
  /** Both have said what they had to: the connection ends, in good order, and soon. */
  private end(): void {
    if (this.state >= ENDING) return;
    this.state = ENDING;
    this.monitor.since = clockNow();
    const farewell = this.outbox?.clear();
    if (farewell !== undefined) this.send(CLOSE, farewell);
    // §7.1.1: the server closes first, which leaves the socket's last wait to it and not to the client.
    if (this.masked || this.stream.peerEnded) this.stream.end();
    this.waiting = 0;
    this.stream.release();
  }

  /** The peer sends no more. What it sent before is looked at first, when nobody is waiting any more. */
  streamEnded(): void {
    if (this.waiting !== 0) return;
    if (this.stream.unreadLength === 0) this.peerGone();
    else this.stream.release();
  }

  private peerGone(): void {
    if (this.state === CLOSED) return;
    if (this.state < ENDING) this.monitor.since = clockNow();
    this.state = ENDING;
    this.stream.end();
    if (this.stream.unsentLength === 0) this.stream.destroy();
  }

  streamClosed(_error: Error | undefined): void {
    if (this.state === CLOSED) return;
    this.state = CLOSED;
    unwatch(this);
    this.upgraded?.delete(this);
    this.outbox?.close();
    this.releaseWaiting();
    this.tellClosed(this.closeCode, this.closeReason);
  }

  // --- the road out ---

  /**
   * Sends text, or bytes. The promise, where there is one, waits for the socket; it rejects with a WebSocketClosedError where the connection
   * is closing, or closed, and nothing is sent.
   */
  write(message: string | Uint8Array, { binary, bytes }: MessageOptions = NO_OPTIONS): Promise<void> | void {
    if (this.state !== OPEN) return rejectedAsClosed();
    if (this.overflows()) return undefined;
    const opcode = (binary ?? typeof message !== "string") ? BINARY : TEXT;
    return this.outbox === undefined
      ? this.sendFrame(opcode, message, bytes)
      : this.outbox.send(opcode, message, bytes);
  }
  /** Sends a frame that was made once for many connections; servers only. */
  writePrepared(frame: PreparedFrame): void {
    if (this.state !== OPEN || this.overflows()) return;
    if (this.outbox === undefined) this.appendShared(frame);
    else this.outbox.sendPrepared(frame);
  }

  /** More is waiting than may wait, and what would be sent is not to be. */
  private overflows(): boolean {
    if (this.stream.unsentLength + (this.outbox?.size ?? 0) <= this.options.maxUnsentSize) return false;
    const { overflow } = this.options;
    if (overflow === "wait") this.holdBack();
    else if (overflow === "close") this.cut(`a slow reader: more than ${this.options.maxUnsentSize} bytes unsent`);
    return overflow !== "wait";
  }

  /** A peer that does not take what it is sent is not read either, until it has. */
  private holdBack(): void {
    const { outbox } = this;
    if (outbox?.busy === true) outbox.whenEmpty(() => (this.stream.congested ? undefined : this.relieved()));
    else if (!this.stream.congested) return;
    this.wait(FULL);
  }
  private relieved(): void {
    if ((this.waiting & FULL) !== 0) this.goOn(FULL);
  }

  /** @throws UsageError on more than 125 bytes. */
  ping(data: string | Uint8Array = ""): Promise<void> | void {
    if (Buffer.byteLength(data) > 125)
      throw new UsageError("ERR_LANDSPOUT_WEBSOCKET_PING", "a ping has at most 125 bytes");
    if (this.state !== OPEN) return rejectedAsClosed();
    this.send(PING, data);
    return undefined;
  }

  override streamDrained(): void {
    const { owedPong } = this;
    this.owedPong = undefined;
    if (owedPong !== undefined && this.state === OPEN) this.send(PONG, owedPong);
    super.streamDrained();
    if (this.outbox?.busy !== true) this.relieved();
  }

  /**
   * Begins the closing handshake. Without a code the frame has none; a reason alone goes with 1000.
   * @throws UsageError on a code that may not be sent, or a reason longer than 123 bytes.
   */
  close(code?: number, reason = ""): void {
    const sent = code ?? (reason === "" ? undefined : CLOSE_NORMAL);
    if (sent !== undefined) checkClose(sent, reason);
    if (this.state !== OPEN) return;
    this.sendClose(sent, reason);
  }

  private sendClose(code: number | undefined, reason: string): void {
    const data = closeContent(code, reason);
    if (this.outbox === undefined) this.send(CLOSE, data);
    else void this.outbox.send(CLOSE, data);
    this.state = CLOSING;
    this.monitor.since = clockNow();
    // Messages count no more: who waits with one does not keep the peer's answer from being read.
    this.waiting &= FLUSHING;
    if (this.waiting === 0) this.stream.release();
  }

  onServerShutdown(): void {
    if (this.state !== OPEN) return;
    const { onShutdown } = this.events;
    if (onShutdown === undefined) return;
    guard(
      () => callIn(this.stream.context, onShutdown, this.events),
      (error) => this.broken(error, "onShutdown"),
    );
  }

  /** Called by the clock, once a second. */
  checkTime(now: number): void {
    const { stream } = this;
    if (this.state !== OPEN) {
      if (!this.monitor.tiredOfClosing(now, stream)) return;
      if (this.state === CLOSING) this.cut(`no close frame within ${this.options.closeTimeout} s`);
      else stream.destroy();
      return;
    }
    switch (this.monitor.look(now, stream, this.waiting !== 0)) {
      case SEND_PING:
        return this.send(PING, "");
      case NO_PONG:
        // RFC 6455 §7.4.1: 1000 would say that all is well.
        return this.failOpen(CLOSE_INTERNAL, "ping timed out");
      case NOT_READING:
        return this.cut("a slow reader: takes nothing of what it is sent");
      case HALF_CLOSED:
        // Nobody takes its messages; how it closed, if it did, is behind them.
        this.state = CLOSING;
        this.monitor.since = now;
        return this.start();
    }
  }
}
