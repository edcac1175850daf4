/**
 * The Cookie field, read as browsers and Tornado's `parse_cookie` do: split at every `;`, the last of a name wins, quoted values
 * are unquoted. Nothing in it is an error: a client's broken cookie must not lock it out.
 */

/** Values by name; no prototype, so every name is safe. Bytes above 0x7F are latin1 characters, as in every field. */
export function parseCookie(header: string): { [name: string]: string } {
  const cookies = Object.create(null) as { [name: string]: string };
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon < 0 ? header.length : semicolon;
    const chunk = header.slice(start, end);
    const equals = chunk.indexOf("=");
    // Without `=` it is all value, as browsers have it.
    const name = equals < 0 ? "" : trimBlanks(chunk.slice(0, equals));
    const value = trimBlanks(chunk.slice(equals + 1));
    if (name !== "" || value !== "") cookies[name] = unquote(value);
    start = end + 1;
  }
  return cookies;
}

/** Spaces and tabs only: `trim` would also take a latin1 0xA0, which may be the last byte of a UTF-8 character. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** `"a\073b"` is `a;b`: backslash with three octal digits up to 377, or with any character. One pass, however many there are. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  const inner = value.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  return inner.replace(/\\(?:([0-3][0-7]{2})|(.))/gs, (_match, octal: string | undefined, other: string) =>
    octal === undefined ? other : String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
