/** One part of a form that is read while it comes: what its header says, and its content, once. */
import { Buffer } from "node:buffer";
import { UsageError } from "../../../errors.ts";
import { decodeArgument } from "../arguments.ts";
import { ContentBuffer } from "../content-buffer.ts";
import { LimitError } from "../errors.ts";
import type { HTTPHeaders } from "../headers.ts";
import type { PartHead } from "./part-head.ts";

/** Where the content comes from: the stream the part is of. */
export interface PartSource {
  readonly maxFieldSize: number;
  /** The next piece of this part, or undefined at its end. Rejects once another part is the current one. */
  nextPiece(part: MultipartPart): Promise<Buffer | undefined>;
  /** Drops what is left of the part, if it is the current one. */
  discard(part: MultipartPart): void;
}

export class MultipartPart {
  readonly name: string;
  /** As the client calls the file, without directories; "" where a file input was left empty; undefined: a field. */
  readonly filename: string | undefined;
  /** As the client says; else `application/unknown` of a file and `text/plain` of a field. */
  readonly contentType: string;
  /** All field lines of the part. */
  readonly headers: HTTPHeaders;
  /** Whether it has a file name that is not empty. */
  readonly isFile: boolean;
  readonly #source: PartSource;
  #used = false;

  constructor(head: PartHead, source: PartSource) {
    this.name = head.name;
    this.filename = head.filename;
    // RFC 7578 §4.4: "the default type is text/plain"; of a file Tornado says that it does not know.
    this.contentType = head.contentType ?? (head.isFile ? "application/unknown" : "text/plain");
    this.headers = head.headers;
    this.isFile = head.isFile;
    this.#source = source;
  }

  /**
   * The content, piece by piece, as it comes; the client is held back meanwhile. Can be read once, before the next part is asked for.
   * Who leaves the loop early drops the rest.
   *
   * @example await pipeline(part.body, createWriteStream(path));
   */
  get body(): AsyncIterableIterator<Buffer> {
    return this.#pieces();
  }

  async *#pieces(): AsyncGenerator<Buffer, void, undefined> {
    if (this.#used) {
      throw new UsageError(
        "ERR_LANDSPOUT_PART_USED",
        `the content of the part ${JSON.stringify(this.name)} was read before`,
      );
    }
    this.#used = true;
    try {
      for (;;) {
        const piece = await this.#source.nextPiece(this);
        if (piece === undefined) return;
        yield piece;
      }
    } finally {
      this.#source.discard(this);
    }
  }

  /**
   * The whole content.
   * @param maxSize Bytes to collect at most; default `maxFieldSize`, of files too. @throws LimitError (413) over it.
   */
  async bytes(maxSize: number = this.#source.maxFieldSize): Promise<Buffer> {
    const content = new ContentBuffer();
    let size = 0;
    for await (const piece of this.#pieces()) {
      size += piece.length;
      if (size > maxSize) {
        throw new LimitError(
          "ERR_LANDSPOUT_MULTIPART_FIELD_SIZE",
          `The part ${JSON.stringify(this.name)} of the form is larger than ${maxSize} bytes.`,
          413,
          maxSize,
        );
      }
      content.add(piece);
    }
    const bytes = content.take();
    // A short field is a view of all that was received with it: who keeps the one should not keep the other.
    return bytes.length * 2 < bytes.buffer.byteLength ? Buffer.from(bytes) : bytes;
  }

  /** The whole content as UTF-8. Throws as `bytes` does. @throws RemoteProtocolError (400) where it is not UTF-8. */
  async text(maxSize?: number): Promise<string> {
    return decodeArgument(await this.bytes(maxSize), `the part ${JSON.stringify(this.name)}`);
  }

  /** Drops what is left of the content. Asking for the next part does the same. */
  skip(): void {
    this.#used = true;
    this.#source.discard(this);
  }
}
