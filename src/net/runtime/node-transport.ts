/**
 * One connection on Node, over a `net.Socket` or `tls.TLSSocket`: by the zero-copy road, where the socket reads into the
 * parser's memory, or by `data` events and one copy.
 *
 * Listeners are shared functions that find their transport on the socket: a connection costs no closure.
 */
import type { Buffer } from "node:buffer";
import { writevSync } from "node:fs";
import type * as net from "node:net";
import { RECEIVE, RECEIVE_SIZE } from "../../parser/abi.ts";
import type { HttpParser } from "../../parser/types.ts";
import { ReceivingTransport } from "../receiving-transport.ts";
import type { PrefacePeer, TextEncoding, Transport, TransportRoad } from "../transport.ts";

const TRANSPORT: unique symbol = Symbol("transport");

export type OwnedSocket = net.Socket & { [TRANSPORT]: NodeTransport; _handle?: unknown };

/**
 * Not documented, so each of them may be missing: what of the write under way the system has not taken, and its whole length; the number
 * of the connection (-1 on Windows).
 */
type WatchedSocket = net.Socket & {
  readonly _handle?: {
    readonly writeQueueSize?: number;
    readonly fd?: number;
    getpeername?(into: object): number;
  } | null;
  readonly _writableState?: { readonly writelen?: number };
};

export interface OnRead {
  buffer: Uint8Array;
  callback(this: OwnedSocket, size: number): boolean;
}

/** One connection over a `net.Socket` or `tls.TLSSocket`. */
export class NodeTransport extends ReceivingTransport implements Transport {
  readonly road: TransportRoad;
  readonly socket: net.Socket;
  readonly #peer: PrefacePeer | undefined;
  /** A TLS socket of ours: what it is given is encrypted, or copied, before `write` returns, unless other writes wait before it. */
  readonly copies: boolean;
  /** A socket that others have made, which may be no more than the looks of one. */
  readonly #foreign: boolean;

