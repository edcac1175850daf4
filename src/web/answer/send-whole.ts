/**
 * Sends an answer that is complete before anything of it has left: length, entity tag, 304, in one piece. The usual answer
 * (200, no header set) is put together from text that is kept; an unchanged one costs no hash.
 */
import { Buffer } from "node:buffer";
import type { BytesPolicy } from "../../net/bytes-policy.ts";
import { ASCII, LATIN1, UTF8 } from "../../net/stream-output.ts";
import type { TextKind } from "../../net/stream-output.ts";
import { H_IF_NONE_MATCH, M_GET, M_HEAD } from "../../parser/abi.ts";
import { fieldLine, statusLine } from "../../http/message/field-text.ts";
import type { HTTP1Exchange } from "../../http/http1/http1exchange.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import { httpDate, httpDateGeneration } from "../../http/message/date.ts";
import { hasNoContent, reasonPhrase } from "../../http/message/status.ts";
import { matchesTag, ownTag } from "./etag.ts";
import { headText, HTML, okHeadText } from "./head-text.ts";
import type { HandlerState } from "../handler/state.ts";

/** The last text a route answered with, its length and tag, and the whole answer while it repeats itself. */
export interface ResponseMemo {
  text: string;
  kind: TextKind;
  contentType: string;
  tagged: boolean;
  tag: string;
  /** `Content-Length` and `Etag` lines. */
  fields: string;
  /** The whole answer, as one flat string, and the date it carries. */
  whole: string;
  generation: number;
}

export const newMemo = (): ResponseMemo => ({
  text: "",
  kind: ASCII,
  contentType: "",
  tagged: false,
  tag: "",
  fields: "",
  whole: "",
  generation: -1,
});

/** Longer text is not compared with the last: it would be kept in memory, and hashing it is not what costs. */
const MEMO_LIMIT = 1024;

/** @param plainTag The tag is that of the content alone: `computeEtag` is not overridden. Only then an answer may be sent again. */
export function sendWhole(
  state: HandlerState,
  content: string | Uint8Array,
  policy: BytesPolicy,
  plainTag: boolean,
): void {
  const { request, application, status, reason, contentType, fields: headers } = state;
  const { connection } = request;
  const method = request.methodId;
  const safe = method === M_GET || method === M_HEAD;
  const tagged = safe && status === 200 && application.etags && headers?.has("Etag") !== true;
  const memo = (plainTag ? state.target?.memo : undefined) ?? newMemo();
  const conditional = request.knows(H_IF_NONE_MATCH);
  if (content === memo.text && content !== "" && tagged === memo.tagged) {
    const usual = headers === undefined && status === 200 && reason === "" && contentType === memo.contentType;
    if (usual && !conditional && connection.repeats) {
      if (memo.generation !== httpDateGeneration()) renewWhole(memo);
      connection.repeat(memo.whole, memo.kind);
      return;
    }
  } else describe(memo, state, content, tagged);
  if (conditional && safe && status === 200) {
    const tag = tagged ? memo.tag : (headers?.get("Etag") ?? "");
    if (tag !== "" && matchesTag(request.headers.get("If-None-Match") ?? "", tag)) {
      sendNotModified(state, tag);
      return;
    }
  }
  if (headers === undefined) {
    const type = status === 204 || status === 304 ? "" : contentType;
    const head =
      status === 200 && reason === "" ? okHeadText(type) : headText(status, reason || reasonPhrase(status), type);
    // A reason, and a tag of one's own, may be latin1.
    const kind = reason === "" && plainTag ? ASCII : LATIN1;
    connection.respond(hasNoContent(status) ? head : head + memo.fields, kind, content, memo.kind, policy);
    return;
  }
  if (hasNoContent(status)) for (const name of CONTENT_FIELDS) headers.delete(name);
  headers.delete("Content-Length");
  const own = takeConnection(headers);
  let text = statusLine(status, reason || reasonPhrase(status)) + headers.toWire();
  if (!headers.has("Date")) text += fieldLine("Date", httpDate());
  if (!hasNoContent(status)) text += memo.fields;
  connection.respond(text, LATIN1, content, memo.kind, policy, own);
}

