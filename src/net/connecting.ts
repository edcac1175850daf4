/**
 * One `connect` that is under way: name, race, TLS, its time limit and its signal, until the transport is the stream's. It knows no stream.
 */
import { TimeoutError } from "../async/timeout-error.ts";
import { checkOptions } from "../options-check.ts";
import type { HttpParser } from "../parser/types.ts";
import { dial } from "./dial.ts";
import type { ConnectAttempt } from "./errors.ts";
import { limitHandshake, verifiable } from "./handshake.ts";
import { lengthOf } from "./iostream-options.ts";
import type { ConnectOptions } from "./iostream-options.ts";
import { currentRuntime } from "./runtime/index.ts";
import { TLS_CLIENT_OPTIONS } from "./tls-options.ts";
import type { TlsClientOptions, Transport, TransportRoad } from "./transport.ts";

const ignore = (): void => undefined;

export class Connecting {
  readonly #options: ConnectOptions;
  readonly #parser: HttpParser;
  readonly #adopt: (transport: Transport) => void;
  /** The addresses that were tried in vain. */
  attempts: readonly ConnectAttempt[] = [];
  /** Why it was given up by its limit or its signal: what `connect` rejects with. Undefined where it was not. */
  reason: unknown = undefined;
  #abort: () => void = ignore;

  /** @param adopt Takes the transport, with TLS before its handshake. */
  constructor(options: ConnectOptions, parser: HttpParser, adopt: (transport: Transport) => void) {
    this.#options = options;
    this.#parser = parser;
    this.#adopt = adopt;
  }

  /**
   * Settles with the connection, or when it is given up; rejects where none can be made.
   * @param gaveUp Called when the limit or the signal ends it.
   */
  async run(road: TransportRoad | undefined, gaveUp: (error: Error) => void): Promise<void> {
    const { ssl, timeout, signal, path, host, port } = this.#options;
    const end = (reason: unknown): void => {
      this.reason = reason;
      gaveUp(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const aborted = (): void => end(signal?.reason);
    const limit = timeout === undefined ? 0 : lengthOf(timeout);
    const late = (): void => end(new TimeoutError(`not connected to ${path ?? `${host}:${port}`} after ${limit} s`));
    if (ssl !== undefined) checkOptions("connect, ssl", ssl, TLS_CLIENT_OPTIONS);
    const tls = ssl === undefined ? undefined : verifiable(ssl, path === undefined ? host : undefined);
    const timer = timeout === undefined ? undefined : setTimeout(late, limit * 1000);
    signal?.addEventListener("abort", aborted, { once: true });
    try {
      // TLS reads what its socket reads: not into the parser's memory.
      const connected = this.#open(tls === undefined ? road : "copy", tls);
      await (tls === undefined ? connected : limitHandshake(connected, tls.handshakeTimeout));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    }
  }

  #open(road: TransportRoad | undefined, tls: TlsClientOptions | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const connected = (transport: Transport): void => {
        if (tls === undefined) {
          this.#adopt(transport);
          resolve();
          return;
        }
        this.#abort = () => {
          transport.destroy();
          resolve();
        };
        this.#secure(transport, tls).then(resolve, reject);
      };
      const failed = (error: Error, attempts: readonly ConnectAttempt[]): void => {
        this.attempts = attempts;
        reject(error);
      };
      const giveUp = dial({ ...this.#options, parser: this.#parser, road }, { connected, failed });
      this.#abort = () => {
        giveUp();
        resolve();
      };
    });
  }

  async #secure(transport: Transport, client: TlsClientOptions): Promise<void> {
    await currentRuntime().startTls(transport, { client }, this.#parser, this.#adopt);
  }

  /** Ends it, as far as it is not done. */
  giveUp(): void {
    this.#abort();
  }
}
