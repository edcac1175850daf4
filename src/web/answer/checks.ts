/** What a whole answer must be before it is sent: status, content and a length of the program's own that go together. */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import { checkLength } from "../../http/message/content-length.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import { forbidsContent, hasNoContent } from "../../http/message/status.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { H_IF_NONE_MATCH, M_HEAD } from "../../parser/abi.ts";
import { matchesTag } from "./etag.ts";

type Content = string | Uint8Array;

/**
 * @param headers The fields, where any have been set.
 * @throws UsageError on a status that is none of a complete answer, or cannot have content; LocalProtocolError on a Content-Length that
 * is not that of the content, as a streamed answer does.
 */
export function checkWhole(status: number, method: number, headers: HTTPHeaders | undefined, content: Content): void {
  // RFC 9110 §15.2: a 1xx response is "prior to completing the requested action and sending a final response".
  if (status < 200)
    throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `${status} cannot be the status of a complete answer`);
  if (forbidsContent(status) && content.length > 0)
    throw new UsageError("ERR_LANDSPOUT_NO_CONTENT", `a ${status} answer cannot have content`);
  const said = headers?.get("Content-Length");
  if (said === undefined || hasNoContent(status) || (method === M_HEAD && content.length === 0)) return;
  checkLength(said, typeof content === "string" ? Buffer.byteLength(content) : content.length);
}

/**
 * The status of an answer that is begun, and goes on later.
 * @throws UsageError on an interim status, after which the answer could not go on. 101 is for those who take the stream over.
 */
export function checkBegun(status: number): void {
  if (status < 200 && status !== 101)
    throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `${status} cannot be the status of an answer: use 200 to 999`);
}

/**
 * Whether an answer to HEAD is empty because the program does without content: then only the program knows the length that GET has.
 *
 * RFC 9110 §8.6: "A server MUST NOT send a Content-Length header field in such a response unless its field value equals the decimal number
 * of octets that would have been sent in the content of a response if the same request had used the GET method."
 *
 * @param headsItself The class defines `head`.
 */
export function isHeadAlone(
  status: number,
  method: number,
  headers: HTTPHeaders | undefined,
  content: Content,
  headsItself: boolean,
): boolean {
  if (method !== M_HEAD || content.length > 0 || forbidsContent(status)) return false;
  return headsItself || headers?.has("Content-Length") === true;
}

/** Whether a request has the content of that tag already, by its `If-None-Match`. */
export const namesTag = (request: HTTPServerRequest, tag: string | undefined): boolean =>
  tag !== undefined && request.knows(H_IF_NONE_MATCH) && matchesTag(request.headers.get("If-None-Match") ?? "", tag);
