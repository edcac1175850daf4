/**
 * `MultipartStream`: between a connection that pushes content and a program that iterates over parts. At most the pieces of one push
 * wait for the program; until it has taken them, `push` returns a promise, and the connection reads no further. Pieces are views of
 * what was pushed: nothing is copied. Knows no request.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../../errors.ts";
import { PushIterator } from "../../../async/push-iterator.ts";
import { RemoteProtocolError } from "../errors.ts";
import { boundaryOf, isMultipartForm } from "./boundary.ts";
import { resolveMultipartLimits } from "./options.ts";
import type { MultipartOptions } from "./options.ts";
import { MultipartParser } from "./parser.ts";
import { MultipartPart } from "./part.ts";
import type { PartSource } from "./part.ts";

const PART_END = Symbol("end of a part");
type Item = MultipartPart | Buffer | typeof PART_END;

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
  readonly #items = new PushIterator<Item>();
  /** The part whose content may be read. */
  #current: MultipartPart | undefined = undefined;
  /** What is still to come of the current part is dropped. */
  #skipping = false;
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
        partBegin: (head) => void this.#items.push(new MultipartPart(head, this.#source)),
        partData: (bytes) => {
          if (!this.#skipping) void this.#items.push(bytes);
        },
        partEnd: () => {
          if (this.#skipping) this.#skipping = false;
          else void this.#items.push(PART_END);
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
    const items = this.#items;
    if (items.over) return undefined;
    try {
      this.#parser.feed(chunk);
    } catch (error) {
      items.abort(error);
    }
    return items.drained();
  }

  /** The content is complete; the program is told so, or that the form is not. */
  end(): void {
    const items = this.#items;
    if (items.over) return;
    try {
      this.#parser.end();
      items.end();
    } catch (error) {
      items.abort(error);
    }
  }

  /** No more will come: the client has left. What waits for the program is dropped; whatever it asks for next throws `error`. */
  abort(error?: unknown): void {
    const items = this.#items;
    if (items.over) return;
    items.clear();
    items.abort(
      error ?? new RemoteProtocolError("ERR_LANDSPOUT_MULTIPART_ENDED", "The form ended before it was complete.", 400),
    );
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
    this.#current = undefined;
    this.#items.cancel();
  }

  async #nextPart(): Promise<IteratorResult<MultipartPart, undefined>> {
    if (this.#current !== undefined) this.#discard(this.#current);
    const item = await this.#take();
    if (item instanceof MultipartPart) {
      this.#current = item;
      return { done: false, value: item };
    }
    return { done: true, value: undefined };
  }

  async #nextPiece(part: MultipartPart): Promise<Buffer | undefined> {
    if (this.#current !== part) {
      const { error } = this.#items;
      if (error !== undefined) throw error.reason;
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
    const items = this.#items;
    if (items.awaited) void items.push(PART_END);
    while (items.peek() instanceof Buffer) items.skip();
    if (items.length === 0) this.#skipping = true;
    else items.skip();
  }

  #take(): Promise<Item | undefined> {
    if (!this.#items.awaited) return this.#items.take();
    return Promise.reject(
      new UsageError("ERR_LANDSPOUT_PART_USED", "the parts of a form are read one after the other"),
    );
  }
}
