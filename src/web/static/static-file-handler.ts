/**
 * `StaticFileHandler` (Tornado's `tornado.web.StaticFileHandler`): serves the files of a folder, and by overriding its hooks anything
 * else that has a path. It decides the header fields and which part of the content is sent; stored-files.ts does the looking,
 * preconditions.ts the comparing, send.ts the sending.
 *
 * One range is served; a request for several gets all of the content, which RFC 9110 §14.2 leaves to the server: players and
 * resumed downloads ask for one, and many tiny ones are an attack.
 */
import { resolve, sep } from "node:path";
import { UsageError } from "../../errors.ts";
import { chooseCoding } from "../../http/message/accept.ts";
import { formatTimestamp, httpDate } from "../../http/message/date.ts";
import { contentRange, parseRequestRange, resolveRange } from "../../http/message/ranges.ts";
import { namesHost, targetReference } from "../../http/message/url.ts";
import { H_ACCEPT_ENCODING, H_RANGE, M_GET } from "../../parser/abi.ts";
import { HTTPError } from "../handler/http-error.ts";
import { checkInitArgs } from "../handler/init-args.ts";
import { RequestHandler } from "../handler/request-handler.ts";
import type { HandlerResult } from "../handler/request-handler.ts";
import { hashContent } from "./content-hash.ts";
import type { StaticContent } from "./content-hash.ts";
import { contentTypeOf, contentTypesReady } from "./content-types.ts";
import { readPieces, statPath, toHTTPError } from "./files.ts";
import type { SiblingCoding, StaticFileOptions, StaticSettings } from "./options.ts";
import { isInside } from "../paths/file-paths.ts";
import { joinPath } from "./paths.ts";
import { hasAlready, isConditional, mayAddRange, mayGoOn } from "./preconditions.ts";
import type { Validators } from "./preconditions.ts";
import { sendContent, sendFile, sendKept } from "./send.ts";
import { findPage } from "./single-page.ts";
import { asChanging, DIRECTORY, StoredFiles } from "./stored-files.ts";
import type { StoredFile } from "./stored-files.ts";
import { filesOf, NO_FILES, traitsOf } from "./traits.ts";
import type { Traits } from "./traits.ts";
import { forgetVersions, urlVersion, versionOfContent, versionOfFile } from "./versions.ts";
import type { Version } from "./hooks.ts";

type StaticClass = typeof StaticFileHandler;

/**
 * Serves files.
 *
 * @example
 * new Application([
 *   ["/files/*", StaticFileHandler, { path: "/srv/files", defaultFilename: "index.html" }],
 * ]);
 */
export class StaticFileHandler extends RequestHandler {
  /** Seconds for which a client may keep what it got by a versioned URL: ten years. */
  static CACHE_MAX_AGE: number = 86_400 * 365 * 10;

  /** The folder. May be set in `prepare`; of another folder than the route's nothing is kept in memory. */
  root = "";
  defaultFilename: string | undefined = undefined;
  /** What was asked for, relative to the folder; after `parseUrlPath`. */
  path = "";
  /** What is served; after `validateAbsolutePath`. */
  absolutePath = "";
  /** When it was changed last, in whole seconds, where that is known. */
  modified: Date | undefined = undefined;
  #files: StoredFiles = NO_FILES;
  /** What the folder has. What is sent may be a coded sibling of it. */
  #found: StoredFile | undefined = undefined;
  /** The page of a single-page application is sent in place of a file. */
  #instead = false;
  #lastModified = "";
  #tag: string | undefined = undefined;

  override initialize(options: Partial<StaticFileOptions>): void {
    this.#files = filesOf(options);
    this.root = this.#files.options.path;
    this.defaultFilename = this.#files.options.defaultFilename;
  }

  /**
   * Serves `path`, the first captured part of the URL's path. A route that captures nothing serves the whole path: `"/favicon.ico"`
   * is that file of the folder.
   */
  override get(path?: string): HandlerResult {
    const wanted = path ?? this.#wholePath();
    const traits = traitsOf(this.constructor as StaticClass, StaticFileHandler);
    const { options } = this.#files;
    if (this.root !== options.path) {
      this.#files = new StoredFiles({ ...options, path: this.root, cacheEntries: 0, cachedFileSize: 0 });
    } else if (traits.plainPaths && traits.plainContent && this.defaultFilename === options.defaultFilename) {
      const file = this.#files.recent(wanted);
      if (file !== undefined) return this.#serveFile(file, wanted, 0);
    }
    return this.#serve(wanted, traits);
  }

