/**
 * Frames as they leave on a stream: what one turn sends goes in one write, small frames as text, larger ones copied or from where they lie.
 * The half of a connection that knows no state, no message and no peer.
 */
import { LATIN1, OUTPUT_HIGH_WATER_MARK } from "../net/base-iostream.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";
import { Drains } from "./drains.ts";
import { FIN, maskedFrame, ownBytes, prepareFrame } from "./frame.ts";
import type { PreparedFrame } from "./frame.ts";
import { nextKey } from "./mask-key.ts";

export abstract class FrameWriter {
  readonly stream: BaseIOStream;
  /** Bytes are being delivered: the stream keeps output together by itself. */
  protected reading = false;
  private corked = false;
  /** Bytes appended since the output was last flushed in the middle of a turn. */
  private held = 0;
  protected drains: Drains | undefined = undefined;

  constructor(stream: BaseIOStream) {
    this.stream = stream;
  }

  /** Frames come masked, and leave unmasked: this is a server (RFC 6455 §5.3). */
  abstract readonly masked: boolean;

  /** The promise, where there is one, waits for the socket. */
  sendFrame(opcode: number, payload: string | Uint8Array): Promise<void> | void {
    this.send(opcode, payload);
    return this.stream.congested ? (this.drains ??= new Drains()).wait() : undefined;
  }

  protected send(opcode: number, payload: string | Uint8Array): void {
    if (this.masked) {
      this.append(prepareFrame(FIN | opcode, payload));
      return;
    }
    this.corkForTurn();
    const frame = maskedFrame(FIN | opcode, payload, nextKey());
    this.stream.appendBytes(frame);
    this.count(frame.length);
  }

  append({ text, payload }: PreparedFrame): void {
    this.corkForTurn();
    if (payload === undefined) this.stream.appendText(text, LATIN1);
    else if (!this.stream.appendCopied(text, payload)) {
      this.stream.appendText(text, LATIN1);
      this.stream.appendBytes(ownBytes(payload));
    }
    this.count(text.length + (payload?.length ?? 0));
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
