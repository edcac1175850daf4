/**
 * One connection on Bun, over a socket of `Bun.listen` or `Bun.connect`. Bytes come in a buffer of the runtime and are copied once into
 * the parser's receive region. `write` may take a part only; the rest waits here for `drain`.
 *
 * The few types of Bun that are needed are written down structurally, so that neither the package nor its users need
 * `bun-types`.
 */
import { Buffer } from "node:buffer";
import type { HttpParser } from "../../parser/types.ts";
import { Fifo } from "../../async/fifo.ts";
import { ReceivingTransport } from "../receiving-transport.ts";
import type { TextEncoding, Transport, TransportRoad } from "../transport.ts";

/** Above this many unsent bytes `write` answers false. */
const HIGH_WATER_MARK = 64 * 1024;
/** Pieces up to this size are joined into one write on `uncork`. */
const JOIN_LIMIT = 32 * 1024;

export interface BunSocket {
  data: BunTransport;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  write(data: string | Uint8Array): number;
  end(): void;
  shutdown(): void;
  /** Closes in good order; what was written is delivered. */
  close(): void;
  /** Closes with a reset. */
  terminate(): void;
  pause(): void;
  resume(): void;
  setNoDelay(on: boolean): void;
  setKeepAlive(on: boolean, delay: number): void;
  ref(): void;
  unref(): void;
  getPeerCertificate(): object;
  /** TLS on top: the raw socket, and the one that is encrypted. */
  upgradeTLS(options: object): [raw: BunSocket, secure: BunSocket];
}

export interface BunSocketHandlers {
  open(socket: BunSocket): void;
  data(socket: BunSocket, chunk: Uint8Array): void;
  drain(socket: BunSocket): void;
  end(socket: BunSocket): void;
  close(socket: BunSocket, error?: Error): void;
  error(socket: BunSocket, error: Error): void;
  handshake?(socket: BunSocket, success: boolean, error: Error | null): void;
}

interface BunTcpListener {
  readonly port?: number;
  readonly hostname?: string;
  stop(closeConnections?: boolean): void;
}

export interface BunGlobal {
  listen(options: object): BunTcpListener;
  connect(options: object): Promise<BunSocket>;
}

/** The global `Bun`, where this runs on Bun. */
export function bunGlobal(): BunGlobal | undefined {
  return (globalThis as { Bun?: BunGlobal }).Bun;
}

interface Unsent {
  /** Text is latin1, and becomes bytes when it is sent: a text that many connections send waits once. */
  data: string | Uint8Array;
  done: (() => void) | undefined;
}

/** One connection over a socket of `Bun.listen` or `Bun.connect`. */
export class BunTransport extends ReceivingTransport implements Transport {
  readonly road: TransportRoad = "copy";
  readonly encrypted: boolean;
  #socket: BunSocket | undefined;
  #unsent: Fifo<Unsent> | undefined = undefined;
  #unsentBytes = 0;
  #corked = 0;
  #ending = false;

  constructor(socket: BunSocket, parser: HttpParser, encrypted: boolean) {
    super(parser);
    this.#socket = socket;
    this.encrypted = encrypted;
  }

