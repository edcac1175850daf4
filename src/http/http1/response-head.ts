/**
 * The head of a whole response as text, Connection excepted: that is the exchange's. The part that most responses have in common (status
 * line, `Server`, `Content-Type`, `Date`) is kept, and made again when the date changes.
 */
import { Buffer } from "node:buffer";
import { httpDate, httpDateGeneration } from "../message/date.ts";
import { HTML, JSON_TYPE, SERVER } from "../message/default-fields.ts";
import { fieldLine, statusLine } from "../message/field-text.ts";
import type { HTTPHeaders } from "../message/headers.ts";
import { hasNoContent, reasonPhrase } from "../message/status.ts";
import type { ResponseMemo } from "../response-memo.ts";

let generation = -1;
let html = "";
let json = "";

/** Head fields of a 200 without further headers, for one of the two usual content types. */
function okHead(contentType: string): string {
  if (generation !== httpDateGeneration() || html === "") renew();
  if (contentType === HTML) return html;
  if (contentType === JSON_TYPE) return json;
  return headText(200, reasonPhrase(200), contentType);
}

/** Head fields of any status without further headers. An empty content type is left out. */
function headText(code: number, reason: string, contentType: string): string {
  const type = contentType === "" ? "" : fieldLine("Content-Type", contentType);
  return `${statusLine(code, reason)}Server: ${SERVER}\r\n${type}Date: ${httpDate()}\r\n`;
}

function renew(): void {
  generation = httpDateGeneration();
  html = headText(200, reasonPhrase(200), HTML);
  json = headText(200, reasonPhrase(200), JSON_TYPE);
}

/** `Content-Length` and `Etag`. */
function contentLines(memo: ResponseMemo): string {
  if (memo.lines !== "") return memo.lines;
  const length = memo.length < 0 ? "" : `Content-Length: ${memo.length}\r\n`;
  return (memo.lines = length + (memo.tag === "" ? "" : tagLine(memo)));
}

/** Whoever describes a content has checked the tag, or made it. */
const tagLine = ({ tag }: ResponseMemo): string => `Etag: ${tag}\r\n`;

/** Status lines with the standard reason, by code, once they have been checked. */
const usualLines: string[] = [];

const firstLine = (status: number, reason: string): string =>
  reason === "" ? (usualLines[status] ??= statusLine(status, reasonPhrase(status))) : statusLine(status, reason);

/** The head of a response whose program has set no fields. */
export function usualHead(status: number, reason: string, memo: ResponseMemo): string {
  if (status === 200 && reason === "") return okHead(memo.contentType) + contentLines(memo);
  const phrase = reason || reasonPhrase(status);
  if (!hasNoContent(status)) return headText(status, phrase, memo.contentType) + contentLines(memo);
  // RFC 9110 §15.4.5: a 304 has the tag that the 200 would have had.
  const tag = status === 304 && memo.tag !== "" ? tagLine(memo) : "";
  return headText(status, phrase, "") + tag;
}

/** The head of a response with fields of the program's own. */
export function ownHead(status: number, reason: string, headers: HTTPHeaders, memo: ResponseMemo): string {
  const text = firstLine(status, reason) + headers.toWire();
  const date = headers.has("Date") ? "" : `Date: ${httpDate()}\r\n`;
  return text + date + (hasNoContent(status) ? "" : contentLines(memo));
}

/** What the program says of the connection, taken out of the fields. A transfer coding of its own is dropped (RFC 9112 §6.2). */
export function takeConnection(headers: HTTPHeaders): string | undefined {
  headers.delete("Transfer-Encoding");
  const own = headers.get("Connection");
  if (own !== undefined) headers.delete("Connection");
  return own;
}

/** Makes the text of a whole response. Through a Buffer: joined strings would be copied together at every use, and this one is used again. */
export function renewWhole(memo: ResponseMemo): void {
  memo.generation = httpDateGeneration();
  memo.whole = Buffer.from(`${okHead(memo.contentType)}${contentLines(memo)}\r\n${memo.text}`).toString();
}
