/**
 * Inflates request content sent with `Content-Encoding: gzip` (option `decompressRequest`), between the connection and another
 * delegate. Other codings are passed on as they are, as in Tornado. What is limited is the inflated size: a small request may
 * hold a large content.
 */
import type { Buffer } from "node:buffer";
import { createGunzip } from "node:zlib";
import type { Gunzip } from "node:zlib";
import { bodyTooLarge } from "./body-reader.ts";
import { RemoteProtocolError } from "./errors.ts";
import { HTTPHeaders } from "./headers.ts";
import type { HTTPMessageDelegate, RequestStartLine } from "./interfaces.ts";

export class DecompressingDelegate implements HTTPMessageDelegate {
  readonly #inner: HTTPMessageDelegate;
  readonly #limit: number;
  readonly #chunkSize: number;
  readonly #fail: (error: unknown) => void;
  #inflater: Inflater | undefined = undefined;

  /**
   * @param limit Most bytes of inflated content. @param chunkSize Largest piece passed on. @param fail Told of an error that is
   * found after `finish`.
   */
  constructor(inner: HTTPMessageDelegate, limit: number, chunkSize: number, fail: (error: unknown) => void) {
    this.#inner = inner;
    this.#fail = fail;
    this.#limit = limit;
    this.#chunkSize = chunkSize;
  }

  headersReceived(startLine: RequestStartLine, headers: HTTPHeaders): Promise<void> | void {
    const coding = headers.get("Content-Encoding");
    if (coding?.toLowerCase() !== "gzip") return this.#inner.headersReceived(startLine, headers);
    // Tornado's way: the content the delegate sees is no longer coded, and it can tell that it was.
    const seen = new HTTPHeaders(headers);
    seen.delete("Content-Encoding");
    seen.add("X-Consumed-Content-Encoding", coding);
    this.#inflater = new Inflater(this.#limit, this.#chunkSize, (piece) => this.#inner.dataReceived(piece));
    return this.#inner.headersReceived(startLine, seen);
  }
  dataReceived(chunk: Uint8Array): Promise<void> | void {
    return this.#inflater === undefined ? this.#inner.dataReceived(chunk) : this.#inflater.feed(chunk);
  }
  /** The delegate behind finishes when the last inflated piece has been taken. */
  finish(): void {
    const inflater = this.#inflater;
    if (inflater === undefined) {
      this.#inner.finish();
      return;
    }
    inflater.end().then(
      () => this.#finishInner(),
      (error: unknown) => {
        this.#inner.onConnectionClose(error instanceof Error ? error : undefined);
        this.#fail(error);
      },
    );
  }
  #finishInner(): void {
    try {
      this.#inner.finish();
    } catch (error) {
      this.#fail(error);
    }
  }
  onConnectionClose(error?: Error): void {
    this.#inflater?.close();
    this.#inner.onConnectionClose(error);
  }
}

/** One gzip stream. Inflated pieces are passed on one after the other, each waited for. */
class Inflater {
  readonly #gunzip: Gunzip;
  readonly #limit: number;
  readonly #deliver: (piece: Buffer) => Promise<void> | void;
  #produced = 0;
  #error: Error | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;

  constructor(limit: number, chunkSize: number, deliver: (piece: Buffer) => Promise<void> | void) {
    this.#limit = limit;
    this.#deliver = deliver;
    this.#gunzip = createGunzip({ chunkSize: Math.max(64, chunkSize) });
    this.#gunzip.on("data", (piece: Buffer) => this.#take(piece));
    this.#gunzip.on("error", (error: Error & { code?: string }) => {
      this.#error ??= error.code?.startsWith("Z_") === true ? malformed("The content is not whole, valid gzip.") : error;
      this.#reject?.(this.#error);
    });
  }

  #take(piece: Buffer): void {
    this.#produced += piece.length;
    if (this.#produced > this.#limit) {
      this.#gunzip.destroy(bodyTooLarge(this.#limit));
      return;
    }
    try {
      const pending = this.#deliver(piece);
      if (pending === undefined) return;
      this.#gunzip.pause();
      pending.then(
        () => this.#gunzip.resume(),
        (error: unknown) => this.#gunzip.destroy(asError(error)),
      );
    } catch (error) {
      this.#gunzip.destroy(asError(error));
    }
  }

  /** Inflates a piece; settles when there is room for the next. */
  feed(chunk: Uint8Array): Promise<void> {
    return this.#settled((done) => this.#gunzip.write(chunk, () => done()));
  }
  /** Settles when all has been inflated and taken; rejects if the stream is not whole. */
  end(): Promise<void> {
    return this.#settled((done) => {
      this.#gunzip.once("end", done);
      this.#gunzip.end();
    });
  }
  #settled(start: (done: () => void) => void): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      start(() => {
        if (this.#error === undefined) resolve();
        else reject(this.#error);
      });
    });
  }
  close(): void {
    this.#gunzip.destroy();
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const malformed = (message: string): RemoteProtocolError =>
  new RemoteProtocolError("ERR_LANDSPOUT_GZIP", message, 400);
