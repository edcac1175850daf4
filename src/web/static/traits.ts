/** What is known of a static handler class and of a route's options before any request: made once, found again by identity. */
import type { StaticFileOptions } from "./options.ts";
import { resolveStaticOptions } from "./options.ts";
import type { StaticHooks } from "./hooks.ts";
import { StoredFiles } from "./stored-files.ts";

export interface Traits {
  /** Paths are found as this package finds them. */
  readonly plainPaths: boolean;
  /** Content, its size and its time are those of the file. */
  readonly plainContent: boolean;
  /** Content and version are those of the file, whatever is said of size and time. */
  readonly plainVersion: boolean;
}

const traits = new WeakMap<StaticHooks, Traits>();

export function traitsOf(cls: StaticHooks, base: StaticHooks): Traits {
  let known = traits.get(cls);
  if (known === undefined) {
    const own = cls.prototype;
    const usual = base.prototype;
    const plainVersion = cls.getContent === base.getContent && cls.getContentVersion === base.getContentVersion;
    known = {
      plainPaths:
        own.parseUrlPath === usual.parseUrlPath &&
        own.validateAbsolutePath === usual.validateAbsolutePath &&
        cls.getAbsolutePath === base.getAbsolutePath,
      plainContent:
        own.getContentSize === usual.getContentSize && own.getModifiedTime === usual.getModifiedTime && plainVersion,
      plainVersion,
    };
    traits.set(cls, known);
  }
  return known;
}

const files = new WeakMap<object, StoredFiles>();

/** The files of a route, by the object its options came in. @throws UsageError on a wrong option. */
export function filesOf(options: Partial<StaticFileOptions>): StoredFiles {
  let known = files.get(options);
  if (known === undefined) files.set(options, (known = new StoredFiles(resolveStaticOptions(options))));
  return known;
}

/** What a handler has that was given no options: it finds everything by its hooks. */
export const NO_FILES: StoredFiles = new StoredFiles(resolveStaticOptions({ path: ".", cacheEntries: 0 }));
