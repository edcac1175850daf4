/**
 * `MultipartStream`: between a connection that pushes content and a program that iterates over parts. At most the pieces of one push
 * wait for the program; until it has taken them, `push` returns a promise, and the connection reads no further. Pieces are views of
 * what was pushed: nothing is copied. Knows no request.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../../errors.ts";
import { Fifo } from "../../../async/fifo.ts";
import { RemoteProtocolError } from "../errors.ts";
import { boundaryOf, isMultipartForm } from "./boundary.ts";
import { resolveMultipartLimits } from "./options.ts";
import type { MultipartOptions } from "./options.ts";
import { MultipartParser } from "./parser.ts";
import { MultipartPart } from "./part.ts";
import type { PartSource } from "./part.ts";

const PART_END = Symbol("end of a part");
const STREAM_END = Symbol("end of the form");
type Item = MultipartPart | Buffer | typeof PART_END | typeof STREAM_END;

interface Waiter {
  resolve(item: Item): void;
  reject(error: unknown): void;
}

/**
 * @example
 * for await (const part of stream) {
 *   if (part.isFile) await pipeline(part.body, createWriteStream(newPath()));
 *   else fields[part.name] = await part.text();
 * }
 */
export class MultipartStream implements AsyncIterable<MultipartPart> {
  readonly #parser: MultipartParser;
  readonly #source: PartSource;
  /** What the program has not taken yet, in order; empty while it waits. */
  readonly #queue = new Fifo<Item>();
  #waiter: Waiter | undefined = undefined;
  #drained: Promise<void> | undefined = undefined;
  #goOn: (() => void) | undefined = undefined;
  /** The part whose content may be read. */
  #current: MultipartPart | undefined = undefined;
  /** What is still to come of the current part is dropped. */
  #skipping = false;
  /** The program wants no more. */
  #cancelled = false;
  #ended = false;
  #error: { readonly reason: unknown } | undefined = undefined;
  #iterated = false;

  /**
   * @param contentType The Content-Type of the request.
   * @throws RemoteProtocolError (415) where it is no multipart/form-data, (400) where it has no boundary.
   */
  constructor(contentType: string, options?: MultipartOptions) {
    if (!isMultipartForm(contentType)) {
      throw new RemoteProtocolError("ERR_LANDSPOUT_MULTIPART_TYPE", "The content is no multipart/form-data.", 415);
    }
    this.#parser = new MultipartParser(
      boundaryOf(contentType),
      {
        partBegin: (head) => this.#add(new MultipartPart(head, this.#source)),
        partData: (bytes) => {
          if (!this.#skipping) this.#add(bytes);
        },
        partEnd: () => {
          if (this.#skipping) this.#skipping = false;
          else this.#add(PART_END);
        },
      },
      options,
    );
    this.#source = {
      maxFieldSize: resolveMultipartLimits(options).maxFieldSize,
      nextPiece: (part) => this.#nextPiece(part),
      discard: (part) => this.#discard(part),
    };
  }

  // --- the side of the connection ---

  /**
   * The next bytes of the content; they belong to the stream from now on. A promise, which never rejects, while the program has not
   * taken what was pushed: push the next when it resolves. Errors go to the program; what is pushed after one is dropped.
   */
  push(chunk: Uint8Array): Promise<void> | void {
    if (this.#cancelled || this.#ended || this.#error !== undefined) return undefined;
    try {
      this.#parser.feed(chunk);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#queue.length === 0) return undefined;
    this.#drained ??= new Promise((resolve) => {
      this.#goOn = resolve;
    });
    return this.#drained;
  }

  /** The content is complete; the program is told so, or that the form is not. */
  end(): void {
    if (this.#cancelled || this.#ended || this.#error !== undefined) return;
    try {
      this.#parser.end();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#ended = true;
    this.#add(STREAM_END);
  }

  /** No more will come: the client has left. What waits for the program is dropped; whatever it asks for next throws `error`. */
  abort(error?: unknown): void {
    if (this.#cancelled || this.#ended || this.#error !== undefined) return;
    this.#queue.clear();
    this.#fail(
      error ?? new RemoteProtocolError("ERR_LANDSPOUT_MULTIPART_ENDED", "The form ended before it was complete.", 400),
    );
    this.#release();
  }

  // --- the side of the program ---

  /** The parts in order, once. The content of a part that was not read is dropped when the next one is asked for. */
  [Symbol.asyncIterator](): AsyncIterableIterator<MultipartPart> {
    if (this.#iterated) throw new UsageError("ERR_LANDSPOUT_PART_USED", "a MultipartStream can be iterated once");
    this.#iterated = true;
    const iterator: AsyncIterableIterator<MultipartPart> = {
      next: () => this.#nextPart(),
      return: () => {
        this.cancel();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Nothing more is wanted, as when the loop over the parts is left: what comes is dropped, `push` never waits. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#current = undefined;
    this.#queue.clear();
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve(STREAM_END);
    this.#release();
  }

  async #nextPart(): Promise<IteratorResult<MultipartPart, undefined>> {
    if (this.#current !== undefined) this.#discard(this.#current);
    const item = await this.#take();
    if (item instanceof MultipartPart) {
      this.#current = item;
      return { done: false, value: item };
    }
    // Asked again, it says the same.
    this.#cancelled = true;
    return { done: true, value: undefined };
  }

  async #nextPiece(part: MultipartPart): Promise<Buffer | undefined> {
    if (this.#current !== part) {
      if (this.#error !== undefined) throw this.#error.reason;
      throw new UsageError(
        "ERR_LANDSPOUT_PART_USED",
        `the content of the part ${JSON.stringify(part.name)} is gone: read it before the next part is asked for`,
      );
    }
    const item = await this.#take();
    if (item instanceof Buffer) return item;
    if (this.#current === part) this.#current = undefined;
    return undefined;
  }

  /** Drops the rest of a part: what waits in the queue, or, where its end is not there yet, what will come. */
  #discard(part: MultipartPart): void {
    if (this.#current !== part) return;
    this.#current = undefined;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve(PART_END);
    const queue = this.#queue;
    while (queue.length > 0 && queue.peek() instanceof Buffer) queue.shift();
    if (queue.length === 0) this.#skipping = true;
    else queue.shift();
    if (queue.length === 0) this.#release();
  }

  #take(): Promise<Item> {
    if (this.#queue.length > 0) {
      const item = this.#queue.shift() as Item;
      if (this.#queue.length === 0) this.#release();
      return Promise.resolve(item);
    }
    if (this.#cancelled) return Promise.resolve(STREAM_END);
    if (this.#error !== undefined) return Promise.reject(this.#error.reason);
    if (this.#waiter !== undefined) {
      return Promise.reject(
        new UsageError("ERR_LANDSPOUT_PART_USED", "the parts of a form are read one after the other"),
      );
    }
    return new Promise<Item>((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** To whoever waits, else into the queue. */
  #add(item: Item): void {
    const waiter = this.#waiter;
    if (waiter === undefined) this.#queue.push(item);
    else {
      this.#waiter = undefined;
      waiter.resolve(item);
    }
  }

  #fail(reason: unknown): void {
    this.#error = { reason };
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(reason);
  }

  /** The program has taken everything: the connection goes on. */
  #release(): void {
    const goOn = this.#goOn;
    this.#drained = this.#goOn = undefined;
    goOn?.();
  }
}