  #wholePath(): string {
    try {
      return decodeURIComponent(this.request.path.slice(1));
    } catch {
      throw new HTTPError(400, "the path is not UTF-8");
    }
  }

  async #serve(wanted: string, traits: Traits): Promise<void> {
    const path = this.parseUrlPath(wanted);
    this.path = path;
    const wholePath = (this.constructor as StaticClass).getAbsolutePath(this.root, path);
    const absolutePath = (await this.validateAbsolutePath(this.root, wholePath)) ?? undefined;
    if (absolutePath === undefined || this.finished) return;
    await contentTypesReady();
    if (this.#found?.absolutePath !== absolutePath) this.#found = undefined;
    if (this.#found !== undefined && traits.plainContent) await this.#serveFile(this.#found, path, 0);
    else await this.#serveContent(absolutePath, traits);
  }

  /** A file of the folder. Makes no promise where its content is kept. */
  #serveFile(found: StoredFile, path: string, attempt: number): Promise<void> | void {
    const coding = found.siblings === undefined ? undefined : this.#chooseCoding(found.siblings);
    const file = (coding === undefined ? undefined : found.siblings?.get(coding)) ?? found;
    this.path = path;
    this.absolutePath = found.absolutePath;
    this.#found = found;
    this.#tag = file.tag;
    this.modified = new Date(file.modified);
    this.#lastModified = file.lastModified;
    if (coding !== undefined) this.setHeader("Content-Encoding", coding);
    this.setHeaders();
    const part = this.#partToSend(file.size);
    if (part === undefined) return undefined;
    if (file.content !== undefined) return sendKept(this, file.content, part.start, part.end);
    return this.#serveOpened(file, part, attempt);
  }

  async #serveOpened(file: StoredFile, { start, end }: Part, attempt: number): Promise<void> {
    if (await sendFile(this, this.#files, file, start, end, attempt > 1)) return;
    // It was changed since it was looked at, and nothing has been sent. What never rests is sent as it comes.
    this.setStatus(200);
    for (const name of ["Content-Range", "Content-Encoding"]) this.clearHeader(name);
    if (file.absolutePath !== this.absolutePath) await this.#files.findAgain(file.absolutePath).catch(() => undefined);
    const found = await this.#files.findAgain(this.absolutePath);
    if (found === DIRECTORY) throw new HTTPError(404);
    await this.#serveFile(attempt === 0 ? found : asChanging(found), this.path, attempt + 1);
  }

  /** What a subclass has. */
  async #serveContent(absolutePath: string, traits: Traits): Promise<void> {
    const cls = this.constructor as StaticClass;
    this.absolutePath = absolutePath;
    const modified = (await this.getModifiedTime()) ?? undefined;
    const size = await this.getContentSize();
    if (modified !== undefined) {
      this.modified = new Date(Math.floor(modified.getTime() / 1000) * 1000);
      this.#lastModified = formatTimestamp(this.modified);
    }
    if (this.#found !== undefined && traits.plainVersion) this.#tag = this.#found.tag;
    else {
      const version = await versionOfContent(cls, StaticFileHandler, absolutePath, size, this.modified);
      this.#tag = version === undefined ? undefined : `"${version}"`;
    }
    this.setHeaders();
    const part = this.#partToSend(size);
    if (part === undefined) return;
    const { start, end } = part;
    const content = this.request.methodId === M_GET ? await this.#contentOf(absolutePath, start, end) : "";
    await sendContent(this, content, end - start);
  }

  /** What `getContent` gives; a file of the folder is opened as one, however else the class answers. */
  #contentOf(absolutePath: string, start: number, end: number): StaticContent | Promise<StaticContent> {
    const cls = this.constructor as StaticClass;
    if (cls.getContent !== StaticFileHandler.getContent || this.#found === undefined)
      return cls.getContent(absolutePath, start, end);
    return readPieces(absolutePath, start, end, (path) => this.#files.open(path));
  }

  #chooseCoding(siblings: ReadonlyMap<SiblingCoding, StoredFile>): SiblingCoding | undefined {
    const { request } = this;
    if (siblings.size === 0 || !request.knows(H_ACCEPT_ENCODING)) return undefined;
    return chooseCoding(request.headers.get("Accept-Encoding") ?? "", [...siblings.keys()]);
  }

  // --- what is sent ---

  /** Which bytes are to be sent, with status and fields for them set. Undefined: the answer is another, and has been given. */
  #partToSend(size: number): Part | undefined {
    const { request } = this;
    if (isConditional(request)) {
      if (!mayGoOn(request, this.#validators())) throw new HTTPError(412);
      if (this.shouldReturn304()) return this.#finishNotModified(size);
    }
    const all = { start: 0, end: size };
    // RFC 9110 §14.2: "A server MUST ignore a Range header field received with a request method that is unrecognized or for which
    // range handling is not defined. For this specification, GET is the only method". Tornado answers HEAD with 206.
    if (request.methodId !== M_GET || !request.knows(H_RANGE)) return all;
    const range = parseRequestRange(request.headers.get("Range") ?? "");
    if (range === undefined || !mayAddRange(request, this.#validators(), Date.now())) return all;
    // RFC 9110 §14.1.2: "If the selected representation is shorter than the specified suffix-length, the entire representation is used."
    if (size === 0 && range.start < 0) return all;
    const part = resolveRange(range, size);
    this.setHeader("Content-Range", contentRange(part, size));
    if (part === undefined) return this.#finishUnsatisfiable();
    // As in Tornado: all of it is no part of it. There are players that insist.
    if (part.start === 0 && part.end === size) {
      this.clearHeader("Content-Range");
      return all;
    }
    this.setStatus(206);
    return part;
  }

  /** The fields that describe the content go when all who derive others from them have seen them. */
  #finishNotModified(size: number): undefined {
    this.setStatus(304);
    this.setHeader("Content-Length", size);
    void this.finish();
    return undefined;
  }

  #finishUnsatisfiable(): undefined {
    this.setStatus(416);
    this.clearHeader("Content-Encoding");
    this.setHeader("Content-Type", "text/plain");
    void this.finish();
    return undefined;
  }

  #validators(): Validators {
    return { tag: this.getHeader("Etag"), modified: this.modified?.getTime() };
  }

  /** Sets the fields that go with what is served. */
  setHeaders(): void {
    this.setHeader("Accept-Ranges", "bytes");
    const tag = this.computeEtag("") ?? undefined;
    if (tag !== undefined) this.setHeader("Etag", tag);
    if (this.modified !== undefined) {
      // RFC 9110 §8.8.2.1: "An origin server with a clock MUST NOT generate a Last-Modified date that is later than the server's time of
      // message origination (Date, Section 6.6.1)."
      const ahead = this.modified.getTime() > Date.now();
      this.setHeader("Last-Modified", ahead ? httpDate() : this.#lastModified);
    }
    const type = this.getContentType();
    if (type !== "") this.setHeader("Content-Type", type);
    const siblings = this.#found?.siblings;
    const varies = siblings !== undefined && siblings.size > 0 ? ["Accept-Encoding"] : [];
    // RFC 9110 §12.5.5: a cache must not answer a script with the page, nor a browser with the script's 404.
    if (this.#instead && this.path !== "") varies.push("Accept");
    if (varies.length > 0) this.setHeader("Vary", varies.join(", "));
    const seconds = this.getCacheTime(this.path, this.modified, type);
    if (seconds > 0) {
      this.setHeader("Expires", new Date(Date.now() + seconds * 1000));
      this.setHeader("Cache-Control", `max-age=${seconds}`);
    } else if (this.#isPage) this.setHeader("Cache-Control", "no-cache");
    if (this.#files.options.download) this.setDownloadName(this.absolutePath);
    this.setExtraHeaders(this.path);
  }

  // --- hooks, to be overridden ---

  /** Turns the path of a URL into one of the file system. */
  parseUrlPath(urlPath: string): string {
    return sep === "/" ? urlPath : urlPath.replaceAll("/", sep);
  }

  /** Where a path is, in a folder. Need not be in it: `validateAbsolutePath` finds out. */
  static getAbsolutePath(root: string, path: string): string {
    return joinPath(root, path);
  }

  /**
   * The path to be served: `absolutePath` where it is that of a file in `root`, its default file where it is that of a folder.
   * Undefined or null: the request has been answered. @throws HTTPError where nothing is to be served.
   */
  async validateAbsolutePath(_root: string, absolutePath: string): Promise<string | undefined> {
    try {
      this.#found = await this.#find(absolutePath);
    } catch (error) {
      this.#found = await findPage(this.#files, this.root, this.path, this.request, error);
      this.#instead = true;
    }
    return this.#found?.absolutePath;
  }

  /** The file at a path, the default file of a folder; undefined where the request has been answered. */
  async #find(absolutePath: string): Promise<StoredFile | undefined> {
    const { request, defaultFilename } = this;
    const slash = request.path.endsWith("/");
    const single = this.#files.options.page !== undefined;
    let found = await this.#files.find(absolutePath);
    if (found === DIRECTORY) {
      if (defaultFilename === undefined) throw new HTTPError(single ? 404 : 403, `${this.path} is not a file`);
      if (!slash) {
        // A page of the application may have the name of a folder, which then needs no slash.
        if (single) await this.#files.find(joinPath(absolutePath, defaultFilename));
        if (namesHost(request.path)) throw new HTTPError(403, "cannot redirect a path that begins with two slashes");
        const query = request.query === "" ? "" : `?${request.query}`;
        this.redirect(targetReference(`${request.path}/${query}`), { permanent: true });
        return undefined;
      }
      found = await this.#files.find(joinPath(absolutePath, defaultFilename));
      if (found === DIRECTORY) throw new HTTPError(403, `${this.path} is not a file`);
    } else if (slash) throw new HTTPError(404);
    return found;
  }

  /** Bytes `[start, end)` of what is at a path: in one piece, or in several that are asked for as the client reads. */
  static getContent(absolutePath: string, start = 0, end?: number): StaticContent | Promise<StaticContent> {
    return readPieces(absolutePath, start, end);
  }

  /** A text that stands for the content at a path; undefined or null where there is none. Hash of all of it. */
  static getContentVersion(absolutePath: string): Version | Promise<Version> {
    if (this.getContent === StaticFileHandler.getContent) return versionOfFile(absolutePath);
    return Promise.resolve(this.getContent(absolutePath)).then(hashContent);
  }

  /** Size of all of the content, bytes. */
  getContentSize(): number | Promise<number> {
    return this.#found?.size ?? statOf(this.absolutePath).then(({ size }) => size);
  }

  /** When the content was changed last; undefined where nobody knows. */
  getModifiedTime(): Date | undefined | Promise<Date | undefined> {
    if (this.#found !== undefined) return new Date(this.#found.modified);
    return statOf(this.absolutePath).then(({ mtime }) => mtime);
  }

  /** By the extension; with `charset=UTF-8` for text. "" sends none. */
  getContentType(): string {
    return this.#found?.contentType ?? contentTypeOf(this.absolutePath);
  }

  /** Whether the page of a single-page application is served: its scripts have other names once it is built anew. */
  get #isPage(): boolean {
    const { page } = this.#files.options;
    return page !== undefined && (this.#instead || this.#found?.path === page);
  }

  /**
   * Seconds for which a client need not ask again: `CACHE_MAX_AGE` for a versioned URL (`?v=`), else 0, which leaves it to the client, or
   * for the page of a single-page application sends `no-cache`.
   */
  getCacheTime(_path: string, _modified: Date | undefined, _contentType: string): number {
    const { request } = this;
    if (this.#isPage) return 0;
    return request.query !== "" && "v" in request.queryArguments ? (this.constructor as StaticClass).CACHE_MAX_AGE : 0;
  }

  /** To be overridden: further fields for `path`. */
  setExtraHeaders(_path: string): void {}
  /** Whether the client has the content already (RFC 9110 §13.1.2, §13.1.3). */
  shouldReturn304(): boolean {
    return hasAlready(this.request, this.#validators());
  }

  override computeEtag(_content: string | Uint8Array): string | undefined {
    return this.#tag;
  }

  // --- versioned URLs ---

  /** The URL of a file, `path` relative to the setting `staticPath`, with its version. */
  static makeStaticUrl(settings: StaticSettings, path: string, includeVersion = true): string {
    const url =
      (settings.staticUrlPrefix ?? "/static/") + encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23");
    const version = includeVersion ? this.getVersion(settings, path) : undefined;
    return version === undefined ? url : `${url}?v=${encodeURIComponent(version)}`;
  }

  /**
   * The version for the URL of a file. Undefined where there is no such file, and until it is known: a file above 256 KiB is hashed
   * behind the scenes, as is whatever a subclass has to wait for.
   */
  static getVersion(settings: StaticSettings, path: string): string | undefined {
    const { staticPath: root, staticHashCache } = settings;
    if (root === undefined) {
      throw new UsageError("ERR_LANDSPOUT_SETTING", "You must define the 'staticPath' setting to use static URLs");
    }
    const fresh = staticHashCache === false || (staticHashCache === undefined && settings.debug === true);
    const absolutePath = this.getAbsolutePath(root, path);
    // The hash of a file that is not served would tell what is in it.
    if (this.getAbsolutePath === StaticFileHandler.getAbsolutePath && !isInside(resolve(root), absolutePath))
      return undefined;
    return urlVersion(this, StaticFileHandler, absolutePath, fresh);
  }

  /** Forgets all versions of this class. */
  static reset(): void {
    forgetVersions(this);
  }
}

interface Part {
  readonly start: number;
  readonly end: number;
}

const statOf = (path: string): ReturnType<typeof statPath> =>
  statPath(path).catch((error: unknown) => {
    throw toHTTPError(error);
  });

checkInitArgs(StaticFileHandler, filesOf);
