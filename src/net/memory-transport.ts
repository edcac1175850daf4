/**
 * A transport without a socket: bytes are handed over in memory, with back-pressure in both directions. For tests, and for programs
 * that live inside another server and get their requests from it.
 */
import { Buffer } from "node:buffer";
import { RECEIVE_SIZE } from "../parser/abi.ts";
import type { HttpParser } from "../parser/types.ts";
import { StreamClosedError } from "./errors.ts";
import { ReceivingTransport } from "./receiving-transport.ts";
import type { TextEncoding, Transport, TransportRoad } from "./transport.ts";

/** The other end: what a peer would see. None of these may throw. */
export interface MemoryPeer {
  /** Bytes for the peer. Returns how many have to be passed on, until when they count as unsent; see `taken`. */
  bytes(chunk: Buffer): number;
  /** Our side sends no more. */
  ended(): void;
  /** The connection is gone. */
  closed(): void;
}

export interface MemoryAddresses {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly encrypted?: boolean | undefined;
}

export class MemoryTransport extends ReceivingTransport implements Transport {
  readonly road: TransportRoad = "copy";
  readonly inMemory = true;
  readonly copies = true;
  readonly encrypted: boolean;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly #peer: MemoryPeer;
  #unsent = 0;
  #waiting: (() => void)[] = [];
  #resumed: (() => void) | undefined = undefined;
  #ended = false;
  #gone = false;

  constructor(parser: HttpParser, peer: MemoryPeer, addresses: MemoryAddresses = {}) {
    super(parser);
    this.#peer = peer;
    this.encrypted = addresses.encrypted === true;
    this.remoteAddress = addresses.remoteAddress;
    this.remotePort = addresses.remotePort;
    this.localAddress = addresses.localAddress;
    this.localPort = addresses.localPort;
  }

  // --- what the peer does ---

  /**
   * Delivers bytes, in turns of their own: the parser's memory may be in use right now. Settles when they have been accepted.
   * @throws StreamClosedError where the connection is gone before.
   */
  async deliver(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += RECEIVE_SIZE) {
      await Promise.resolve();
      while (this.paused && !this.#gone) await new Promise<void>((resolve) => (this.#resumed = resolve));
      if (this.#gone) throw new StreamClosedError();
      this.receive(bytes.subarray(offset, offset + RECEIVE_SIZE), true);
    }
  }

  get isClosed(): boolean {
    return this.#gone;
  }

  /** The peer sends no more. */
  finish(): void {
    if (!this.#gone) this.receiveEnd();
  }

  /** The peer has passed on bytes it was given. */
  taken(size: number): void {
    this.#unsent -= size;
    if (this.#unsent > 0 || this.#gone) return;
    for (const done of this.#waiting.splice(0)) done();
    this.receiveDrain();
  }

  /** The peer goes away, or the connection is over. */
  close(error?: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.error = error;
    this.#waiting = [];
    this.#resumed?.();
    this.receiveClose();
  }
  protected override closeTold(): void {
    this.#peer.closed();
  }

  // --- what the stream does ---

  get bufferedAmount(): number {
    return this.#unsent;
  }

  write(data: string | Uint8Array, encoding: TextEncoding, done?: () => void): boolean {
    if (this.#gone || this.#ended) return true;
    // The peer may keep its bytes, and the program may change its own: nobody shares them.
    const bytes = typeof data === "string" ? Buffer.from(data, encoding) : Buffer.from(data);
    ReceivingTransport.calls++;
    try {
      this.#unsent += this.#peer.bytes(bytes);
    } finally {
      ReceivingTransport.calls--;
    }
    if (this.#unsent <= 0) done?.();
    else if (done !== undefined) this.#waiting.push(done);
    return this.#unsent <= 0;
  }
  writeNow(pieces: readonly Uint8Array[]): number {
    let size = 0;
    for (const piece of pieces) {
      this.write(piece, "latin1");
      size += piece.length;
    }
    return size;
  }
  cork(): void {}
  uncork(): void {}
  protected pauseSource(): void {}
  protected resumeSource(): void {
    const resumed = this.#resumed;
    this.#resumed = undefined;
    resumed?.();
  }
  end(): void {
    if (this.#ended || this.#gone) return;
    this.#ended = true;
    ReceivingTransport.calls++;
    try {
      this.#peer.ended();
    } finally {
      ReceivingTransport.calls--;
    }
  }
  protected destroySource(): void {
    // As with a socket, the end is not told before the call that caused it has returned.
    queueMicrotask(() => this.close());
  }
  setNoDelay(_on: boolean): void {}
  setKeepAlive(_on: boolean, _delay: number): void {}
}