  get bufferedAmount(): number {
    return this.#unsentBytes;
  }
  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#socket?.remotePort;
  }
  get localAddress(): string | undefined {
    return this.#socket?.localAddress;
  }
  get localPort(): number | undefined {
    return this.#socket?.localPort;
  }

  /** Gives the socket up to another owner. */
  release(): BunSocket {
    const socket = this.#socket;
    if (socket === undefined) throw new TypeError("the connection is closed");
    this.forget();
    this.#socket = undefined;
    return socket;
  }

  received(chunk: Uint8Array): void {
    this.receive(chunk, true);
  }

  write(data: string | Uint8Array, encoding: TextEncoding, done?: () => void): boolean {
    const socket = this.#socket;
    if (socket === undefined || this.#ending) return true;
    if (this.#corked > 0 || this.#unsentBytes > 0) {
      // Only where it is one byte for each character may text wait as it is.
      this.#queue(typeof data === "string" && encoding === "utf8" ? Buffer.from(data) : data, done);
      return this.#unsentBytes <= HIGH_WATER_MARK;
    }
    // Bun encodes text as UTF-8; only ASCII is the same in both, and only then are bytes written also characters written.
    const whole =
      typeof data === "string" && Buffer.byteLength(data) !== data.length ? Buffer.from(data, encoding) : data;
    const written = this.#give(socket, whole);
    if (written === whole.length) {
      done?.();
      return true;
    }
    const rest = typeof whole === "string" ? Buffer.from(whole.slice(written), "latin1") : whole.subarray(written);
    this.#queue(rest, done);
    return this.#unsentBytes <= HIGH_WATER_MARK;
  }

  writeNow(pieces: readonly Uint8Array[]): number {
    let taken = 0;
    for (const piece of pieces) {
      const socket = this.#socket;
      if (socket === undefined || this.#ending || this.#corked > 0 || this.#unsentBytes > 0) return taken;
      const written = this.#give(socket, piece);
      taken += written;
      if (written < piece.length) return taken;
    }
    return taken;
  }

  /** Bytes the runtime took. A socket whose peer has reset it takes none ever again, and while it is paused nobody else tells. */
  #give(socket: BunSocket, data: string | Uint8Array): number {
    let written = 0;
    ReceivingTransport.calls++;
    try {
      written = socket.write(data);
    } finally {
      ReceivingTransport.calls--;
    }
    if (written >= 0) return written;
    queueMicrotask(() => this.#call(terminate));
    return 0;
  }

  #queue(data: string | Uint8Array, done: (() => void) | undefined): void {
    (this.#unsent ??= new Fifo()).push({ data, done });
    this.#unsentBytes += data.length;
  }

  /** Hands waiting bytes to the runtime until it takes no more; small neighbours go together. */
  #send(): void {
    const unsent = this.#unsent;
    while (unsent !== undefined && unsent.length > 0 && this.#socket !== undefined) {
      const pieces: Uint8Array[] = [];
      let size = 0;
      for (let data = unsent.peek()?.data; data !== undefined; data = unsent.peek(pieces.length)?.data) {
        if (pieces.length > 0 && size + data.length > JOIN_LIMIT) break;
        pieces.push(toBytes(data));
        size += data.length;
      }
      const joined = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, size);
      const written = this.#give(this.#socket, joined as Uint8Array);
      this.#unsentBytes -= written;
      this.#taken(unsent, written);
      if (written < size) return;
    }
  }

  #taken(unsent: Fifo<Unsent>, written: number): void {
    let left = written;
    for (let piece = unsent.peek(); piece !== undefined && left >= piece.data.length; piece = unsent.peek()) {
      left -= piece.data.length;
      unsent.shift();
      piece.done?.();
    }
    const first = unsent.peek();
    if (first !== undefined && left > 0) first.data = toBytes(first.data).subarray(left);
  }

  drained(): void {
    if (this.#unsentBytes === 0) return;
    this.#send();
    if (this.#unsentBytes > 0) return;
    if (this.#ending) this.#call(shutdown);
    else this.receiveDrain();
  }
  cork(): void {
    this.#corked++;
  }
  uncork(): void {
    if (--this.#corked === 0) this.#send();
  }
  protected pauseSource(): void {
    this.#call(pause);
  }
  protected resumeSource(): void {
    this.#call(resume);
  }
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#unsentBytes === 0) this.#call(shutdown);
  }
  protected destroySource(): void {
    const sent = this.#ending && this.#unsentBytes === 0;
    this.#unsent = undefined;
    this.#unsentBytes = 0;
    // A reset overtakes what the system has not delivered yet; after an orderly end nothing may be lost.
    this.#call(sent ? close : terminate);
  }
  #call(what: (socket: BunSocket) => void): void {
    if (this.#socket === undefined) return;
    ReceivingTransport.calls++;
    try {
      what(this.#socket);
    } finally {
      ReceivingTransport.calls--;
    }
  }
  setNoDelay(on: boolean): void {
    this.#socket?.setNoDelay(on);
  }
  setRef(on: boolean): void {
    if (on) this.#socket?.ref();
    else this.#socket?.unref();
  }
  setKeepAlive(on: boolean, delay: number): void {
    this.#socket?.setKeepAlive(on, delay * 1000);
  }
  ended(): void {
    this.receiveEnd();
  }
  closed(error: Error | undefined): void {
    this.error ??= error;
    this.#socket = undefined;
    this.#unsent = undefined;
    this.#unsentBytes = 0;
    this.receiveClose();
  }
}

const toBytes = (data: string | Uint8Array): Uint8Array =>
  typeof data === "string" ? Buffer.from(data, "latin1") : data;

const pause = (socket: BunSocket): void => socket.pause();
const resume = (socket: BunSocket): void => socket.resume();
const shutdown = (socket: BunSocket): void => socket.shutdown();
const close = (socket: BunSocket): void => socket.close();
const terminate = (socket: BunSocket): void => socket.terminate();

/** The shared handlers of a listener (or of outgoing connections, with an `open` of their own). */
export function bunHandlers(open: (socket: BunSocket) => void): BunSocketHandlers {
  return {
    open,
    data: (socket, chunk) => socket.data.received(chunk),
    drain: (socket) => socket.data?.drained(),
    end: (socket) => socket.data.ended(),
    close: (socket, error) => socket.data?.closed(error ?? undefined),
    error: (socket, error) => {
      if (socket.data !== undefined) socket.data.error = error;
    },
  };
}
