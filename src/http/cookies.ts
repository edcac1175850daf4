/**
 * The Cookie field, read as browsers and Tornado's `parse_cookie` do: split at every `;`, the last of a name wins, quoted values
 * are unquoted. Nothing in it is an error: a client's broken cookie must not lock it out.
 */

/** Values by name; no prototype, so every name is safe. */
export function parseCookies(header: string): { [name: string]: string } {
  const cookies = Object.create(null) as { [name: string]: string };
  for (const chunk of header.split(";")) {
    const equals = chunk.indexOf("=");
    const name = equals < 0 ? "" : chunk.slice(0, equals).trim();
    const value = (equals < 0 ? chunk : chunk.slice(equals + 1)).trim();
    if (name !== "" || value !== "") cookies[name] = unquote(value);
  }
  return cookies;
}

/** `"a\073b"` is `a;b`: backslash with three octal digits up to 377, or with any character. One pass, however many there are. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(?:([0-3][0-7]{2})|(.))/gs, (_match, octal: string | undefined, other: string) =>
    octal === undefined ? other : String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
