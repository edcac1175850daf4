/**
 * Versions of content: for `?v=` in URLs, and as entity tags of what subclasses serve. URLs are made synchronously, as templates
 * need it: a version that takes time to find out is found out behind the scenes, and until then there is none. What is remembered
 * is bounded, and per class.
 */
import { readFileSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { describeError, loggers } from "../../log.ts";
import { isPromiseLike } from "../../user-code.ts";
import { hashBytes, hashFile } from "./content-hash.ts";
import type { StaticHooks, Version } from "./hooks.ts";
import { isSame, isSettled } from "./stored-files.ts";

/** Paths whose versions are remembered, per class. */
export const MAX_VERSIONS = 10_000;
/** A file up to this size is hashed on the spot. Bytes. */
const ON_THE_SPOT = 256 * 1024;
/** Milliseconds for which a file is taken not to have changed. */
const CHECK_INTERVAL = 100;

interface Known {
  version: Version;
  /** The file it was made of; undefined where it is of no file, or of one that may have changed since. */
  stats: Stats | undefined;
  checkedAt: number;
  /** Somebody is finding it out. */
  pending: boolean;
}

class Remembered<T> {
  readonly #values = new Map<string, T>();
  get(path: string): T | undefined {
    return this.#values.get(path);
  }
  set(path: string, value: T): void {
    this.#values.delete(path);
    this.#values.set(path, value);
    if (this.#values.size <= MAX_VERSIONS) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }
  delete(path: string): void {
    this.#values.delete(path);
  }
}

interface Memory {
  readonly urls: Remembered<Known>;
  /** By path: version, and the size and time it goes with. */
  readonly tags: Remembered<{ readonly version: Version; readonly stamp: string }>;
}

const memories = new WeakMap<StaticHooks, Memory>();

function memoryOf(cls: StaticHooks): Memory {
  let memory = memories.get(cls);
  if (memory === undefined) memories.set(cls, (memory = { urls: new Remembered(), tags: new Remembered() }));
  return memory;
}

export const forgetVersions = (cls: StaticHooks): void => void memories.delete(cls);

/** The version for a URL. `fresh`: whatever is remembered is looked at again. */
export function urlVersion(cls: StaticHooks, base: StaticHooks, path: string, fresh: boolean): Version {
  const { urls } = memoryOf(cls);
  const known = urls.get(path);
  const plain = cls.getContent === base.getContent && cls.getContentVersion === base.getContentVersion;
  if (plain) return versionOfChecked(urls, path, known, fresh);
  if (known !== undefined && (known.pending || !fresh)) return known.version;
  return remember(urls, path, undefined, known?.version, cls.getContentVersion(path));
}

function versionOfChecked(urls: Remembered<Known>, path: string, known: Known | undefined, fresh: boolean): Version {
  const now = Date.now();
  if (!fresh && known !== undefined && now - known.checkedAt < CHECK_INTERVAL) return known.version;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) {
    urls.delete(path);
    return undefined;
  }
  if (known !== undefined && known.stats !== undefined && isSame(stats, known.stats)) {
    known.checkedAt = now;
    return known.version;
  }
  // The old version goes on until the new one is known, so that pages do not lose it meanwhile.
  return remember(urls, path, isSettled(stats, now) ? stats : undefined, known?.version, hashed(path, stats));
}

function remember(
  urls: Remembered<Known>,
  path: string,
  stats: Stats | undefined,
  before: Version,
  found: Version | PromiseLike<Version>,
): Version {
  const pending = isPromiseLike(found);
  const entry: Known = { version: pending ? before : (found ?? undefined), stats, checkedAt: Date.now(), pending };
  urls.set(path, entry);
  if (!pending) return entry.version;
  found.then(
    (version) => {
      entry.version = version ?? undefined;
      entry.pending = false;
      entry.checkedAt = Date.now();
    },
    (error: unknown) => {
      // Asked for again the next time.
      if (urls.get(path) === entry) urls.delete(path);
      loggers.general.warn(`No version of ${path}: ${describeError(error)}`);
    },
  );
  return entry.version;
}

const hashed = (path: string, stats: Stats): Version | Promise<Version> =>
  stats.size <= ON_THE_SPOT ? hashBytes(readFileSync(path)) : hashFile(path);

/** The version of a file by its content: at once for a small one. */
export function versionOfFile(path: string): Version | Promise<Version> {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || !stats.isFile() ? undefined : hashed(path, stats);
}

/**
 * The version of what a subclass serves. Where the class does not say itself, it is made of all of the content, and made again when
 * size or time change; without a time, with every request.
 */
export async function versionOfContent(
  cls: StaticHooks,
  base: StaticHooks,
  path: string,
  size: number,
  modified: Date | undefined,
): Promise<Version> {
  if (cls.getContentVersion !== base.getContentVersion || modified === undefined)
    return (await cls.getContentVersion(path)) ?? undefined;
  const { tags } = memoryOf(cls);
  const stamp = `${size}-${modified.getTime()}`;
  const known = tags.get(path);
  if (known?.stamp === stamp) return known.version;
  const version = await cls.getContentVersion(path);
  tags.set(path, { version, stamp });
  return version;
}
