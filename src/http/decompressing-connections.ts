/** Puts a `DecompressingDelegate` around the message delegates of another connection delegate. */
import { DecompressingDelegate } from "./decompress.ts";
import type { HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate } from "./interfaces.ts";
import type { ConnectionLimits } from "./options.ts";

export class DecompressingConnections implements HTTPServerConnectionDelegate {
  readonly #inner: HTTPServerConnectionDelegate;
  readonly #limits: ConnectionLimits;

  constructor(inner: HTTPServerConnectionDelegate, limits: ConnectionLimits) {
    this.#inner = inner;
    this.#limits = limits;
  }
  startRequest(serverConnection: object, requestConnection: HTTPConnection): HTTPMessageDelegate {
    const message = this.#inner.startRequest(serverConnection, requestConnection);
    return new DecompressingDelegate(message, this.#limits.maxBodySize, this.#limits.chunkSize);
  }
  onClose(serverConnection: object): void {
    this.#inner.onClose?.(serverConnection);
  }
}
