/** Paths of files below a root, as text. Whether something is there, and where links lead, is not known here. */
import { posix, sep, win32 } from "node:path";
import * as nodePath from "node:path";

/** The part of `node:path` that differs between systems; `posix` or `win32` in tests. */
export type PathRules = Pick<typeof nodePath.posix, "resolve" | "sep">;

export const SYSTEM_RULES: PathRules = sep === win32.sep ? win32 : posix;

/**
 * The root with one separator behind it, so that `/srv/static` does not also stand for `/srv/static-secret`; the root of the file
 * system has one already.
 */
export function rootPrefix(root: string, rules: PathRules = SYSTEM_RULES): string {
  const absolute = rules.resolve(root);
  return absolute.endsWith(rules.sep) ? absolute : absolute + rules.sep;
}

/** Whether a real path lies in a real root. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(rootPrefix(root));
}
