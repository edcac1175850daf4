/**
 * Frames as they leave on a stream: what one turn sends goes in one write, small frames as text, larger ones copied or from where they lie.
 * The half of a connection that knows no state, no message and no peer.
 */
import type { BaseIOStream } from "../net/base-iostream.ts";
import type { BytesPolicy } from "../net/bytes-policy.ts";
import { LATIN1, OUTPUT_HIGH_WATER_MARK } from "../net/stream-output.ts";
import { WebSocketClosedError } from "./errors.ts";
import { FIN, maskedFrame, nextKey, prepareFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import type { SharedFrame } from "./prepared-frame.ts";

/** Bytes of a shared frame from which on it waits by reference, behind others; a smaller one joins the text of its turn. */
const SHARED_WAIT = 256;

/** The calls that wait until the socket has taken what was sent: one promise for all of them. Made only where one waits. */
class Drains {
  #resolve: (() => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  #promise: Promise<void> | undefined = undefined;

  wait(): Promise<void> {
    return (this.#promise ??= this.#make());
  }
  #make(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not wait for the socket need not hear that it closed.
    promise.catch(() => undefined);
    return promise;
  }
  done(): void {
    this.#resolve?.();
  }
  closed(): void {
    this.#reject?.(new WebSocketClosedError());
  }
}

export abstract class FrameWriter {
  readonly stream: BaseIOStream;
  /** Frames come masked, and leave unmasked: this is a server (RFC 6455 §5.3). */
  readonly masked: boolean;
  /** Bytes are being delivered: the stream keeps output together by itself. */
  protected reading = false;
  private corked = false;
  /** Bytes appended since the output was last flushed in the middle of a turn. */
  private held = 0;
  private drains: Drains | undefined = undefined;
  /** One for each payload that is being sent from where it lies. */
  private loans: Set<Drains> | undefined = undefined;

  constructor(stream: BaseIOStream, masked: boolean) {
    this.stream = stream;
    this.masked = masked;
  }

  /** The promise, where there is one, waits for the socket. */
  sendFrame(opcode: number, payload: string | Uint8Array, policy: BytesPolicy = "copy"): Promise<void> | void {
    if (policy === "lend" && typeof payload !== "string" && this.masked) {
      const lent = this.lend(prepareFrame(FIN | opcode, payload));
      if (lent !== undefined) return lent;
    } else this.send(opcode, payload, policy);
    return this.stream.congested ? (this.drains ??= new Drains()).wait() : undefined;
  }

  protected send(opcode: number, payload: string | Uint8Array, policy: BytesPolicy = "copy"): void {
    if (this.masked) {
      this.append(prepareFrame(FIN | opcode, payload), typeof payload === "string" ? "keep" : policy);
      return;
    }
    this.corkForTurn();
    const frame = maskedFrame(FIN | opcode, payload, nextKey());
    this.stream.appendKept(frame);
    this.count(frame.length);
  }

  private append({ text, payload }: Frame, policy: BytesPolicy): void {
    this.corkForTurn();
    if (payload === undefined) this.stream.appendText(text, LATIN1);
    else if (policy === "keep") this.stream.appendKept(payload, text, "", true);
    else this.stream.appendBytes(payload, text);
    this.count(text.length + (payload?.length ?? 0));
  }

  /** Sends a frame that many connections send. Where it has to wait it is not copied: all of them refer to the same bytes. */
  appendShared(frame: SharedFrame): void {
    this.corkForTurn();
    const { text, size } = frame;
    if (text !== "" && (size < SHARED_WAIT || !this.stream.congested)) this.stream.appendText(text, LATIN1);
    else this.stream.appendKept(frame.bytes);
    this.count(size);
  }

  /** The promise, where there is one, waits until nothing refers to the payload. */
  private lend(frame: Frame): Promise<void> | undefined {
    const { text, payload } = frame;
    if (payload === undefined) {
      this.append(frame, "keep");
      return undefined;
    }
    const loans = (this.loans ??= new Set());
    const loan = new Drains();
    let over = this.stream.appendLent(payload, text, "", () => {
      over = true;
      loans.delete(loan);
      loan.done();
    });
    if (over) return undefined;
    loans.add(loan);
    return loan.wait();
  }

  /** Those who wait for the socket hear that there is none any more. */
  protected releaseWaiting(): void {
    this.drains?.closed();
    this.drains = undefined;
    for (const loan of this.loans ?? []) loan.closed();
    this.loans = undefined;
  }

  /** So that a turn that sends much is seen to be congested before it ends. */
  private count(size: number): void {
    this.held += size;
    if (this.held < OUTPUT_HIGH_WATER_MARK) return;
    this.held = 0;
    this.stream.flush();
  }

  private corkForTurn(): void {
    if (this.reading || this.corked) return;
    this.corked = true;
    this.stream.cork();
    queueMicrotask(() => {
      this.corked = false;
      this.held = 0;
      this.stream.uncork();
    });
  }

  streamDrained(): void {
    this.drains?.done();
    this.drains = undefined;
  }
}