  /**
   * @param peer Who is at the other end, where the first bytes of the connection said so.
   * @param foreign The socket was made by others.
   */
  constructor(socket: net.Socket, parser: HttpParser, road: TransportRoad, peer?: PrefacePeer, foreign = false) {
    super(parser);
    this.socket = socket;
    this.road = road;
    this.#peer = peer;
    this.#foreign = foreign;
    this.copies = !foreign && "encrypted" in socket;
    (socket as OwnedSocket)[TRANSPORT] = this;
    if (road === "copy") socket.on("data", onData);
    socket.on("drain", onDrain);
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  get encrypted(): boolean {
    return "encrypted" in this.socket;
  }
  get bufferedAmount(): number {
    return this.socket.writableLength;
  }
  get unsentAmount(): number {
    const { writableLength, _handle: handle, _writableState: state } = this.socket as WatchedSocket;
    const left = handle?.writeQueueSize;
    const writing = state?.writelen;
    if (writableLength === 0 || left === undefined || writing === undefined || left > writing) return writableLength;
    return writableLength - writing + left;
  }
  get isReset(): boolean {
    const { _handle: handle } = this.socket as WatchedSocket;
    // getpeername(2) fails with ENOTCONN once a reset has come.
    return typeof handle?.getpeername === "function" && handle.getpeername({}) !== 0;
  }
  get remoteAddress(): string | undefined {
    return this.#peer?.address ?? this.socket.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#peer?.port ?? this.socket.remotePort;
  }
  get localAddress(): string | undefined {
    return this.socket.localAddress;
  }
  get localPort(): number | undefined {
    return this.socket.localPort;
  }

  /** Zero-copy: the bytes already lie at RECEIVE. Returning false tells Node to stop reading. */
  received(size: number): boolean {
    this.handler?.transportData(RECEIVE, RECEIVE + size);
    return !this.paused;
  }

  receivedCopy(chunk: Uint8Array): void {
    this.receive(chunk, false);
  }
  drained(): void {
    this.receiveDrain();
  }
  ended(): void {
    this.receiveEnd();
  }
  closed(): void {
    this.receiveClose();
  }

  /** Gives the socket up to another owner: it is told nothing more. */
  release(): void {
    this.forget();
    for (const [event, listener] of LISTENERS) this.socket.removeListener(event, listener as () => void);
    this.socket.on("error", () => undefined);
  }

  write(data: string | Uint8Array, encoding: TextEncoding, done?: () => void): boolean {
    if (this.socket.destroyed || this.socket.writableEnded) return true;
    ReceivingTransport.calls++;
    try {
      if (done === undefined) return this.socket.write(data, encoding);
      return this.socket.write(data, encoding, (error) => {
        // Node 20 reports no error for what a reset, or our own destroy, kept from being sent.
        if ((error === null || error === undefined) && this.socket.errored === null && !this.socket.destroyed) done();
      });
    } finally {
      ReceivingTransport.calls--;
    }
  }
  /**
   * `socket.write` refers to all that the system does not take at once, and does not say how much that is. So the system is asked by
   * the connection's number; where there is none, and where it takes nothing (EAGAIN) or fails, the ordinary write does the rest, and
   * meets the same error in its turn.
   */
  writeNow(pieces: readonly Uint8Array[]): number {
    const { socket } = this;
    if (this.#foreign || socket.writableLength > 0 || socket.connecting || socket.destroyed || socket.writableEnded)
      return 0;
    if (this.copies) {
      let size = 0;
      this.cork();
      for (const piece of pieces) {
        this.write(piece, "latin1");
        size += piece.length;
      }
      this.uncork();
      return size;
    }
    const fd = (socket as WatchedSocket)._handle?.fd;
    if (typeof fd !== "number" || fd < 0) return 0;
    try {
      return writevSync(fd, pieces as Uint8Array[]);
    } catch {
      return 0;
    }
  }
  cork(): void {
    this.socket.cork();
  }
  uncork(): void {
    this.call(uncork);
  }
  end(): void {
    this.call(end);
  }
  protected pauseSource(): void {
    this.call(pause);
  }
  protected resumeSource(): void {
    this.call(resume);
  }
  protected destroySource(): void {
    this.call(destroy);
  }
  private call(what: (socket: net.Socket) => void): void {
    ReceivingTransport.calls++;
    try {
      what(this.socket);
    } finally {
      ReceivingTransport.calls--;
    }
  }
  setNoDelay(on: boolean): void {
    this.socket.setNoDelay(on);
  }
  setRef(on: boolean): void {
    if (on) this.socket.ref();
    else this.socket.unref();
  }
  setKeepAlive(on: boolean, delay: number): void {
    this.socket.setKeepAlive(on, delay * 1000);
  }
}

function onRead(this: OwnedSocket, size: number): boolean {
  return this[TRANSPORT].received(size);
}
function onData(this: net.Socket, chunk: Buffer): void {
  (this as OwnedSocket)[TRANSPORT].receivedCopy(chunk);
}
function onDrain(this: net.Socket): void {
  (this as OwnedSocket)[TRANSPORT].drained();
}
function onEnd(this: net.Socket): void {
  (this as OwnedSocket)[TRANSPORT].ended();
}
function onError(this: net.Socket, error: Error): void {
  (this as OwnedSocket)[TRANSPORT].error = error;
}
function onClose(this: net.Socket): void {
  (this as OwnedSocket)[TRANSPORT].closed();
}

const uncork = (socket: net.Socket): void => socket.uncork();
const end = (socket: net.Socket): void => void socket.end();
const pause = (socket: net.Socket): void => void socket.pause();
const resume = (socket: net.Socket): void => void socket.resume();
const destroy = (socket: net.Socket): void => void socket.destroy();

/** The `onread` of a parser, shared by all its connections. */
export function onReadOf(parser: HttpParser): OnRead {
  return { buffer: parser.buffer.subarray(RECEIVE, RECEIVE + RECEIVE_SIZE), callback: onRead };
}

const LISTENERS: readonly (readonly [string, unknown])[] = [
  ["data", onData],
  ["drain", onDrain],
  ["end", onEnd],
  ["error", onError],
  ["close", onClose],
];
