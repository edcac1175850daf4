/**
 * Compression of answers (Tornado's `GZipContentEncoding`, with the codings clients have today): an output transform that an
 * application has with the setting `compressResponse`. What is already coded, a part of a file, or not worth it goes as it is. Each
 * flush of a live answer can be decoded when it arrives.
 */
import { Buffer } from "node:buffer";
import * as zlib from "node:zlib";
import { checkOptions, listOf, oneOf, whole } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import { chooseCoding } from "../../http/message/accept.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { hasNoContent } from "../../http/message/status.ts";
import { H_ACCEPT_ENCODING } from "../../parser/abi.ts";
import { lengthOf } from "./output-transform.ts";
import type { OutputTransform, OutputTransformFactory, TransformedHead } from "./output-transform.ts";

export type ContentCoding = "br" | "zstd" | "gzip" | "deflate";

export interface CompressionOptions {
  /** Whole answers below this size go as they are. Bytes, default 1024. */
  threshold?: number;
  /** Codings offered, the preferred one first. Default: zstd where the runtime has it, br, gzip, deflate. */
  codings?: readonly ContentCoding[];
  /** Effort for gzip and deflate, 1 to 9. Default 6, as in Tornado. */
  level?: number;
  /** Effort for br, 0 to 11. Default 4: about the time of gzip at 6. */
  brotliQuality?: number;
  /** Effort for zstd, 1 to 22. Default 3. */
  zstdLevel?: number;
}

/** What an application says of compression. */
export interface CompressionSettings {
  /** Answers are compressed where client and content allow it. Default false. */
  compressResponse?: boolean | CompressionOptions;
}

export const COMPRESSION_OPTIONS: OptionTable<CompressionOptions> = {
  threshold: whole(),
  codings: listOf(oneOf("br", "zstd", "gzip", "deflate"), "br, zstd, gzip, deflate"),
  level: whole(1, 9),
  brotliQuality: whole(0, 11),
  zstdLevel: whole(1, 22),
};

/** Whole answers up to this size are compressed on the spot, larger ones off the thread. Bytes. */
const ON_THE_SPOT = 16_384;

/** What the runtime can do; zstd came with Node 22.15. */
const HAS_ZSTD: boolean = typeof (zlib as { createZstdCompress?: unknown }).createZstdCompress === "function";
const CODINGS: readonly ContentCoding[] = HAS_ZSTD ? ["zstd", "br", "gzip", "deflate"] : ["br", "gzip", "deflate"];

/** `text/event-stream` is left alone: a proxy or browser that holds coded bytes back would hold events back. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:(?:x-)?javascript|json|xml|wasm|manifest\+json|x-ndjson|rtf|vnd\.ms-fontobject)\b|[a-z]+\/[^;]*\+(?:json|xml)|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)|font\/(?:ttf|otf))/i;

/** Whether content of that type gets smaller. */
const isCompressible = (contentType: string): boolean => COMPRESSIBLE.test(contentType);

/**
 * Makes the transform for `Application.addTransform`; the setting `compressResponse` does it for you.
 * @throws UsageError on an option that is unknown, of another type, or out of range.
 */
export function compression(options: CompressionOptions = {}): OutputTransformFactory {
  checkOptions("compression", options, COMPRESSION_OPTIONS);
  const settings: Settings = {
    threshold: options.threshold ?? 1024,
    codings: (options.codings ?? CODINGS).filter((coding) => coding !== "zstd" || HAS_ZSTD),
    level: options.level ?? 6,
    brotliQuality: options.brotliQuality ?? 4,
    zstdLevel: options.zstdLevel ?? 3,
  };
  return (request) => new Compression(request, settings);
}

type Settings = Required<CompressionOptions>;

class Compression implements OutputTransform {
  readonly #request: HTTPServerRequest;
  readonly #settings: Settings;
  #encoder: Encoder | undefined = undefined;

  constructor(request: HTTPServerRequest, settings: Settings) {
    this.#request = request;
    this.#settings = settings;
  }

