/**
 * What a folder holds that may be shown, and in which order: the same names that a `StaticFileHandler` would serve, no others. Knows no
 * HTML and no request.
 */
import { opendir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Containment } from "../web/static/containment.ts";
import { lookAtPath, realPath, statPath } from "../web/static/files.ts";

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Bytes; of a folder 0. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface FolderContent {
  readonly entries: readonly FolderEntry[];
  /** There are more than `MAX_ENTRIES`. */
  readonly more: boolean;
}

export interface ReadFolderOptions {
  /** Names that begin with a dot. */
  readonly dotfiles: boolean;
  /** What links must not lead out of; undefined where they may. */
  readonly within: Containment | undefined;
}

/** Names of one folder that are shown: a page of more is of no use, and each costs a look at the disk. */
const MAX_ENTRIES = 5000;
/** Looks under way at the same time. */
const AT_ONCE = 64;

export async function readFolder(folder: string, options: ReadFolderOptions): Promise<FolderContent> {
  const names: string[] = [];
  let more = false;
  for await (const { name } of await opendir(folder, { bufferSize: 256 })) {
    if (!isShown(name, options)) continue;
    more = names.length === MAX_ENTRIES;
    if (more) break;
    names.push(name);
  }
  const entries: FolderEntry[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const found = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => look(folder, name, options)));
    for (const entry of found) if (entry !== undefined) entries.push(entry);
  }
  return { entries, more };
}

/** Left out besides dotfiles is what no URL can name: a backslash is refused in paths, and U+FFFD stands for bytes that are no UTF-8. */
function isShown(name: string, { dotfiles }: ReadFolderOptions): boolean {
  if (name.startsWith(".") && !dotfiles) return false;
  return !name.includes("\ufffd") && (sep === "\\" || !name.includes("\\"));
}

/** Undefined: it has gone meanwhile, is neither file nor folder, or a link that leads out or nowhere. */
async function look(folder: string, name: string, { within }: ReadFolderOptions): Promise<FolderEntry | undefined> {
  const path = join(folder, name);
  try {
    const stats = await statPath(path);
    if (within !== undefined) {
      const target = await realPath(path);
      await within.check(target, path);
      // A link may lead elsewhere between two looks: what was looked at first is what lies there.
      const there = await lookAtPath(target);
      if (there.ino !== stats.ino || there.dev !== stats.dev) return undefined;
    }
    const isFolder = stats.isDirectory();
    if (!isFolder && !stats.isFile()) return undefined;
    return { name, isFolder, size: isFolder ? 0 : stats.size, modified: stats.mtimeMs };
  } catch {
    return undefined;
  }
}

export type SortKey = "name" | "size" | "date";
export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** file2 before file10, and capitals where they are expected. */
const collator = new Intl.Collator("en", { numeric: true });

/** Folders come first. What is equal by size or date goes by its name, from the first to the last in any case. */
export function sortEntries(entries: readonly FolderEntry[], { key, descending }: Order): FolderEntry[] {
  const sign = descending ? -1 : 1;
  const byName = (a: FolderEntry, b: FolderEntry): number =>
    collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
  const byKey = (a: FolderEntry, b: FolderEntry): number => {
    if (key === "name") return byName(a, b);
    return key === "size" ? a.size - b.size : a.modified - b.modified;
  };
  return [...entries].sort((a, b) => {
    if (a.isFolder !== b.isFolder) return a.isFolder ? -1 : 1;
    return sign * byKey(a, b) || byName(a, b);
  });
}
