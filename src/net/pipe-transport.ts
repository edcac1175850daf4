/**
 * A connection over streams of `node:stream`: the pipes of a child process, which are sockets on Node and other streams on Bun. Bytes are
 * copied once into the parser's receive region. Knows nothing of processes.
 */
import type { Readable, Writable } from "node:stream";
import type { HttpParser } from "../parser/types.ts";
import { ReceivingTransport } from "./receiving-transport.ts";
import type { TextEncoding, Transport, TransportRoad } from "./transport.ts";

/** One direction, or both of one Duplex. */
export class PipeTransport extends ReceivingTransport implements Transport {
  readonly road: TransportRoad = "copy";
  readonly encrypted = false;
  readonly remoteAddress: string | undefined = undefined;
  readonly remotePort: number | undefined = undefined;
  readonly localAddress: string | undefined = undefined;
  readonly localPort: number | undefined = undefined;
  readonly #readable: Readable | undefined;
  readonly #writable: Writable | undefined;

  constructor(parser: HttpParser, readable: Readable | undefined, writable: Writable | undefined) {
    super(parser);
    this.#readable = readable;
    this.#writable = writable;
    const stream = readable ?? writable;
    stream?.on("error", (error: Error) => (this.error ??= error));
    stream?.once("close", () => this.receiveClose());
    readable?.on("data", (chunk: Uint8Array) => this.receive(chunk, false));
    readable?.once("end", () => this.receiveEnd());
    writable?.on("drain", () => this.receiveDrain());
  }

  get bufferedAmount(): number {
    return this.#writable?.writableLength ?? 0;
  }
  write(data: string | Uint8Array, encoding: TextEncoding, done?: () => void): boolean {
    const writable = this.#writable;
    if (writable === undefined || writable.destroyed || writable.writableEnded) return true;
    let isBelowMark = true;
    this.#call(() => {
      isBelowMark = writable.write(data, encoding, (error) => {
        if ((error === null || error === undefined) && done !== undefined) done();
      });
    });
    return isBelowMark;
  }
  /** What the system does not take, a stream refers to: `write` gets all. */
  writeNow(): number {
    return 0;
  }
  cork(): void {
    this.#writable?.cork();
  }
  uncork(): void {
    this.#call(() => this.#writable?.uncork());
  }
  end(): void {
    this.#call(() => this.#writable?.end());
  }
  protected pauseSource(): void {
    this.#call(() => this.#readable?.pause());
  }
  protected resumeSource(): void {
    this.#call(() => this.#readable?.resume());
  }
  protected destroySource(): void {
    this.#call(() => (this.#readable ?? this.#writable)?.destroy());
  }
  #call(what: () => unknown): void {
    ReceivingTransport.calls++;
    try {
      what();
    } finally {
      ReceivingTransport.calls--;
    }
  }
  setNoDelay(_on: boolean): void {}
  setKeepAlive(_on: boolean, _delay: number): void {}
}
