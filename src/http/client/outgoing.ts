/** The head of a request as it goes out (RFC 9112 §3), and which fields a program may set itself. */
import { Buffer } from "node:buffer";
import { constants } from "node:zlib";
import { formatTimestamp } from "../message/date.ts";
import { fieldLine, isToken, requestLine } from "../message/field-text.ts";
import { HTTPHeaders } from "../message/headers.ts";
import { version } from "../../version.ts";
import { badRequest } from "./options.ts";
import type { ContentCoding } from "./options.ts";
import type { Payload } from "./payload.ts";
import type { Settings } from "./settings.ts";
import type { Target } from "./target.ts";

/** One message to be sent. */
export interface Outgoing {
  readonly method: string;
  readonly target: Target;
  readonly headers: HTTPHeaders;
  readonly payload: Payload | undefined;
  readonly settings: Settings;
  /** Value of Authorization, where the headers have none. */
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

/** Whether this runtime inflates zstd. */
const hasZstd = "ZSTD_c_compressionLevel" in constants;
const ALL_CODINGS: readonly ContentCoding[] = hasZstd ? ["gzip", "deflate", "br", "zstd"] : ["gzip", "deflate", "br"];

export function codingsOf({ decompressResponse }: Settings): readonly ContentCoding[] {
  if (decompressResponse === undefined || decompressResponse === true) return ALL_CODINGS;
  if (decompressResponse === false) return [];
  return decompressResponse.filter((coding) => ALL_CODINGS.includes(coding));
}

const WITH_CONTENT = new Set(["POST", "PUT", "PATCH"]);
const STANDARD = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** @throws UsageError on a method, or content, that cannot be meant. As in Tornado; `allowNonstandardMethods` allows it. */
export function checkMethod(method: string, payload: Payload | undefined, settings: Settings): void {
  if (!isToken(method)) throw badRequest(`${JSON.stringify(method)} is no method: it is a word such as GET`);
  if (method === "CONNECT") throw badRequest("CONNECT is for proxies: give the option proxy");
  if (settings.allowNonstandardMethods === true) return;
  if (!STANDARD.has(method))
    throw badRequest(`${method} is no standard method: set allowNonstandardMethods, or write it in capitals`);
  if (WITH_CONTENT.has(method) && payload === undefined)
    throw badRequest(`a ${method} needs a body; it may be "", or set allowNonstandardMethods`);
  if (!WITH_CONTENT.has(method) && payload !== undefined && method !== "DELETE" && method !== "OPTIONS")
    throw badRequest(`a ${method} has no body: take POST, or set allowNonstandardMethods`);
}

/** Fields that say where a message ends or how its connection goes on: the client's, never copied. */
const FRAMING = [
  "Transfer-Encoding",
  "Connection",
  "Keep-Alive",
  "Proxy-Connection",
  "Upgrade",
  "TE",
  "Trailer",
  "Expect",
  "Proxy-Authorization",
];

/**
 * Refuses fields of a program that would contradict what the client sends, or be meant for another.
 * @throws UsageError
 */
export function checkFields(headers: HTTPHeaders): void {
  for (const name of FRAMING) {
    if (!headers.has(name)) continue;
    const value = headers.get(name);
    if (name === "Connection" && value?.toLowerCase() === "close") continue;
    if (name === "TE" && value?.toLowerCase() === "trailers") continue;
    throw badRequest(`${name} cannot be set: ${HELP[name] ?? "it is the client's"}`);
  }
  if (headers.getList("Host").length > 1 || headers.getList("Content-Length").length > 1)
    throw badRequest("Host and Content-Length stand in a request once");
  const length = headers.get("Content-Length");
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) throw badRequest("Content-Length must be a whole number");
  const host = headers.get("Host");
  // RFC 9110 §7.2: Host = uri-host [ ":" port ]
  if (host !== undefined && !/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~%!$&'()*+,;=]*)(?::[0-9]*)?$/.test(host))
    throw badRequest(`${JSON.stringify(host)} is no value for Host`);
}
const HELP: { readonly [name: string]: string } = {
  Connection: "only close",
  "Transfer-Encoding": "content of unknown length is sent in chunks by itself",
  Expect: "set expect100Continue",
  "Proxy-Authorization": "set proxyUsername and proxyPassword, or credentials in the URL of the proxy",
  Upgrade: "use websocketConnect for WebSockets",
};

/** How the content is framed: its length, -1 for chunks, undefined for none. */
export function framingOf({ payload, headers }: Outgoing): number | undefined {
  if (payload === undefined) return undefined;
  const given = headers.get("Content-Length");
  if (payload.length !== undefined) {
    if (given !== undefined && Number(given) !== payload.length)
      throw badRequest(`Content-Length is ${given}, and the body has ${payload.length} bytes: leave the field out`);
    return payload.length;
  }
  return given === undefined ? -1 : Number(given);
}

/** @param absolute The request target is the whole URL: for a proxy (RFC 9112 §3.2.2). */
export function requestHead(
  outgoing: Outgoing,
  length: number | undefined,
  absolute: boolean,
  proxyAuthorization?: string,
): string {
  const { method, target, headers, payload, settings } = outgoing;
  const resource = absolute ? `http://${target.authority}${target.resource}` : target.resource;
  let text = requestLine(method, resource);
  // RFC 9112 §3.2: "A client MUST send a Host header field […] in all HTTP/1.1 request messages".
  if (!headers.has("Host")) text += `Host: ${target.authority}\r\n`;
  if (headers.size > 0) text += withoutLength(headers).toWire();
  if (!headers.has("User-Agent"))
    text += settings.userAgent === undefined ? AGENT : fieldLine("User-Agent", settings.userAgent);
  if (!headers.has("Accept-Encoding")) {
    const codings = codingsOf(settings);
    if (codings.length > 0) text += codings === ALL_CODINGS ? ACCEPT : `Accept-Encoding: ${codings.join(", ")}\r\n`;
  }
  if (!headers.has("Accept")) text += "Accept: */*\r\n";
  if (outgoing.authorization !== undefined && !headers.has("Authorization"))
    text += fieldLine("Authorization", outgoing.authorization);
  if (outgoing.cookie !== undefined && outgoing.cookie !== "") text += fieldLine("Cookie", outgoing.cookie);
  if (settings.ifModifiedSince !== undefined && !headers.has("If-Modified-Since")) {
    const { ifModifiedSince: since } = settings;
    text += `If-Modified-Since: ${formatTimestamp(since)}\r\n`;
  }
  if (payload !== undefined && !headers.has("Content-Type")) {
    // As in Tornado: a POST without a type is a form.
    const type = payload.type ?? (method === "POST" ? "application/x-www-form-urlencoded" : undefined);
    if (type !== undefined) text += fieldLine("Content-Type", type);
  }
  if (length !== undefined) text += length < 0 ? "Transfer-Encoding: chunked\r\n" : `Content-Length: ${length}\r\n`;
  if (settings.expect100Continue === true && length !== undefined && length !== 0) text += "Expect: 100-continue\r\n";
  if (proxyAuthorization !== undefined) text += fieldLine("Proxy-Authorization", proxyAuthorization);
  return `${text}\r\n`;
}

const AGENT = `User-Agent: landspout/${version}\r\n`;
const ACCEPT = `Accept-Encoding: ${ALL_CODINGS.join(", ")}\r\n`;

function withoutLength(headers: HTTPHeaders): HTTPHeaders {
  if (!headers.has("Content-Length")) return headers;
  const others = new HTTPHeaders(headers);
  others.delete("Content-Length");
  return others;
}

/** RFC 7617: `user:password`, as UTF-8. */
export const basicCredentials = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username.normalize("NFC")}:${password.normalize("NFC")}`).toString("base64")}`;