  transformFirstChunk(
    status: number,
    headers: HTTPHeaders,
    chunk: Uint8Array,
    finishing: boolean,
  ): TransformedHead | Promise<TransformedHead> {
    const plain = { status, chunk };
    const coding = hasNoContent(status)
      ? undefined
      : this.#coding(status, headers, finishing ? chunk.length : lengthOf(headers));
    if (coding === undefined) return plain;
    headers.set("Content-Encoding", coding);
    headers.delete("Content-Length");
    // Ranges are of the coded bytes, which will not be the same the next time.
    headers.delete("Accept-Ranges");
    weaken(headers);
    const compressed = finishing ? compressWhole(coding, this.#settings, chunk) : this.#startStream(coding, chunk);
    return compressed instanceof Promise
      ? compressed.then((bytes) => ({ status, chunk: bytes }))
      : { status, chunk: compressed };
  }

  notModified(headers: HTTPHeaders, length: number | undefined): void {
    // A handler that answers 304 by itself may not have set the type.
    if (!headers.has("Content-Type")) addVary(headers);
    else if (this.#coding(200, headers, length) !== undefined) weaken(headers);
  }

  /** The coding for a response, if it is to have one; says in `Vary` that others get another. `length`: bytes of the content, if known. */
  #coding(status: number, headers: HTTPHeaders, length: number | undefined): ContentCoding | undefined {
    if (!isCompressible(headers.get("Content-Type") ?? "")) return undefined;
    addVary(headers);
    if (!mayBeCoded(status, headers)) return undefined;
    if (length !== undefined && length < this.#settings.threshold) return undefined;
    const request = this.#request;
    const field = request.knows(H_ACCEPT_ENCODING) ? (request.headers.get("Accept-Encoding") ?? "") : "";
    return chooseCoding(field, this.#settings.codings);
  }

  #startStream(coding: ContentCoding, chunk: Uint8Array): Promise<Uint8Array> {
    this.#encoder = new Encoder(coding, this.#settings);
    return this.#encoder.encode(chunk, false);
  }

  transformChunk(chunk: Uint8Array, finishing: boolean): Uint8Array | Promise<Uint8Array> {
    return this.#encoder === undefined ? chunk : this.#encoder.encode(chunk, finishing);
  }

  /** The memory of an encoder, a quarter of a megabyte, need not wait for the collector. */
  abandon(): void {
    this.#encoder?.close();
  }
}

/** Not what has a coding already, not a part of something, not what forbids it (RFC 9111 §5.2.2.6). */
function mayBeCoded(status: number, headers: HTTPHeaders): boolean {
  return (
    status !== 206 && !headers.has("Content-Encoding") && !/\bno-transform\b/i.test(headers.get("Cache-Control") ?? "")
  );
}

function addVary(headers: HTTPHeaders): void {
  const vary = headers.get("Vary");
  if (vary === undefined) headers.set("Vary", "Accept-Encoding");
  else if (!/(?:^|,)[ \t]*(?:\*|accept-encoding)[ \t]*(?:,|$)/i.test(vary))
    headers.set("Vary", `${vary}, Accept-Encoding`);
}

/** RFC 9110 §8.8.3.3: a strong tag must not be that of two codings; a weak one may. Differs from Tornado. */
function weaken(headers: HTTPHeaders): void {
  const tag = headers.get("Etag");
  if (tag?.startsWith('"') === true) headers.set("Etag", `W/${tag}`);
}

function optionsFor(coding: ContentCoding, settings: Settings): zlib.ZlibOptions | zlib.BrotliOptions {
  const { constants } = zlib;
  if (coding === "br") return { params: { [constants.BROTLI_PARAM_QUALITY]: settings.brotliQuality } };
  if (coding === "zstd") return { params: { [zstd.constants.ZSTD_c_compressionLevel]: settings.zstdLevel } };
  return { level: settings.level };
}

type Whole = (bytes: Uint8Array, options: object, callback: (error: Error | null, result: Buffer) => void) => void;
type WholeSync = (bytes: Uint8Array, options: object) => Buffer;

/** What the types of Node 20 do not know yet. */
const zstd = zlib as unknown as {
  readonly constants: { readonly ZSTD_c_compressionLevel: number; readonly ZSTD_e_flush: number };
  zstdCompress: Whole;
  zstdCompressSync: WholeSync;
  createZstdCompress(options: object): zlib.Gzip;
};

const WHOLE: { readonly [coding in ContentCoding]: { readonly now: WholeSync; readonly later: Whole } } = {
  gzip: { now: (bytes, options) => zlib.gzipSync(bytes, options), later: (...all) => zlib.gzip(...all) },
  deflate: { now: (bytes, options) => zlib.deflateSync(bytes, options), later: (...all) => zlib.deflate(...all) },
  br: {
    now: (bytes, options) => zlib.brotliCompressSync(bytes, options),
    later: (...all) => zlib.brotliCompress(...all),
  },
  zstd: {
    now: (bytes, options) => zstd.zstdCompressSync(bytes, options),
    later: (...all) => zstd.zstdCompress(...all),
  },
};

function compressWhole(coding: ContentCoding, settings: Settings, bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
  const { now, later } = WHOLE[coding];
  const options = optionsFor(coding, settings);
  if (bytes.length <= ON_THE_SPOT) return now(bytes, options);
  return new Promise((resolve, reject) => {
    later(bytes, options, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

/** Codes the pieces of one answer; each can be decoded without the next. */
class Encoder {
  readonly #stream: zlib.Gzip;
  readonly #flushKind: number;
  #pieces: Buffer[] = [];
  #failed: ((error: Error) => void) | undefined = undefined;

  constructor(coding: ContentCoding, settings: Settings) {
    const options = optionsFor(coding, settings);
    const { constants } = zlib;
    this.#flushKind =
      coding === "br"
        ? constants.BROTLI_OPERATION_FLUSH
        : coding === "zstd"
          ? zstd.constants.ZSTD_e_flush
          : constants.Z_SYNC_FLUSH;
    this.#stream = streamFor(coding, options);
    this.#stream.on("data", (piece: Buffer) => this.#pieces.push(piece));
    this.#stream.on("error", (error: Error) => this.#failed?.(error));
  }

  encode(chunk: Uint8Array, finishing: boolean): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const stream = this.#stream;
      this.#failed = reject;
      const take = (): void => {
        const pieces = this.#pieces;
        this.#pieces = [];
        resolve(Buffer.concat(pieces));
      };
      if (finishing) {
        stream.once("end", take);
        stream.end(chunk);
      } else {
        stream.write(chunk);
        stream.flush(this.#flushKind, take);
      }
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}

function streamFor(coding: ContentCoding, options: object): zlib.Gzip {
  if (coding === "br") return zlib.createBrotliCompress(options) as unknown as zlib.Gzip;
  if (coding === "zstd") return zstd.createZstdCompress(options);
  return coding === "gzip" ? zlib.createGzip(options) : (zlib.createDeflate(options) as unknown as zlib.Gzip);
}
