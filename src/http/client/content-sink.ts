/** Where the content of a response goes: into one Buffer, or piece by piece to a program. Knows no connection. */
import { Buffer } from "node:buffer";
import { PushIterator } from "../../async/push-iterator.ts";
import { ContentBuffer } from "../message/content-buffer.ts";
import { tooLarge } from "./decode.ts";
import { EMPTY } from "./response.ts";

export interface ContentSink {
  /** Pieces are lent: their memory is used again once `write` returns or its promise settles. */
  readonly borrows: boolean;
  /** A promise holds the next piece back. */
  write(piece: Buffer): Promise<void> | void;
}

export class GatheringSink implements ContentSink {
  readonly borrows = false;
  readonly #limit: number;
  #buffer: ContentBuffer | undefined = undefined;
  #first: Buffer | undefined = undefined;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }
  write(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.#limit) throw tooLarge(this.#limit);
    if (this.#first === undefined) {
      this.#first = piece;
      return;
    }
    if (this.#buffer === undefined) {
      this.#buffer = new ContentBuffer();
      this.#buffer.add(this.#first);
    }
    this.#buffer.add(piece);
  }
  take(): Buffer {
    return this.#buffer?.take() ?? this.#first ?? EMPTY;
  }
}

export class CallbackSink implements ContentSink {
  readonly borrows: boolean;
  readonly write: (piece: Buffer) => Promise<void> | void;

  constructor(callback: (piece: Buffer) => Promise<void> | void, borrows: boolean) {
    this.write = callback;
    this.borrows = borrows;
  }
}

/** Pieces that a program takes when it wants them. */
export class PulledSink implements ContentSink {
  readonly borrows = false;
  readonly pieces: PushIterator<Buffer> = new PushIterator<Buffer>({
    sizeOf: (piece) => piece.length,
    maxQueued: 4,
    maxQueuedSize: 65_536,
  });

  #left = Infinity;
  #tooMuch: (() => void) | undefined = undefined;
  #ended: (() => void) | undefined = undefined;

  write(piece: Buffer): Promise<void> | void {
    if (this.#tooMuch === undefined) return this.pieces.push(piece);
    this.#left -= piece.length;
    if (this.#left < 0) this.#tooMuch();
    return undefined;
  }
  /** Drops what still comes. @param tooMuch Called over `limit` bytes. @param ended Called at the end of the content, or now. */
  drain(limit: number, tooMuch: () => void, ended: () => void): void {
    this.#left = limit;
    this.#tooMuch = tooMuch;
    this.#ended = ended;
  }
  /** The content has ended, well or not. */
  ended(): void {
    this.#ended?.();
  }
}
