/**
 * `FolderHandler`: a `StaticFileHandler` that answers for a folder without a default file with a page that lists it. It decides what is
 * listed and under which header fields; which files may be served is decided where it is for any static file.
 */
import { basename, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { checkOptions, flag, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { HTTPError } from "../web/handler/http-error.ts";
import { RequestHandler } from "../web/handler/request-handler.ts";
import type { SendErrorOptions } from "../web/handler/error-page.ts";
import type { HandlerResult } from "../web/handler/request-handler.ts";
import { checkInitArgs } from "../web/handler/init-args.ts";
import { Containment } from "../web/static/containment.ts";
import { toHTTPError } from "../web/static/files.ts";
import { STATIC_OPTIONS } from "../web/static/options.ts";
import type { StaticFileOptions } from "../web/static/options.ts";
import { filesOf } from "../web/static/traits.ts";
import { rootPrefix } from "../web/paths/file-paths.ts";
import { checkPath } from "../web/static/paths.ts";
import { StaticFileHandler } from "../web/static/static-file-handler.ts";
import { isLocalName } from "./local-names.ts";
import { errorPage, listingPage, pagePolicy } from "./listing-page.ts";
import { readFolder } from "./read-folder.ts";
import type { FolderContent, Order, SortKey } from "./read-folder.ts";

export interface FolderOptions extends StaticFileOptions {
  /** A folder without a default file is listed; else it is 404. Default true, with `singlePage` false. */
  listing?: boolean;
  /** What the folder is called on its page. Default: its name. */
  title?: string;
  /**
   * Only requests for `localhost` or a literal address are answered. For servers at a loopback address: a page of another site that has
   * its own name point there (DNS rebinding) could else read the files through its visitor's browser. Default false.
   */
  localOnly?: boolean;
}

/** Milliseconds for which the real path of the served folder is taken to be the same while one list is made. */
const LOOK_AGAIN = 100;

const FOLDER_OPTIONS: OptionTable<FolderOptions> = { ...STATIC_OPTIONS, listing: flag, title: text, localOnly: flag };

const SORT_KEYS: readonly SortKey[] = ["name", "size", "date"];

/** What a route's options become is found again by their identity, as are the files that are remembered for them. */
const completed = new WeakMap<object, Partial<StaticFileOptions>>();

const isSingle = ({ singlePage = false }: Partial<FolderOptions>): boolean => singlePage !== false;

/** @throws UsageError on an option that is unknown, of another type, or out of range. */
function forFiles(options: Partial<FolderOptions>): Partial<StaticFileOptions> {
  let known = completed.get(options);
  if (known === undefined) {
    checkOptions<FolderOptions>("FolderHandler", options, FOLDER_OPTIONS);
    if (options.listing === true && isSingle(options))
      throw new UsageError("ERR_LANDSPOUT_OPTION", "FolderHandler: listing and singlePage contradict each other");
    const { listing: _listing, title: _title, localOnly: _local, ...rest } = options;
    const defaultFilename = typeof rest.singlePage === "string" ? {} : { defaultFilename: "index.html" };
    completed.set(options, (known = { ...defaultFilename, ...rest }));
  }
  return known;
}

/**
 * Serves a folder for people: `index.html` where there is one, else a list; browsers ask again each time, so that a change is seen.
 *
 * @example
 * new Application([["/*", FolderHandler, { path: "/srv/files" }]]).listen(8888);
 */
export class FolderHandler extends StaticFileHandler {
  #listing = true;
  #title = "";
  #localOnly = false;
  #dotfiles = false;
  #followSymlinks = false;
  #listed = false;

  override initialize(options: Partial<FolderOptions>): void {
    super.initialize(forFiles(options));
    this.#listing = options.listing !== false && !isSingle(options);
    this.#title = options.title ?? "";
    this.#localOnly = options.localOnly === true;
    this.#dotfiles = options.dotfiles === true;
    this.#followSymlinks = options.followSymlinks === true;
  }

  override prepare(): void {
    // RFC 9110 §15.5.20: "the server is not able to produce an authoritative response for the target URI."
    if (this.#localOnly && !isLocalName(this.request.hostName)) throw new HTTPError(421);
  }

  override get(path?: string): HandlerResult {
    if (!this.#listing || path === undefined || (path !== "" && !path.endsWith("/"))) return super.get(path);
    return this.#getFolder(path);
  }

  /** The default file of a folder; where there is none, its list. */
  async #getFolder(path: string): Promise<void> {
    try {
      await super.get(path);
    } catch (error) {
      if (!(error instanceof HTTPError) || error.status !== 404 || this.headersWritten) throw error;
      const content = await this.#read(path);
      if (content === undefined) throw error;
      this.#list(path, content);
    }
  }

  /** Undefined: there is no such folder. The links of its page lead up by its path, which therefore has to be spelt the simple way. */
  async #read(path: string): Promise<FolderContent | undefined> {
    if (/(?:^|\/)\.{0,2}\//.test(path)) return undefined;
    const absolutePath = StaticFileHandler.getAbsolutePath(this.root, this.parseUrlPath(path));
    checkPath(rootPrefix(this.root), absolutePath, { dotfiles: this.#dotfiles });
    try {
      const within = this.#followSymlinks ? undefined : new Containment(this.root, LOOK_AGAIN);
      const read = (folder: string): Promise<FolderContent> => readFolder(folder, { dotfiles: this.#dotfiles, within });
      return await (within === undefined ? read(absolutePath) : within.readFolder(absolutePath, read));
    } catch (error) {
      throw toHTTPError(error);
    }
  }

  #list(path: string, content: FolderContent): void {
    const key = this.getQueryArgument("sort", "name");
    const order: Order = {
      key: SORT_KEYS.find((known) => known === key) ?? "name",
      descending: this.getQueryArgument("order", "asc") === "desc",
    };
    const title = this.#title === "" ? basename(resolve(this.root)) || "/" : this.#title;
    this.#listed = true;
    this.setHeader("Content-Security-Policy", pagePolicy());
    this.setExtraHeaders();
    this.write(
      listingPage(
        title,
        path.split("/").filter((part) => part !== ""),
        content,
        order,
      ),
    );
  }

  /** Of a list: of its text. */
  override computeEtag(content: string | Uint8Array): string | undefined {
    return this.#listed ? RequestHandler.prototype.computeEtag.call(this, content) : super.computeEtag(content);
  }

  override setExtraHeaders(): void {
    this.setHeader("X-Content-Type-Options", "nosniff");
    // Asked for again each time, and answered with 304 by its entity tag.
    this.setHeader("Cache-Control", "no-cache");
  }

  override writeError(status: number, options: SendErrorOptions = {}): void | Promise<void> {
    if (this.settings.serveTraceback === true) {
      return super.writeError(status, options);
    }
    this.setHeader("Content-Security-Policy", pagePolicy());
    return this.finish(errorPage(status, this.reasonText()));
  }
}

checkInitArgs(FolderHandler, (options) => filesOf(forFiles(options)));
