/**
 * The content of a request on its way to a handler that reads it itself: pushed by the connection, which goes on reading when the
 * handler has taken what there is.
 */
import { UsageError } from "../../errors.ts";
import { PushIterator } from "../../async/push-iterator.ts";

export class RequestContent extends PushIterator<Uint8Array> implements AsyncIterable<Uint8Array> {
  #iterated = false;

  /** @throws UsageError the second time: content is not kept. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#iterated) {
      throw new UsageError("ERR_LANDSPOUT_BODY_USED", "the content of a request can be read once");
    }
    this.#iterated = true;
    return this;
  }
}

/** The content of a handler's request; made when first asked for, by either side. */
export const contentOf = (state: { readonly rare: { requestContent: RequestContent | undefined } }): RequestContent =>
  (state.rare.requestContent ??= new RequestContent());
