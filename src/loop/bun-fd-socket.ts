/**
 * A Duplex over the number of an open socket on Bun, whose `net.Socket` does not take numbers: `Bun.connect({ fd })` does. Only for
 * `IOLoop.addHandler`; connections of servers and clients go other ways. The few types of Bun needed are written down here.
 */
import { Duplex } from "node:stream";
import { UsageError } from "../errors.ts";

interface FdSocket {
  /** Takes a part, or nothing; -1 when the socket is closed. */
  write(data: Uint8Array): number;
  pause(): void;
  resume(): void;
  shutdown(): void;
  terminate(): void;
}

interface BunConnect {
  connect(options: { readonly fd: number; readonly socket: object }): Promise<unknown>;
}

export class BunFdSocket extends Duplex {
  #socket: FdSocket | undefined;
  #unsent: Uint8Array | undefined;
  #onSent: ((error?: Error | null) => void) | undefined;
  #onOpen: ((error?: Error | null) => void) | undefined;
  #ended = false;
  readonly #fd: number;

  constructor(fd: number) {
    super({ allowHalfOpen: true });
    this.#fd = fd;
  }

  override _construct(callback: (error?: Error | null) => void): void {
    const bun = (globalThis as { readonly Bun?: BunConnect }).Bun;
    if (bun === undefined) return callback(new UsageError("ERR_LANDSPOUT_BAD_FD", "BunFdSocket needs Bun"));
    this.#onOpen = callback;
    const socket = {
      open: (opened: FdSocket): void => this.#opened(opened),
      data: (opened: FdSocket, chunk: Uint8Array): void => {
        if (!this.push(chunk)) opened.pause();
      },
      drain: (): void => this.#send(),
      end: (): void => this.#endOfData(),
      close: (): void => this.#closed(),
      error: (_opened: FdSocket, error: Error): void => void this.destroy(error),
    };
    bun.connect({ fd: this.#fd, socket }).catch((error: unknown) => this.destroy(toProtocolError(error)));
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#unsent = chunk;
    this.#onSent = callback;
    this.#send();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket?.shutdown();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
    callback(error);
  }

  #opened(socket: FdSocket): void {
    this.#socket = socket;
    this.#onOpen?.();
    this.#onOpen = undefined;
  }

  /** Writes what the kernel takes; the rest waits for `drain`. */
  #send(): void {
    if (this.#unsent === undefined || this.#socket === undefined) return;
    const taken = this.#socket.write(this.#unsent);
    if (taken < 0) return;
    this.#unsent = this.#unsent.subarray(taken);
    if (this.#unsent.length > 0) return;
    const sent = this.#onSent;
    this.#unsent = undefined;
    this.#onSent = undefined;
    sent?.();
  }

  #endOfData(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.push(null);
  }

  #closed(): void {
    this.#socket = undefined;
    this.#endOfData();
    const sent = this.#onSent;
    this.#onSent = undefined;
    sent?.(Object.assign(new Error("The socket is closed"), { code: "EPIPE" }));
    // What came before stays readable; then the stream is done in both directions.
    if (this.readableEnded) this.destroy();
    else this.once("end", () => this.destroy());
  }
}

function toProtocolError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
