/**
 * The files of one folder as they were last seen: facts about them, their tags, and the content of small ones. A fact older than
 * `checkInterval` is looked up again before it is used, so that a change is noticed in that time; a file is the same while device,
 * inode, size and both times are. Knows nothing of requests, but throws what a handler would.
 */
import { Buffer } from "node:buffer";
import type { Stats } from "node:fs";
import { HTTPError } from "../handler/http-error.ts";
import { Containment } from "./containment.ts";
import { hashBytes, hashOpened } from "./content-hash.ts";
import { contentTypeOf, contentTypesReady } from "./content-types.ts";
import { closeFile, openFile, readFile, realPath, statFile, statPath, toHTTPError } from "./files.ts";
import type { ResolvedStaticOptions, SiblingCoding } from "./options.ts";
import { rootPrefix } from "../paths/file-paths.ts";
import { checkPath } from "./paths.ts";

export interface StoredFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly absolutePath: string;
  readonly stats: Stats;
  readonly size: number;
  /** Milliseconds since 1970, whole seconds: what `Last-Modified` can say. */
  readonly modified: number;
  readonly lastModified: string;
  /** Entity tag, with its quotes. */
  readonly tag: string;
  readonly contentType: string;
  /** All of it, where it is kept. */
  readonly content: Buffer | undefined;
  /** The same content coded, by coding; undefined where nobody looked for any. */
  readonly siblings: ReadonlyMap<SiblingCoding, StoredFile> | undefined;
  /** A later change is bound to show in the times. */
  readonly settled: boolean;
  checkedAt: number;
  used: boolean;
}

/** Tags of larger files are made of size and time: reading all of them first would keep their clients waiting. Bytes. */
const CONTENT_TAG_SIZE: number = 4 * 1024 * 1024;

const EXTENSIONS: { readonly [coding in SiblingCoding]: string } = { br: ".br", zstd: ".zst", gzip: ".gz" };

export const DIRECTORY = "directory";

export class StoredFiles {
  readonly options: ResolvedStaticOptions;
  readonly #prefix: string;
  /** In the order they came in; a used one gets a second turn before it is dropped. */
  readonly #files = new Map<string, StoredFile>();
  /** Looks under way. Whoever asks meanwhile waits for the same. */
  readonly #looks = new Map<string, Promise<StoredFile | typeof DIRECTORY>>();
  /** What must hold for whatever is opened; undefined where links may lead anywhere. */
  readonly #containment: Containment | undefined;
  #bytes = 0;

  constructor(options: ResolvedStaticOptions) {
    this.options = options;
    this.#prefix = rootPrefix(options.path);
    this.#containment = options.followSymlinks ? undefined : new Containment(options.path, options.checkInterval);
  }

  /** Opens a file for reading, which must lie in the folder by the time it is open. */
  open(absolutePath: string): Promise<number> {
    return this.#containment === undefined ? openFile(absolutePath) : this.#containment.open(absolutePath);
  }

  /** Files remembered, and bytes of content kept. */
  get entries(): number {
    return this.#files.size;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** A file that was seen a moment ago, by the path in its URL, if that is spelt the simple way. Makes no promise and no call. */
  recent(path: string): StoredFile | undefined {
    const { defaultFilename, checkInterval } = this.options;
    const folder = path === "" || path.endsWith("/");
    const file = this.#files.get(folder && defaultFilename !== undefined ? path + defaultFilename : path);
    if (file === undefined || Date.now() - file.checkedAt >= checkInterval) return undefined;
    file.used = true;
    return file;
  }

  /** What lies at an absolute path. @throws HTTPError where nothing that may be served does. */
  find(absolutePath: string): Promise<StoredFile | typeof DIRECTORY> {
    const path = checkPath(this.#prefix, absolutePath, this.options);
    return this.#find(path, absolutePath);
  }

  /** The same, whatever was seen before. */
  findAgain(absolutePath: string): Promise<StoredFile | typeof DIRECTORY> {
    const path = checkPath(this.#prefix, absolutePath, this.options);
    this.#forget(path);
    return this.#find(path, absolutePath);
  }

  async #find(path: string, absolutePath: string): Promise<StoredFile | typeof DIRECTORY> {
    const known = this.#files.get(path);
    if (known !== undefined && Date.now() - known.checkedAt < this.options.checkInterval) {
      known.used = true;
      return known;
    }
    let look = this.#looks.get(path);
    if (look === undefined) {
      look = this.#look(path, absolutePath, known).finally(() => this.#looks.delete(path));
      this.#looks.set(path, look);
    }
    return look;
  }

  async #look(
    path: string,
    absolutePath: string,
    known: StoredFile | undefined,
  ): Promise<StoredFile | typeof DIRECTORY> {
    const checkedAt = Date.now();
    let fd = -1;
    try {
      // What was no file, or was never seen, is not opened before it is known to be one: opening a device can do something.
      if (known === undefined) {
        const seen = await statPath(absolutePath);
        if (seen.isDirectory()) {
          await this.#containment?.check(await realPath(absolutePath), absolutePath);
          return DIRECTORY;
        }
        if (!seen.isFile()) throw new HTTPError(403, `${path} is not a file`);
      }
      fd = await this.open(absolutePath);
      const stats = statFile(fd);
      if (known !== undefined && known.settled && isSame(stats, known.stats) && known.siblings === undefined) {
        known.checkedAt = checkedAt;
        return known;
      }
      if (stats.isDirectory()) {
        this.#forget(path);
        return DIRECTORY;
      }
      if (!stats.isFile()) throw new HTTPError(403, `${path} is not a file`);
      const file = await this.#load(path, absolutePath, fd, stats, checkedAt, known);
      this.#remember(file);
      return file;
    } catch (error) {
      this.#forget(path);
      throw toHTTPError(error);
    } finally {
      if (fd >= 0) closeFile(fd);
    }
  }

  async #load(
    path: string,
    absolutePath: string,
    fd: number,
    stats: Stats,
    checkedAt: number,
    known: StoredFile | undefined,
  ): Promise<StoredFile> {
    await contentTypesReady();
    const facts =
      known !== undefined && known.settled && isSame(stats, known.stats)
        ? { ...known, siblings: undefined }
        : await this.#read(path, absolutePath, fd, stats);
    const siblings = await this.#siblings(path, absolutePath, facts.stats);
    return { ...facts, siblings, checkedAt, used: false };
  }