/** What the program says of the connection, taken out of the fields: with framing, it is the connection that says it. */
function takeConnection(headers: HTTPHeaders): string | undefined {
  headers.delete("Transfer-Encoding");
  const own = headers.get("Connection");
  if (own !== undefined) headers.delete("Connection");
  return own;
}

/** RFC 9110 §8.6, §15.3.5, §15.4.5: fields that describe content go with it. */
const CONTENT_FIELDS = ["Content-Encoding", "Content-Language", "Content-Type"];

function describe(
  memo: ResponseMemo,
  { handler, contentType }: HandlerState,
  content: string | Uint8Array,
  tagged: boolean,
): void {
  const text = typeof content === "string";
  const length = text ? Buffer.byteLength(content) : content.length;
  // First, because it may throw: what is kept must stay whole.
  memo.text = "";
  memo.tag = tagged ? (ownTag(handler, content) ?? "") : "";
  memo.kind = text && length !== content.length ? UTF8 : ASCII;
  memo.tagged = tagged;
  memo.fields = `Content-Length: ${length}\r\n${memo.tag === "" ? "" : fieldLine("Etag", memo.tag)}`;
  memo.contentType = contentType;
  memo.generation = -1;
  memo.text = text && length <= MEMO_LIMIT ? content : "";
}

/** Through a Buffer, because joined strings are copied together at every use and this one is used again. */
function renewWhole(memo: ResponseMemo): void {
  memo.generation = httpDateGeneration();
  const head = okHeadText(memo.contentType);
  memo.whole = Buffer.from(`${head}${memo.fields}\r\n${memo.text}`).toString();
}

/** RFC 9110 §15.4.5: the fields a 200 would have had that a cache needs, and no content. */
function sendNotModified({ handler, request, fields: headers }: HandlerState, tag: string): void {
  handler.setStatus(304);
  if (headers === undefined) {
    request.connection.respond(headText(304, reasonPhrase(304), "") + fieldLine("Etag", tag), LATIN1, "", ASCII);
    return;
  }
  toNotModified(headers);
  headers.set("Etag", tag);
  if (!headers.has("Date")) headers.set("Date", httpDate());
  const own = takeConnection(headers);
  const text = statusLine(304, reasonPhrase(304)) + headers.toWire();
  request.connection.respond(text, LATIN1, "", ASCII, "keep", own);
}

/** Drops the fields that describe content. */
export function toNotModified(headers: HTTPHeaders): void {
  for (const name of CONTENT_FIELDS) headers.delete(name);
  headers.delete("Content-Length");
}

/**
 * The same decisions for an answer that goes through output transforms: sets the tag of a whole answer, if it is to have one,
 * and says whether the client already has what it names.
 */
export function tagOfWhole(state: HandlerState, headers: HTTPHeaders, content: string | Uint8Array): boolean {
  const { request } = state;
  const method = request.methodId;
  if (state.status !== 200 || (method !== M_GET && method !== M_HEAD)) return false;
  if (state.application.etags && !headers.has("Etag")) {
    const tag = ownTag(state.handler, content);
    if (tag !== undefined) headers.set("Etag", tag);
  }
  const tag = headers.get("Etag");
  return (
    tag !== undefined && request.knows(H_IF_NONE_MATCH) && matchesTag(request.headers.get("If-None-Match") ?? "", tag)
  );
}

/** What a client gets where the error page has failed, too. */
const PLAIN_PAGE = "<html><title>500: Internal Server Error</title><body>500: Internal Server Error</body></html>";

/** Answers with 500 and nothing of the program's. Does not throw. */
export function sendPlainPage(connection: HTTP1Exchange): void {
  try {
    const head = headText(500, reasonPhrase(500), HTML);
    connection.respond(head + fieldLine("Content-Length", String(PLAIN_PAGE.length)), ASCII, PLAIN_PAGE, ASCII);
  } catch {
    connection.destroy();
  }
}
