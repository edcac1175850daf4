/** Where a `next` argument may lead: to a place of this blog, never to another site, however it is spelled. */

/** Nobody lives there. */
const HERE = "http://blog.invalid";
/** Characters. */
const LONGEST = 2000;

/** Path, query and fragment as a browser would read them; undefined for everything that leads away or nowhere. */
export function safePath(next: string): string | undefined {
  if (!next.startsWith("/") || next.length > LONGEST) return undefined;
  let url: URL;
  try {
    url = new URL(next, HERE);
  } catch {
    return undefined;
  }
  const path = `${url.pathname}${url.search}${url.hash}`;
  // `//host` and `/\host` are other sites; so is what `/.//host` becomes when its dot is gone.
  return url.origin !== HERE || path.startsWith("//") ? undefined : path;
}
