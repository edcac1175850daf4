/**
 * Connections that have left HTTP for another protocol (WebSockets) and end with the server all the same. It must not know what they
 * speak: each says its own goodbye.
 */
import { guard, logFailure } from "../user-code.ts";
import type { BaseIOStream } from "../net/base-iostream.ts";

export interface UpgradedConnection {
  readonly stream: BaseIOStream;
  /** The server is being shut down: say goodbye, and close soon. What is left at the deadline is cut. */
  onServerShutdown(): void;
}

export class UpgradedConnections {
  readonly #connections = new Set<UpgradedConnection>();
  readonly #left: () => void;
  #ending = false;
  readonly #notified = new WeakSet<UpgradedConnection>();

  /** @param left Called when one is over. */
  constructor(left: () => void) {
    this.#left = left;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Whoever adds itself takes itself out again when it is over. */
  add(connection: UpgradedConnection): void {
    this.#connections.add(connection);
    // It came too late to be told with the others.
    if (this.#ending) queueMicrotask(() => this.#notify(connection));
  }

  delete(connection: UpgradedConnection): void {
    if (this.#connections.delete(connection)) this.#left();
  }

  /** Tells each of them once that the server ends; with `ending`, those too that are still to come. */
  notify(ending: boolean): void {
    this.#ending = ending;
    for (const connection of this.#connections) this.#notify(connection);
  }

  #notify(connection: UpgradedConnection): void {
    if (!this.#connections.has(connection) || this.#notified.has(connection)) return;
    this.#notified.add(connection);
    guard(
      () => connection.onServerShutdown(),
      (error) => logFailure("a connection that was told of the shutdown", error),
    );
  }

  destroy(): void {
    for (const { stream } of this.#connections) stream.destroy();
  }
}
