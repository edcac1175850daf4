/**
 * Inflates request content sent with `Content-Encoding: gzip` (option `decompressRequest`), between the connection and another
 * delegate. Other codings are passed on as they are, as in Tornado; so are Content-Length and Transfer-Encoding, which tell of
 * the bytes on the wire. What is limited is the inflated size: a small request may hold a large content.
 */
import type { Buffer } from "node:buffer";
import { constants, createGunzip } from "node:zlib";
import type { Gunzip } from "node:zlib";
import { bodyTooLarge } from "./body-reader.ts";
import { RemoteProtocolError } from "../message/errors.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { HTTPMessageDelegate, RequestStartLine } from "../interfaces.ts";

export class DecompressingDelegate implements HTTPMessageDelegate {
  readonly #inner: HTTPMessageDelegate;
  readonly #limit: () => number;
  readonly #chunkSize: number;
  readonly #fail: (error: unknown) => void;
  #inflater: Inflater | undefined = undefined;

  /**
   * @param limit Most bytes of inflated content; asked for every piece, so it may be changed meanwhile. @param chunkSize Largest
   * piece passed on. @param fail Told of an error that is found after `finish`.
   */
  constructor(inner: HTTPMessageDelegate, limit: () => number, chunkSize: number, fail: (error: unknown) => void) {
    this.#inner = inner;
    this.#fail = fail;
    this.#limit = limit;
    this.#chunkSize = chunkSize;
  }

  headersReceived(startLine: RequestStartLine, headers: HTTPHeaders): Promise<void> | void {
    const coding = headers.get("Content-Encoding");
    // RFC 9110 §8.4: Content-Encoding = #content-coding; empty elements count for nothing (§5.6.1.2).
    // RFC 9110 §8.4.1.3: "A recipient SHOULD consider "x-gzip" to be equivalent to "gzip"."
    if (coding === undefined || !/^[ \t,]*(?:x-)?gzip[ \t,]*$/i.test(coding))
      return this.#inner.headersReceived(startLine, headers);
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
  /** The delegate behind finishes when the last inflated piece has been taken, in a later turn where there was content. */
  finish(): void {
    const inflater = this.#inflater;
    if (inflater === undefined || inflater.untouched) {
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

/**
 * One gzip stream (RFC 1952: one member or several). It is read by hand, not by `data` events: every piece has been taken when
 * `feed` settles, and no more than one piece is inflated ahead.
 */
class Inflater {
  readonly #limit: () => number;
  readonly #chunkSize: number;
  readonly #deliver: (piece: Buffer) => Promise<void> | void;
  /** Made for the first bytes of content. */
  #gunzip: Gunzip | undefined = undefined;
  #fed = 0;
  #produced = 0;
  /** The gzip stream is over although more bytes came. */
  #over = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #wake: () => void = () => undefined;

  constructor(limit: () => number, chunkSize: number, deliver: (piece: Buffer) => Promise<void> | void) {
    this.#limit = limit;
    this.#chunkSize = chunkSize;
    this.#deliver = deliver;
  }

  /** No content has come. */
  get untouched(): boolean {
    return this.#gunzip === undefined;
  }

  /** Inflates a piece; settles when all that came of it has been taken. */
  async feed(chunk: Uint8Array): Promise<void> {
    const gunzip = (this.#gunzip ??= this.#open());
    let used = false;
    this.#fed += chunk.length;
    gunzip.write(chunk, () => {
      used = true;
      this.#wake();
    });
    await this.#pump(gunzip, () => used);
    if (this.#over) throw followed();
  }

  /** Settles when all has been inflated and taken; rejects if the stream is not whole. */
  async end(): Promise<void> {
    const gunzip = (this.#gunzip ??= this.#open());
    gunzip.end();
    await this.#pump(gunzip, () => this.#over);
    // Zeros behind the stream are not looked at by zlib.
    if (!this.#closed && gunzip.bytesWritten !== this.#fed) throw followed();
  }

  close(): void {
    this.#closed = true;
    this.#gunzip?.destroy();
    this.#wake();
  }

  #open(): Gunzip {
    const size = Math.max(constants.Z_MIN_CHUNK, this.#chunkSize);
    const gunzip = createGunzip({ chunkSize: size, readableHighWaterMark: size } as { chunkSize: number });
    gunzip.on("readable", () => this.#wake());
    gunzip.on("end", () => {
      this.#over = true;
      this.#wake();
    });
    gunzip.on("error", (error: Error & { code?: string }) => {
      this.#error = error.code?.startsWith("Z_") === true ? malformed("The content is not whole, valid gzip.") : error;
      this.#wake();
    });
    return gunzip;
  }

  /** Takes pieces until `done` and nothing is left, or the stream is over. */
  async #pump(gunzip: Gunzip, done: () => boolean): Promise<void> {
    while (!this.#closed) {
      if (this.#error !== undefined) throw this.#error;
      const piece = gunzip.read(Math.min(this.#chunkSize, gunzip.readableLength)) as Buffer | null;
      if (piece !== null) await this.#take(gunzip, piece);
      else if (this.#over || (done() && gunzip.readableLength === 0)) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #take(gunzip: Gunzip, piece: Buffer): Promise<void> | void {
    this.#produced += piece.length;
    const limit = this.#limit();
    if (this.#produced <= limit) return this.#deliver(piece);
    gunzip.destroy();
    throw bodyTooLarge(limit);
  }
}

const malformed = (message: string): RemoteProtocolError => new RemoteProtocolError("ERR_LANDSPOUT_GZIP", message, 400);

const followed = (): RemoteProtocolError => malformed("Bytes follow the end of the gzip stream.");
