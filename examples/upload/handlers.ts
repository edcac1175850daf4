/** What the upload server answers: its page, the list of what it has, uploads as they come, and each file again. */
import { HTTPError, RequestHandler } from "landspout";
import { MultipartStream, ProtocolError, reasonPhrase } from "landspout/httputil";
import { fetchMetadataAllows, StaticFileHandler, streamRequestBody } from "landspout/web";
import type { SendErrorOptions, StaticFileOptions } from "landspout/web";
import type { Store, StoredUpload } from "./store.ts";

/** What a form takes besides its files: boundaries and the heads of its parts. Bytes. */
const AROUND_FILES = 65_536;
const MOST_FILES = 100;

interface Uploads {
  readonly store: Store;
  /** Bytes of one file. */
  readonly maxSize: number;
}

const refuse = (status: number, reason: string): never => {
  throw new HTTPError(status, { reason });
};

/** 1234567 as "1.2 MB", for sentences. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${units[power]}`;
}

class UploadsHandler extends RequestHandler {
  uploads!: Uploads;

  override initialize(uploads: Uploads): void {
    this.uploads = uploads;
  }
  override setDefaultHeaders(): void {
    this.setHeader("Cache-Control", "no-store");
    this.setHeader("X-Content-Type-Options", "nosniff");
  }
  /** Errors are JSON too, with a sentence for people. */
  override writeError(status: number, { error }: SendErrorOptions = {}): void {
    let reason: string | undefined;
    if (error instanceof HTTPError) ({ reason } = error);
    // What is wrong with a form is the client's to know.
    else if (error instanceof ProtocolError) reason = error.message;
    void this.finish({ error: reason ?? reasonPhrase(status) });
  }
}

/**
 * GET /files: what there is. POST /files: a form with files, written to the disk while it comes. The client is held back while the disk
 * is busy, so that an upload of any size needs no more memory than a small one.
 */
class FilesHandler extends UploadsHandler {
  #form: MultipartStream | undefined = undefined;
  #received: Promise<StoredUpload[]> | undefined = undefined;
  #failure: { readonly error: unknown } | undefined = undefined;

  /** The head is here, and not a byte of content has been asked for: who cannot be served is told so now. */
  override prepare(): void {
    const { request, uploads } = this;
    if (request.method !== "POST") return;
    // Pages of other sites may send forms here without asking.
    if (!fetchMetadataAllows(request.headers)) refuse(403, "Uploads from pages of other sites are not taken");
    const length = request.headers.get("Content-Length");
    if (length === undefined || length === null) return refuse(411, "Say how long the upload is");
    const size = Number(length);
    const { store, maxSize } = uploads;
    if (size > maxSize + AROUND_FILES) refuse(413, `A file has at most ${sizeText(maxSize)}`);
    const form = new MultipartStream(request.headers.get("Content-Type") ?? "", {
      maxFileSize: maxSize,
      maxParts: MOST_FILES,
    });
    if (!store.promise(size)) refuse(507, `There is room for ${sizeText(store.free)} only`);
    // The server as a whole takes less.
    request.connection.setMaxBodySize(size);
    this.#form = form;
    this.#received = this.#receive(form).finally(() => store.giveBack(size));
    this.#received.catch((error: unknown) => {
      this.#failure = { error };
    });
    return undefined;
  }

  async #receive(form: MultipartStream): Promise<StoredUpload[]> {
    const { store } = this.uploads;
    const files: StoredUpload[] = [];
    try {
      for await (const part of form) if (part.isFile) files.push(await store.add(part.filename ?? "", part.body));
      return files;
    } catch (error) {
      // All of a form, or nothing.
      for (const { id } of files) await store.remove(id);
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      throw new HTTPError(507, { reason: "The disk is full", cause: error });
    }
  }

  override dataReceived(chunk: Uint8Array): Promise<void> | void {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#form?.push(chunk);
  }
  override onConnectionClose(): void {
    this.#form?.abort();
  }

  override async post(): Promise<void> {
    this.#form?.end();
    const files = (await this.#received) ?? [];
    if (files.length === 0) refuse(400, "There is no file in this form");
    this.setStatus(201);
    this.write({ files });
  }

  override get(): void {
    const { store, maxSize } = this.uploads;
    this.write({ files: store.list(), maxSize, free: store.free });
  }
}
export const StreamingFilesHandler = streamRequestBody(FilesHandler);

/** GET /files/ID: a file again, as something to save, whatever it is. DELETE /files/ID. */
export class FileHandler extends StaticFileHandler {
  #store!: Store;

  override initialize({ store, ...options }: Partial<StaticFileOptions> & { store?: Store }): void {
    super.initialize(options);
    if (store !== undefined) this.#store = store;
  }
  override parseUrlPath(id: string): string {
    if (this.#store.find(id) === undefined) throw new HTTPError(404);
    return id;
  }
  override getContentType(): string {
    return "application/octet-stream";
  }
  override setExtraHeaders(id: string): void {
    const name = encodeURIComponent(this.#store.find(id)?.name ?? id).replace(/['()*]/g, escapeMark);
    this.setHeader("Content-Disposition", `attachment; filename*=UTF-8''${name}`);
    this.setHeader("X-Content-Type-Options", "nosniff");
    this.setHeader("Content-Security-Policy", "sandbox");
  }

  override async delete(id = ""): Promise<void> {
    if (!fetchMetadataAllows(this.request.headers)) throw new HTTPError(403);
    if (!(await this.#store.remove(id))) throw new HTTPError(404);
    this.setStatus(204);
  }
}

/** What `encodeURIComponent` leaves and RFC 8187 does not. */
const escapeMark = (mark: string): string => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;

/** Scripts and styles from here, data from here, nothing else; no frames around us. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The files of the page. */
export class PageHandler extends StaticFileHandler {
  override setExtraHeaders(): void {
    this.setHeader("Content-Security-Policy", POLICY);
    this.setHeader("X-Content-Type-Options", "nosniff");
    // Asked for again each time, and answered with 304 by its entity tag.
    this.setHeader("Cache-Control", "no-cache");
  }
}
