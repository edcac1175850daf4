/** When the page of a single-page application answers for a path at which there is no file, and from where it comes. */
import { sep } from "node:path";
import { parsePreferences } from "../../http/message/accept.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { HTTPError } from "../handler/http-error.ts";
import { joinPath } from "./paths.ts";
import { DIRECTORY } from "./stored-files.ts";
import type { StoredFile, StoredFiles } from "./stored-files.ts";

/** A dot that begins a name, one in the last name (an extension), and what no path of a file has. */
const NO_PAGE = sep === "/" ? /(?:^|\/)\.|\.[^/]*$|[\\\0]/ : /(?:^|[\\/])\.|\.[^\\/]*$|\0/;

/**
 * Whether a client asks for a page: its `Accept` names HTML, as a browser's does when it opens an address. Scripts, style sheets, images and
 * `fetch()` take anything, and are better told that there is nothing.
 */
const asksForPage = (accept: string): boolean =>
  parsePreferences(accept).some(
    ({ name, weight }) => weight > 0 && (name === "text/html" || name === "application/xhtml+xml"),
  );

/**
 * The page, found and checked as any file of the folder, where looking for the file at `path` ended with `error`: a 404 for a path whose
 * last name has no extension, and none is hidden. The top of the folder is a page for every client.
 * @throws `error` where the page is not for this request.
 */
export async function findPage(
  files: StoredFiles,
  root: string,
  path: string,
  request: HTTPServerRequest,
  error: unknown,
): Promise<StoredFile> {
  const { page } = files.options;
  if (page === undefined || !(error instanceof HTTPError) || error.status !== 404 || NO_PAGE.test(path)) throw error;
  // A cache must not give a browser this answer.
  if (path !== "" && !asksForPage(request.headers.get("Accept") ?? ""))
    throw new HTTPError(404, { headers: { Vary: "Accept" } });
  const found = await files.find(joinPath(root, page));
  if (found === DIRECTORY) throw error;
  return found;
}
