/** What a `StaticFileHandler` can be told with its route, and the defaults. */
import { UsageError } from "../../errors.ts";
import { checkOptions, either, flag, listOf, oneOf, seconds, whole } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";

/** A coding in which a file may lie beside itself: `app.js.br`, `app.js.zst`, `app.js.gz`. */
export type SiblingCoding = "br" | "zstd" | "gzip";

export interface StaticFileOptions {
  /** The folder that is served. Nothing outside it is. */
  path: string;
  /** Served for a folder, whose address then ends with a slash. Default: none, a folder is 403. */
  defaultFilename?: string;
  /** Clients save each file under its own name (`Content-Disposition: attachment`) rather than show it. Default false. */
  download?: boolean;
  /**
   * For a single-page application: where there is no file, a browser that opens an address gets this file of the folder with 200; `true` is
   * `index.html`. Only for paths whose last name has no dot, and where `Accept` names HTML; all else that is missing stays 404. The file
   * is also the default of `defaultFilename`, and is sent with `Cache-Control: no-cache`. Default false.
   */
  singlePage?: boolean | string;
  /** Serve names that begin with a dot; else they are 404. `.well-known` at the top always is served. Default false. */
  dotfiles?: boolean;
  /** Follow symbolic links out of the folder; else they are 403. Links within it always work. Default false. */
  followSymlinks?: boolean;
  /**
   * Codings to look for beside each file, the preferred one first; `true` for br, zstd and gzip. The file that is asked for must exist
   * too, and not be newer. Default false.
   */
  precompressed?: boolean | readonly SiblingCoding[];
  /**
   * Seconds for which a file is taken to be as it was last seen; after that the next request waits for a look. This is how long a
   * changed file may be served as it was. 0 looks every time. Default 0.1.
   */
  checkInterval?: number;
  /** Files up to this size are kept in memory. Bytes, default 65,536. */
  cachedFileSize?: number;
  /** Content kept in memory, all files of a route together. Bytes, default 33,554,432; 0 keeps none. */
  cacheSize?: number;
  /** Files remembered, with their content or without. Default 4,096. */
  cacheEntries?: number;
}

/** What an application says of its static files. */
export interface StaticSettings {
  /** A folder of files, served below `staticUrlPrefix`; `/favicon.ico` and `/robots.txt` are looked for in it. */
  staticPath?: string;
  /** Default `/static/`. */
  staticUrlPrefix?: string;
  /** False: versions in static URLs are made anew each time. Default true, in debug false. */
  staticHashCache?: boolean;
  /** With it versions are made anew, unless `staticHashCache` is set. */
  debug?: boolean;
}

export interface ResolvedStaticOptions {
  readonly path: string;
  readonly defaultFilename: string | undefined;
  /** Path of the page of a single-page application. */
  readonly page: string | undefined;
  readonly download: boolean;
  readonly dotfiles: boolean;
  readonly followSymlinks: boolean;
  readonly codings: readonly SiblingCoding[];
  /** Milliseconds. */
  readonly checkInterval: number;
  readonly cachedFileSize: number;
  readonly cacheSize: number;
  readonly cacheEntries: number;
}

const CODINGS: readonly SiblingCoding[] = ["br", "zstd", "gzip"];

function pageOf(value: unknown): string | undefined {
  const parts = typeof value === "string" ? value.split("/") : [""];
  return parts.some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part))
    ? "the path of a file in the folder"
    : undefined;
}

export const STATIC_OPTIONS: OptionTable<StaticFileOptions> = {
  path: (value) => (typeof value === "string" && value !== "" ? undefined : "the name of a folder"),
  defaultFilename: (value) =>
    typeof value === "string" && !/[/\\\0]/.test(value) ? undefined : "a name without a folder",
  singlePage: either("true, false, or the path of a file in the folder", flag, pageOf),
  download: flag,
  dotfiles: flag,
  followSymlinks: flag,
  precompressed: either("true, false, or a list of br, zstd, gzip", flag, listOf(oneOf(...CODINGS), "codings")),
  checkInterval: seconds(),
  cachedFileSize: whole(),
  cacheSize: whole(),
  cacheEntries: whole(),
};

/** @throws UsageError on an option that is unknown, of another type, or out of range. */
export function resolveStaticOptions(options: Partial<StaticFileOptions>): ResolvedStaticOptions {
  checkOptions<StaticFileOptions>("StaticFileHandler", options, STATIC_OPTIONS);
  const { path, singlePage = false, precompressed = false } = options;
  const page = singlePage === true ? "index.html" : singlePage === false ? undefined : singlePage;
  const defaultFilename = options.defaultFilename ?? (page?.includes("/") === true ? undefined : page);
  if (path === undefined)
    throw new UsageError(
      "ERR_LANDSPOUT_OPTION",
      "StaticFileHandler: path must be the name of a folder, and is not given",
    );
  return {
    path,
    defaultFilename: defaultFilename === "" ? undefined : defaultFilename,
    page,
    download: options.download === true,
    dotfiles: options.dotfiles === true,
    followSymlinks: options.followSymlinks === true,
    codings: precompressed === true ? CODINGS : precompressed === false ? [] : precompressed,
    checkInterval: (options.checkInterval ?? 0.1) * 1000,
    cachedFileSize: options.cachedFileSize ?? 65_536,
    cacheSize: options.cacheSize ?? 33_554_432,
    cacheEntries: options.cacheEntries ?? 4096,
  };
}
