/** URLs and authorities as Tornado's `httputil` takes them apart and puts them together. */

/** Arguments to add to a URL: pairs, or an object whose arrays give an argument several times. */
export type URLArguments =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | number | boolean | readonly (string | number | boolean)[] };

/**
 * A URL with further query arguments, behind those it has and in front of its fragment.
 *
 * @example
 * urlConcat("http://example.com/foo?a=b", { c: "d" })   // "http://example.com/foo?a=b&c=d"
 */
export function urlConcat(url: string, args: URLArguments | undefined): string {
  const hash = url.indexOf("#");
  const fragment = hash < 0 ? "" : url.slice(hash);
  const rest = hash < 0 ? url : url.slice(0, hash);
  const mark = rest.indexOf("?");
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const pairs = new URLSearchParams(mark < 0 ? "" : rest.slice(mark + 1));
  for (const [name, value] of pairsOf(args)) pairs.append(name, value);
  const query = pairs.toString();
  // A URL that gets nothing added keeps its spelling.
  if (args === undefined || query === "") return url;
  return `${path}?${query}${fragment}`;
}

function* pairsOf(args: URLArguments | undefined): Iterable<readonly [string, string]> {
  if (args === undefined) return;
  if (Symbol.iterator in args) {
    yield* args as Iterable<readonly [string, string]>;
    return;
  }
  for (const [name, value] of Object.entries(args)) {
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) yield [name, String(one)];
  }
}

/** Values by name as pairs, in order: what `request.arguments` holds, for `urlConcat`. */
export function qsToQsl(values: { readonly [name: string]: readonly (string | Uint8Array)[] }): [string, string][] {
  return Object.entries(values).flatMap(([name, list]) =>
    list.map((value): [string, string] => [name, typeof value === "string" ? value : new TextDecoder().decode(value)]),
  );
}

/**
 * Host and port of an authority; the port is undefined where there is none. RFC 3986 §3.2: authority = [ userinfo "@" ] host
 * [ ":" port ]. An IPv6 address without brackets is all host.
 */
export function splitHostAndPort(authority: string): [host: string, port: number | undefined] {
  const match = /^(\[[^\]]*\]|[^:]*):([0-9]{1,5})$/.exec(authority);
  return match === null || match[1] === undefined ? [authority, undefined] : [match[1], Number(match[2])];
}

/** `user:password` in UTF-8 and normal form C, for the Basic scheme (RFC 7617 §2.1). */
export function encodeUsernamePassword(username: string, password: string): Uint8Array {
  return new TextEncoder().encode(`${username.normalize("NFC")}:${password.normalize("NFC")}`);
}
