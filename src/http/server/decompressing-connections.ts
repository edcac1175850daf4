/** Puts a `DecompressingDelegate` around the message delegates of another connection delegate. */
import { DecompressingDelegate } from "../http1/decompress.ts";
import type { ConnectionLimits } from "../http1/limits.ts";
import type { Exchange, HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../interfaces.ts";

export class DecompressingConnections implements HTTPServerConnectionDelegate {
  readonly #inner: HTTPServerConnectionDelegate;
  readonly #limits: ConnectionLimits;

  constructor(inner: HTTPServerConnectionDelegate, limits: ConnectionLimits) {
    this.#inner = inner;
    this.#limits = limits;
  }
  startRequest(serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    const message = this.#inner.startRequest(serverConnection, exchange);
    const { chunkSize } = this.#limits;
    return new DecompressingDelegate(
      message,
      () => exchange.maxBodySize,
      chunkSize,
      (error) => exchange.fail(error),
    );
  }
  onClose(serverConnection: object): void {
    this.#inner.onClose?.(serverConnection);
  }
}
