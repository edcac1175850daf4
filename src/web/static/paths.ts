/**
 * From the path in a URL to a path in the file system: the rules that keep a request inside the root and away from names that are
 * not meant for it. Text only; whether something is there, and where links lead, is for stored-files.ts.
 */
import { HTTPError } from "../handler/http-error.ts";
import { SYSTEM_RULES } from "../paths/file-paths.ts";
import type { PathRules } from "../paths/file-paths.ts";

/**
 * `root` and a path from a URL, joined and made absolute. May lie outside the root: `checkPath` finds out. A path that begins with a slash
 * or a drive is no other than one that does not.
 */
export function joinPath(root: string, path: string, rules: PathRules = SYSTEM_RULES): string {
  return rules.resolve(root, `.${rules.sep}${rules.sep === "/" ? path : path.replaceAll("/", rules.sep)}`);
}

/**
 * Names that Windows takes for devices, with any extension; names with `:` are drives and streams of files, and a dot or blank at
 * the end of a name is dropped there, so that two names mean one file.
 */
const NOT_A_NAME = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)|:|[. ]$/i;

export interface PathPolicy {
  /** Names that begin with a dot are served. `.well-known` at the top is in any case (RFC 8615). */
  readonly dotfiles: boolean;
}

/**
 * The path relative to the root, with `/` between its parts; "" for the root itself.
 * @throws HTTPError 403 outside the root, 404 where the name is one that is not served.
 */
export function checkPath(
  prefix: string,
  absolute: string,
  policy: PathPolicy,
  rules: PathRules = SYSTEM_RULES,
): string {
  // Before anything touches the system: C ends a name at a NUL, JavaScript does not.
  if (absolute.includes("\0")) throw new HTTPError(404);
  const { sep: separator } = rules;
  if (!(absolute + separator).startsWith(prefix) && absolute !== prefix) {
    throw new HTTPError(403, `${JSON.stringify(absolute)} is not in root static directory`);
  }
  const relative = absolute.slice(prefix.length);
  const windows = separator === "\\";
  // No file of a web site has a backslash in its name, but many a filter in front of one takes it for a slash.
  if (!windows && relative.includes("\\")) throw new HTTPError(404);
  const path = windows ? relative.replaceAll("\\", "/") : relative;
  if (!policy.dotfiles && /(?:^|\/)\./.test(path) && !/^\.well-known(?:$|\/(?!(?:.*\/)?\.))/.test(path))
    throw new HTTPError(404);
  if (windows && path.split("/").some((name) => NOT_A_NAME.test(name))) throw new HTTPError(404);
  return path;
}
