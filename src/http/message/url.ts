/** URLs and authorities as Tornado's `httputil` takes them apart and puts them together. */
import { Buffer } from "node:buffer";
import { FORM, percentDecoded, percentEncode } from "../../escape/percent.ts";
import { UsageError } from "../../errors.ts";

type URLValue = string | number | boolean | Uint8Array;

/** Arguments to add to a URL: pairs, or an object whose arrays give an argument several times. Bytes need not be UTF-8. */
export type URLArguments =
  | Iterable<readonly [string, URLValue]>
  | { readonly [name: string]: URLValue | readonly URLValue[] | undefined };

/**
 * A URL with further query arguments, behind those it has and in front of its fragment. Those it has are spelt anew, as in Tornado:
 * `?x` becomes `?x=`. An argument that is undefined is left out; without arguments the URL stays as it is.
 *
 * @example
 * urlConcat("http://example.com/foo?a=b", { c: "d" })   // "http://example.com/foo?a=b&c=d"
 */
export function urlConcat(url: string, args: URLArguments | undefined): string {
  if (args === undefined) return url;
  const hash = url.indexOf("#");
  const fragment = hash < 0 ? "" : url.slice(hash);
  const rest = hash < 0 ? url : url.slice(0, hash);
  const mark = rest.indexOf("?");
  const pairs = mark < 0 ? [] : spelledAnew(rest.slice(mark + 1));
  for (const [name, value] of pairsOf(args)) pairs.push(`${formEncoded(name)}=${formEncoded(value)}`);
  const query = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  return (mark < 0 ? rest : rest.slice(0, mark)) + query + fragment;
}

function* pairsOf(args: URLArguments): Iterable<readonly [string, URLValue]> {
  if (typeof args !== "object" || args === null)
    throw new UsageError(
      "ERR_LANDSPOUT_URL_ARGUMENTS",
      `arguments of a URL are pairs or an object, not ${String(args)}`,
    );
  if (Symbol.iterator in args) {
    yield* args as Iterable<readonly [string, URLValue]>;
    return;
  }
  for (const [name, value] of Object.entries(args)) {
    for (const one of Array.isArray(value) ? (value as readonly URLValue[]) : [value as URLValue | undefined])
      if (one !== undefined) yield [name, one];
  }
}

/** The pairs of a query, in the one spelling. Byte by byte, since what they say need not be UTF-8. */
function spelledAnew(query: string): string[] {
  const pairs: string[] = [];
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    pairs.push(`${formEncoded(formDecoded(name))}=${formEncoded(formDecoded(value))}`);
  }
  return pairs;
}

const formDecoded = (text: string): Buffer => percentDecoded(Buffer.from(text), true);

// RFC 3986 §2: what is neither reserved nor unreserved nor "%". A backslash is among it, which browsers read as a slash.
// Looser than the RFC: ^ ` { | } stay as they are, as they do in a query that a browser sends.
const NOT_IN_URI = /[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d-\x7e]+/g;

/** Text as a URI reference: what one cannot hold is percent-encoded as UTF-8. What is encoded already stays. */
export const toURIReference = (text: string): string =>
  text.replace(NOT_IN_URI, (run) => percentEncode(Buffer.from(run)));

/** A request target, one character a byte as it was received, as a URI reference. */
export const targetReference = (target: string): string =>
  target.replace(NOT_IN_URI, (run) => percentEncode(Buffer.from(run, "latin1")));

/**
 * Whether a path, as a reference, leads to another host: RFC 3986 §4.2 reads what follows two slashes as a host, and browsers take a
 * backslash for a slash.
 */
export const namesHost = (path: string): boolean => /^[/\\]{2}/.test(path);

const formEncoded = (value: URLValue): string =>
  percentEncode(value instanceof Uint8Array ? value : Buffer.from(String(value)), FORM);

/** Values by name as pairs, in order: what `request.arguments` holds, for `urlConcat`. */
export function qsToQsl<T>(values: { readonly [name: string]: readonly T[] }): [string, T][] {
  return Object.entries(values).flatMap(([name, list]) => list.map((value): [string, T] => [name, value]));
}

/**
 * Host and port of an authority; the port is undefined where there is none. RFC 3986 §3.2: authority = [ userinfo "@" ] host
 * [ ":" port ]. An IPv6 address without brackets is all host, and so is what has a port no socket can have.
 */
export function splitHostAndPort(authority: string): [host: string, port: number | undefined] {
  const match = /^(\[[^\]]*\]|[^:]+):([0-9]{1,5})$/.exec(authority);
  const [, host, port] = match ?? [];
  return host === undefined || Number(port) > 65_535 ? [authority, undefined] : [host, Number(port)];
}

/**
 * `user:password` in UTF-8 and normal form C, for the Basic scheme.
 * @throws UsageError on a colon in the user's name. RFC 7617 §2: "a user-id containing a colon character is invalid, as the first
 * colon in a user-pass string separates user-id and password from one another".
 */
export function encodeUsernamePassword(username: string, password: string): Uint8Array {
  if (username.includes(":")) throw new UsageError("ERR_LANDSPOUT_USERNAME", "a user name cannot hold a colon");
  return new TextEncoder().encode(`${username.normalize("NFC")}:${password.normalize("NFC")}`);
}
