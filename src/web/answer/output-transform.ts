/**
 * Output transforms (Tornado's `OutputTransform`): they see every answer of an application between the handler and the
 * connection, and may change status, header fields and content. Where an application has none, nothing here runs.
 *
 * `TransformedOutput` is the road of one answer through them. A transform may take its time; then what follows waits for it, so
 * that pieces never change places.
 */
import { Buffer } from "node:buffer";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { hasNoContent, reasonPhrase } from "../../http/message/status.ts";
import { guard, isPromiseLike, logFailure, notPromise } from "../../user-code.ts";
import type { Failed } from "../../user-code.ts";
import { toNotModified } from "./send-whole.ts";
import type { Exchange } from "../../http/interfaces.ts";

export interface OutputTransform {
  /**
   * The head of the answer and its first piece, all of it if `finishing`. `headers` may be changed; of a whole answer the
   * `Content-Length` is set afterwards, of others there is none unless the handler gave one.
   * @returns the status and the piece to send in their place.
   */
  transformFirstChunk(
    status: number,
    headers: HTTPHeaders,
    chunk: Uint8Array,
    finishing: boolean,
  ): TransformedHead | Promise<TransformedHead>;
  /**
   * Called before `transformFirstChunk` where the response is a 304. `headers` are still those of the 200 that it stands for, and may be
   * changed: RFC 9110 §15.4.5 wants the `Etag` and `Vary` that the 200 would have. `length`: bytes of its content, where they are known.
   * It cannot be async.
   */
  notModified?(headers: HTTPHeaders, length: number | undefined): void;
  /** A further piece, the last if `finishing`; possibly empty. */
  transformChunk(chunk: Uint8Array, finishing: boolean): Uint8Array | Promise<Uint8Array>;
  /** The answer has failed, or its client has left: nothing more will come. */
  abandon?(): void;
}

export interface TransformedHead {
  readonly status: number;
  readonly chunk: Uint8Array;
}

/** Makes the transform of one answer; undefined where it has nothing to do with this request. */
export type OutputTransformFactory = (request: HTTPServerRequest) => OutputTransform | undefined;

/** An answer on its way through transforms. `reason`, where it is not the standard one of the status. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: HTTPHeaders;
}

/** The length of the content, as its field says it; undefined where there is none. Bytes. */
export function lengthOf(headers: HTTPHeaders): number | undefined {
  const field = headers.get("Content-Length");
  return field === undefined ? undefined : Number(field);
}

export class TransformedOutput {
  readonly #connection: Exchange;
  readonly #transforms: readonly OutputTransform[];
  readonly #failed: Failed;
  /** What is still under way; undefined where nothing is. */
  #tail: Promise<void> | undefined = undefined;

  /** @param failed Called where a transform fails after the call that began it; it ends the request. */
  constructor(request: HTTPServerRequest, factories: readonly OutputTransformFactory[], failed: Failed) {
    this.#connection = request.connection;
    this.#failed = failed;
    const transforms: OutputTransform[] = [];
    for (const make of factories) {
      const transform = notPromise(make(request), "an output transform factory");
      if (transform !== undefined) transforms.push(transform);
    }
    this.#transforms = transforms;
  }

  /** Sends the head and the first piece; with `finishing` the whole answer, its length said. `done` is called when it is out. */
  start(head: ResponseHead, chunk: string | Uint8Array, finishing: boolean, done?: () => void): Promise<void> | void {
    return this.#inOrder(finishing ? done : undefined, () =>
      after(this.#transformHead(head, toBytes(chunk), finishing), ({ status, chunk: piece }) => {
        const { headers } = head;
        if (hasNoContent(status)) headers.delete("Content-Length");
        else if (finishing) headers.set("Content-Length", piece.length);
        const reason = status === head.status && head.reason !== "" ? head.reason : reasonPhrase(status);
        const written = this.#connection.writeHeaders({ code: status, reason }, headers, piece);
        if (!finishing) return written;
        this.#connection.finish();
        done?.();
        return undefined;
      }),
    );
  }

  #transformHead(
    head: ResponseHead,
    chunk: Uint8Array,
    finishing: boolean,
  ): TransformedHead | Promise<TransformedHead> {
    if (head.status === 304) {
      const length = lengthOf(head.headers);
      for (const transform of this.#transforms)
        notPromise(transform.notModified?.(head.headers, length) as unknown, "notModified of an output transform");
      toNotModified(head.headers);
    }
    let result: TransformedHead | Promise<TransformedHead> = { status: head.status, chunk };
    for (const transform of this.#transforms) {
      result = after(result, (so) => transform.transformFirstChunk(so.status, head.headers, so.chunk, finishing));
    }
    return result;
  }

  /** Sends a further piece; with `finishing` the last. */
  more(chunk: string | Uint8Array, finishing: boolean, done?: () => void): Promise<void> | void {
    return this.#inOrder(finishing ? done : undefined, () => {
      let result: Uint8Array | Promise<Uint8Array> = toBytes(chunk);
      for (const transform of this.#transforms)
        result = after(result, (piece) => transform.transformChunk(piece, finishing));
      return after(result, (piece) => {
        const written = this.#connection.write(piece);
        if (!finishing) return written;
        this.#connection.finish();
        done?.();
        return undefined;
      });
    });
  }

  #inOrder(done: (() => void) | undefined, work: () => Promise<void> | void): Promise<void> | void {
    let result: Promise<void> | void;
    try {
      result = this.#tail === undefined ? work() : this.#tail.then(work);
    } catch (error) {
      this.#abandon();
      throw error;
    }
    if (result === undefined) return undefined;
    const tail = result.finally(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    // Nobody has to wait for it: a failure ends the connection here, and a client that left is none.
    tail.catch((error: unknown) => {
      this.#abandon();
      if (!this.#connection.lost) this.#failed(error);
      done?.();
    });
    this.#tail = tail;
    return tail;
  }

  #abandon(): void {
    for (const transform of this.#transforms) {
      guard(
        () => transform.abandon?.(),
        (error) => logFailure("abandon of an output transform", error),
      );
    }
  }
}

const toBytes = (chunk: string | Uint8Array): Uint8Array => (typeof chunk === "string" ? Buffer.from(chunk) : chunk);

/** Goes on with a value at once, with a promise later. */
function after<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromiseLike(value) ? Promise.resolve(value).then(next as (value: unknown) => R) : next(value);
}
