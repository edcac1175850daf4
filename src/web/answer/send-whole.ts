/**
 * Sends a response that is complete before anything of it has left: length, entity tag, 304, in one piece. The same content again costs
 * no hash, and where the program has set no fields the exchange may send what it sent before.
 */
import { Buffer } from "node:buffer";
import type { BytesPolicy } from "../../net/bytes-policy.ts";
import { ASCII, UTF8 } from "../../net/stream-output.ts";
import { H_IF_NONE_MATCH, M_GET, M_HEAD } from "../../parser/abi.ts";
import type { Exchange } from "../../http/interfaces.ts";
import { HTML } from "../../http/message/default-fields.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import { hasNoContent } from "../../http/message/status.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { newMemo } from "../../http/response-memo.ts";
import type { ResponseMemo } from "../../http/response-memo.ts";
import { contentTag, hashParser, matchesTag, ownTag } from "./etag.ts";
import type { Tagging } from "./etag.ts";

/** Longer text is not compared with the last: it would be kept in memory, and hashing it is not what costs. */
const MEMO_LIMIT = 1024;

/** A response of which nothing has left, as this room sees it; a `HandlerState` is one. */
export interface WholeResponse {
  readonly request: HTTPServerRequest;
  readonly application: { readonly etags: boolean };
  readonly status: number;
  /** Reason phrase of the program's own, or "". */
  readonly reason: string;
  /** Content type while `fields` is undefined. */
  readonly contentType: string;
  readonly fields: HTTPHeaders | undefined;
  readonly target: { readonly memo: ResponseMemo } | undefined;
  readonly handler: Tagging & { setStatus(code: number): void };
}

/** @param plainTag The tag is that of the content alone: `computeEtag` is not overridden. Only then an answer may be sent again. */
export function sendWhole(
  response: WholeResponse,
  content: string | Uint8Array,
  policy: BytesPolicy,
  plainTag: boolean,
): void {
  const { request, application, status, reason, contentType, fields: headers } = response;
  const { connection } = request;
  const method = request.methodId;
  const safe = method === M_GET || method === M_HEAD;
  const tagged = safe && status === 200 && application.etags && headers?.has("Etag") !== true;
  const memo = (plainTag ? response.target?.memo : undefined) ?? newMemo();
  const conditional = request.knows(H_IF_NONE_MATCH);
  if (content === memo.text && content !== "" && tagged === memo.tagged) {
    const usual = headers === undefined && status === 200 && reason === "" && contentType === memo.contentType;
    if (usual && !conditional && connection.repeat(memo)) return;
  } else describe(memo, response, content, tagged, plainTag);
  if (conditional && safe && status === 200) {
    const tag = tagged ? memo.tag : (headers?.get("Etag") ?? "");
    if (tag !== "" && matchesTag(request.headers.get("If-None-Match") ?? "", tag)) {
      sendNotModified(response, tag, memo);
      return;
    }
  }
  if (headers === undefined) {
    if (memo.contentType !== contentType) {
      memo.contentType = contentType;
      memo.generation = -1;
    }
  } else {
    if (hasNoContent(status)) for (const name of CONTENT_FIELDS) headers.delete(name);
    headers.delete("Content-Length");
  }
  connection.respond(status, reason, headers, memo, content, policy);
}

/** RFC 9110 §8.6, §15.3.5, §15.4.5: fields that describe content go with it. */
const CONTENT_FIELDS = ["Content-Encoding", "Content-Language", "Content-Type"];

function describe(
  memo: ResponseMemo,
  { handler, contentType }: WholeResponse,
  content: string | Uint8Array,
  tagged: boolean,
  plainTag: boolean,
): void {
  const text = typeof content === "string";
  const length = text ? Buffer.byteLength(content) : content.length;
  // First, because it may throw: what is kept must stay whole.
  memo.text = "";
  if (!tagged) memo.tag = "";
  else memo.tag = plainTag ? contentTag(hashParser(), content) : (ownTag(handler, content) ?? "");
  memo.kind = text && length !== content.length ? UTF8 : ASCII;
  memo.tagged = tagged;
  memo.plainTag = plainTag;
  memo.length = length;
  memo.lines = "";
  memo.contentType = contentType;
  memo.generation = -1;
  memo.text = text && length <= MEMO_LIMIT ? content : "";
}

/** RFC 9110 §15.4.5: the fields a 200 would have had that a cache needs, and no content. */
function sendNotModified({ handler, request, fields: headers }: WholeResponse, tag: string, memo: ResponseMemo): void {
  handler.setStatus(304);
  if (headers !== undefined) {
    toNotModified(headers);
    headers.set("Etag", tag);
  }
  request.connection.respond(304, "", headers, memo, "", "keep");
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
export function tagOfWhole(response: WholeResponse, headers: HTTPHeaders, content: string | Uint8Array): boolean {
  const { request } = response;
  const method = request.methodId;
  if (response.status !== 200 || (method !== M_GET && method !== M_HEAD)) return false;
  if (response.application.etags && !headers.has("Etag")) {
    const tag = ownTag(response.handler, content);
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
export function sendPlainPage(connection: Exchange): void {
  try {
    const memo = newMemo();
    memo.contentType = HTML;
    memo.length = PLAIN_PAGE.length;
    connection.respond(500, "", undefined, memo, PLAIN_PAGE, "keep");
  } catch {
    connection.destroy();
  }
}
