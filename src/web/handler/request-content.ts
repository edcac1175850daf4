/**
 * The content of a request on its way to a handler that reads it itself: pushed by the connection, which goes on reading when the
 * handler has taken what there is.
 */
import { UsageError } from "../../errors.ts";
import { Fifo } from "../../async/fifo.ts";

export class RequestContent implements AsyncIterable<Uint8Array> {
  readonly #queue = new Fifo<Uint8Array>();
  #waiter: { resolve(result: IteratorResult<Uint8Array>): void; reject(error: unknown): void } | undefined = undefined;
  #drained: Promise<void> | undefined = undefined;
  #goOn: (() => void) | undefined = undefined;
  #ended = false;
  #cancelled = false;
  #error: { readonly reason: unknown } | undefined = undefined;
  #iterated = false;

  // --- the side of the connection ---

  /** A piece of content. The promise, where there is one, settles when it has been taken. */
  push(chunk: Uint8Array): Promise<void> | void {
    if (this.#cancelled || this.#error !== undefined) return undefined;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value: chunk });
      return undefined;
    }
    this.#queue.push(chunk);
    this.#drained ??= new Promise((resolve) => {
      this.#goOn = resolve;
    });
    return this.#drained;
  }
  /** All of it has come. */
  end(): void {
    this.#ended = true;
    this.#waiter?.resolve({ done: true, value: undefined });
    this.#waiter = undefined;
  }
  /** The rest will never come. */
  abort(reason: unknown): void {
    if (this.#ended || this.#error !== undefined) return;
    this.#error = { reason };
    this.#waiter?.reject(reason);
    this.#waiter = undefined;
    this.#release();
  }

  // --- the side of the program ---

  /** @throws UsageError the second time: content is not kept. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#iterated) {
      throw new UsageError("ERR_LANDSPOUT_BODY_USED", "the content of a request can be read once");
    }
    this.#iterated = true;
    return {
      next: () => this.#next(),
      return: () => {
        this.#cancelled = true;
        this.#queue.clear();
        this.#release();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      if (this.#queue.length === 0) this.#release();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error.reason as Error);
    if (this.#ended || this.#cancelled) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #release(): void {
    const goOn = this.#goOn;
    this.#goOn = this.#drained = undefined;
    goOn?.();
  }
}

const contents = new WeakMap<object, RequestContent>();

/** The content of a handler's request; made when first asked for, by either side. */
export function contentFor(handler: object): RequestContent {
  let content = contents.get(handler);
  if (content === undefined) contents.set(handler, (content = new RequestContent()));
  return content;
}
