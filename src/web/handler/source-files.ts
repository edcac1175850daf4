/**
 * Which source files the debug page may show: those of the program, so that no text that a client chose can name another. A file is looked
 * at by its real path, so that a link out of the folder does not count as in it.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { isInside } from "../paths/file-paths.ts";

/** Larger files are not read. Bytes. */
const LARGEST = 2_000_000;
/** Names of files that a runtime loads as code. Others, `.env` and keys among them, are nobody's frame. */
const CODE = /\.[cm]?[jt]sx?$/;

let folder: string | undefined;

/**
 * The folder of the program: that of the nearest `package.json` at or above the script that was started, else the script's own. "" where no
 * script was, or where the folder would be all of the file system.
 */
export function programFolder(): string {
  return (folder ??= folderOf(process.argv[1]));
}

export function folderOf(script: string | undefined): string {
  if (script === undefined) return "";
  let own: string;
  try {
    own = dirname(realpathSync(script));
  } catch {
    return "";
  }
  const { root } = parse(own);
  for (let at = own; at !== root; at = dirname(at)) if (existsSync(join(at, "package.json"))) return at;
  return own === root ? "" : own;
}

/** The text of a code file of the program. Undefined for every other file. */
export const programSource = (file: string): string | undefined =>
  CODE.test(file) ? sourceBelow(programFolder(), file) : undefined;

/** The text of a file whose real path is below a folder's; undefined where it is not, or cannot be read. */
export function sourceBelow(root: string, file: string): string | undefined {
  if (root === "") return undefined;
  try {
    const real = realpathSync(file);
    const stats = statSync(real);
    if (!isInside(realpathSync(root), real) || !stats.isFile() || stats.size > LARGEST) return undefined;
    return readFileSync(real, "utf8");
  } catch {
    return undefined;
  }
}
