/** What a `StaticFileHandler` can be told with its route, and the defaults. */
import { UsageError } from "../../errors.ts";

/** A coding in which a file may lie beside itself: `app.js.br`, `app.js.zst`, `app.js.gz`. */
export type SiblingCoding = "br" | "zstd" | "gzip";

export interface StaticFileOptions {
  /** The folder that is served. Nothing outside it is. */
  path: string;
  /** Served for a folder, whose address then ends with a slash. Default: none, a folder is 403. */
  defaultFilename?: string;
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

export interface ResolvedStaticOptions {
  readonly path: string;
  readonly defaultFilename: string | undefined;
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

/** @throws UsageError on an option that is none, or out of range. */
export function resolveStaticOptions(options: Partial<StaticFileOptions>): ResolvedStaticOptions {
  const { path, defaultFilename, precompressed = false } = options;
  if (typeof path !== "string" || path === "") throw wrong("path must be the name of a folder");
  if (defaultFilename !== undefined && (typeof defaultFilename !== "string" || /[/\\\0]/.test(defaultFilename)))
    throw wrong("defaultFilename must be a name without a folder");
  const codings = precompressed === true ? CODINGS : precompressed === false ? [] : precompressed;
  for (const coding of codings)
    if (!CODINGS.includes(coding)) throw wrong(`precompressed may name br, zstd and gzip, not ${String(coding)}`);
  return {
    path,
    defaultFilename: defaultFilename === "" ? undefined : defaultFilename,
    dotfiles: options.dotfiles === true,
    followSymlinks: options.followSymlinks === true,
    codings,
    checkInterval: count("checkInterval", options.checkInterval, 0.1) * 1000,
    cachedFileSize: count("cachedFileSize", options.cachedFileSize, 65_536),
    cacheSize: count("cacheSize", options.cacheSize, 33_554_432),
    cacheEntries: count("cacheEntries", options.cacheEntries, 4096),
  };
}

function count(name: string, value: unknown, fallback: number): number {
  const number = value ?? fallback;
  if (typeof number !== "number" || !(number >= 0))
    throw wrong(`${name} must be a number from 0, not ${JSON.stringify(number)}`);
  return number;
}

const wrong = (text: string): UsageError => new UsageError("ERR_LANDSPOUT_OPTION", `StaticFileHandler: ${text}`);