  /** Everything about a file that only its content tells. */
  async #read(
    path: string,
    absolutePath: string,
    fd: number,
    stats: Stats,
  ): Promise<Omit<StoredFile, "siblings" | "checkedAt" | "used">> {
    const { size, mtimeMs } = stats;
    const { cachedFileSize, cacheSize } = this.options;
    const content = size <= Math.min(cachedFileSize, cacheSize) ? await readAll(fd, path, size) : undefined;
    const settled = isSettled(stats, Date.now());
    let tag: string;
    if (content !== undefined) tag = `"${hashBytes(content)}"`;
    else if (size <= CONTENT_TAG_SIZE) tag = `"${await hashOpened(fd)}"`;
    else tag = `${settled ? "" : "W/"}"${size.toString(16)}-${Math.round(mtimeMs * 1000).toString(16)}"`;
    const modified = Math.floor(mtimeMs / 1000) * 1000;
    return {
      path,
      absolutePath,
      stats,
      size,
      modified,
      lastModified: new Date(modified).toUTCString(),
      tag,
      contentType: contentTypeOf(path),
      content,
      settled,
    };
  }

  async #siblings(
    path: string,
    absolutePath: string,
    stats: Stats,
  ): Promise<ReadonlyMap<SiblingCoding, StoredFile> | undefined> {
    const { codings } = this.options;
    if (codings.length === 0 || /\.(?:br|zst|gz)$/.test(path)) return undefined;
    const found = await Promise.all(
      codings.map((coding) => {
        const extension = EXTENSIONS[coding];
        return this.#find(path + extension, absolutePath + extension).catch(() => undefined);
      }),
    );
    const siblings = new Map<SiblingCoding, StoredFile>();
    for (const [place, coding] of codings.entries()) {
      const file = found[place];
      // One that is older was made of what the file held before.
      if (file !== undefined && file !== DIRECTORY && file.stats.mtimeMs >= stats.mtimeMs) siblings.set(coding, file);
    }
    return siblings;
  }

  #remember(file: StoredFile): void {
    this.#forget(file.path);
    const { cacheEntries, cacheSize } = this.options;
    if (cacheEntries === 0) return;
    this.#files.set(file.path, file);
    this.#bytes += file.content?.length ?? 0;
    for (const [path, oldest] of this.#files) {
      if (this.#files.size <= cacheEntries && this.#bytes <= cacheSize) return;
      if (oldest === file) continue;
      if (oldest.used) {
        oldest.used = false;
        this.#files.delete(path);
        this.#files.set(path, oldest);
      } else this.#forget(path);
    }
  }

  #forget(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#bytes -= file.content?.length ?? 0;
  }
}

/** Whether two looks saw the same content. The second time (of the inode) changes even where somebody sets the first one back. */
export function isSame(a: Stats, b: Stats): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.dev === b.dev;
}

/** A file that is being written to while it is served: its tag stands for no exact bytes. */
export const asChanging = (file: StoredFile): StoredFile => ({
  ...file,
  content: undefined,
  tag: file.tag.startsWith("W/") ? file.tag : `W/${file.tag}`,
});

/**
 * Whether another change would get another time. Clocks of file systems tick: every few milliseconds, or, where a time is a whole second,
 * perhaps every two of them.
 */
export function isSettled({ mtimeMs, ctimeMs }: Stats, now: number): boolean {
  const last = Math.max(mtimeMs, ctimeMs);
  // A time that lies ahead says nothing of its clock.
  return Math.abs(now - last) > (last % 1000 === 0 ? 2000 : 50);
}

/** Reads a small file whole. */
async function readAll(fd: number, path: string, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size;) {
    const count = await readFile(fd, at === 0 ? bytes : bytes.subarray(at), size - at, at);
    if (count === 0) throw new HTTPError(503, `${path} was cut short while it was read`);
    at += count;
  }
  return bytes;
}
