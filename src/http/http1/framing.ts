/**
 * Which content follows the head of a request, and of a response: the decision request smuggling and response splitting live from, taken
 * once, here, from the facts the parser reports, for whichever side reads.
 */
import {
  F_CL_INVALID,
  F_CL_PRESENT,
  F_CL_REPEATED,
  F_EXPECT_OTHER,
  F_HOST_INVALID,
  F_HOST_PRESENT,
  F_HOST_REPEATED,
  F_TE_CHUNKED_LAST,
  F_TE_CHUNKED_MISPLACED,
  F_TE_INVALID,
  F_TE_OTHER,
  F_TE_PRESENT,
} from "../../parser/abi.ts";

/** No content. */
export const NO_CONTENT = 0;
/** Content-Length bytes. */
export const LENGTH = 1;
/** Chunks. */
export const CHUNKED = 2;
/** Of a response: all that comes until the connection ends. */
export const UNTIL_CLOSE = 3;
/** Of a response: what follows is not HTTP any more. */
export const OTHER_PROTOCOL = 4;

/** Why a request head is refused although its syntax is right; answered with `status`. */
export interface ProtocolViolation {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

const refusal = (code: string, message: string, status = 400): ProtocolViolation => ({
  code: `ERR_LANDSPOUT_${code}`,
  status,
  message,
});

export const REFUSALS: { readonly [name: string]: ProtocolViolation } = {
  bothFramings: refusal("FRAMING_AMBIGUOUS", "Content-Length and Transfer-Encoding are both present."),
  oldTransferEncoding: refusal("TRANSFER_ENCODING_IN_HTTP10", "An HTTP/1.0 request may not have Transfer-Encoding."),
  transferEncoding: refusal(
    "TRANSFER_ENCODING",
    "Transfer-Encoding is malformed, or chunked is not its last and only chunked coding.",
  ),
  unknownCoding: refusal("TRANSFER_CODING_UNKNOWN", "The only transfer coding understood is chunked.", 501),
  contentLength: refusal("CONTENT_LENGTH", "Content-Length is not one decimal number."),
  hostMissing: refusal("HOST_MISSING", "An HTTP/1.1 request needs a Host field."),
  hostRepeated: refusal("HOST_REPEATED", "There is more than one Host field."),
  hostInvalid: refusal("HOST_INVALID", "Host is not a host name or address with an optional port."),
  expectation: refusal("EXPECTATION", "The only expectation that can be met is 100-continue.", 417),
  connect: refusal("CONNECT", "This is not a proxy: CONNECT is not offered.", 501),
};

const BAD_RESPONSES: { readonly [name: string]: ProtocolViolation } = {
  bothFramings: refusal("FRAMING_AMBIGUOUS", "The response has both Content-Length and Transfer-Encoding.", 502),
  oldTransferEncoding: refusal(
    "TRANSFER_ENCODING_IN_HTTP10",
    "An HTTP/1.0 response may not have Transfer-Encoding.",
    502,
  ),
  transferEncoding: refusal(
    "TRANSFER_ENCODING",
    "Transfer-Encoding of the response is malformed, or chunked is not its last and only chunked coding.",
    502,
  ),
  unknownCoding: refusal("TRANSFER_CODING_UNKNOWN", "The only transfer coding understood is chunked.", 502),
  contentLength: refusal("CONTENT_LENGTH", "Content-Length of the response is not one decimal number.", 502),
};

/**
 * The framing of a request, or why it is refused. The steps are those of RFC 9112 §6.3; 1 and 2 are about responses.
 */
export function requestFraming(flags: number, minor: number): number | ProtocolViolation {
  // Most requests have none of it.
  if ((flags & (F_CL_PRESENT | F_TE_PRESENT)) === 0) return NO_CONTENT;
  if ((flags & F_TE_PRESENT) !== 0) {
    // 3. "If a message is received with both a Transfer-Encoding and a Content-Length header field, the
    //    Transfer-Encoding overrides" … "ought to be handled as an error".
    // Stricter than the RFC: always refused, never overridden; whoever sends both may mean to smuggle.
    if ((flags & F_CL_PRESENT) !== 0) return REFUSALS["bothFramings"] as ProtocolViolation;
    // §6.1: "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST treat
    //    the message as if the framing is faulty".
    if (minor === 0) return REFUSALS["oldTransferEncoding"] as ProtocolViolation;
    // 4. "If a Transfer-Encoding header field is present in a request and the chunked transfer coding is not the final
    //    encoding, the message body length cannot be determined reliably; the server MUST respond with the 400".
    if ((flags & (F_TE_INVALID | F_TE_CHUNKED_MISPLACED)) !== 0)
      return REFUSALS["transferEncoding"] as ProtocolViolation;
    // §6.1: "A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501".
    if ((flags & F_TE_OTHER) !== 0) return REFUSALS["unknownCoding"] as ProtocolViolation;
    if ((flags & F_TE_CHUNKED_LAST) === 0) return REFUSALS["transferEncoding"] as ProtocolViolation;
    return CHUNKED;
  }
  // 5. "If a message is received without Transfer-Encoding and with an invalid Content-Length header field, then the
  //    message framing is invalid". Stricter than the RFC: equal repeated values are refused too.
  if ((flags & (F_CL_INVALID | F_CL_REPEATED)) !== 0) return REFUSALS["contentLength"] as ProtocolViolation;
  // 6. Content-Length alone. (7., no framing field at all, is the first line of this function.)
  return LENGTH;
}

/**
 * The framing of a response to a request of that method, or why it cannot be trusted. The steps are those of RFC 9112 §6.3; 7 is about
 * requests. Not for interim responses, which have no content and are followed by another.
 */
export function responseFraming(
  method: string,
  status: number,
  flags: number,
  minor: number,
): number | ProtocolViolation {
  // RFC 9110 §15.2.2: 101 is the last response of HTTP on its connection.
  if (status === 101) return OTHER_PROTOCOL;
  // 2., before 1. because of 204: "Any 2xx (Successful) response to a CONNECT request implies that the connection will become a tunnel immediately after the empty
  //    line that concludes the header fields. A client MUST ignore any Content-Length or Transfer-Encoding header fields".
  if (method === "CONNECT" && status >= 200 && status < 300) return OTHER_PROTOCOL;
  // 1. "Any response to a HEAD request and any response with a 1xx (Informational), 204 (No Content), or 304 (Not Modified) status code is
  //    always terminated by the first empty line after the header fields, regardless of the header fields present in the message".
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return NO_CONTENT;
  if ((flags & F_TE_PRESENT) !== 0) {
    // 3. As for requests; stricter than the RFC: never overridden.
    if ((flags & F_CL_PRESENT) !== 0) return BAD_RESPONSES["bothFramings"] as ProtocolViolation;
    // §6.1, as for requests.
    if (minor === 0) return BAD_RESPONSES["oldTransferEncoding"] as ProtocolViolation;
    // 4. "If a Transfer-Encoding header field is present in a response and the chunked transfer coding is not the final encoding, the
    //    message body length is determined by reading the connection until it is closed by the server." It would be in a coding that is
    //    not understood here, or chunked twice: refused.
    if ((flags & (F_TE_INVALID | F_TE_CHUNKED_MISPLACED)) !== 0)
      return BAD_RESPONSES["transferEncoding"] as ProtocolViolation;
    if ((flags & F_TE_OTHER) !== 0) return BAD_RESPONSES["unknownCoding"] as ProtocolViolation;
    if ((flags & F_TE_CHUNKED_LAST) === 0) return BAD_RESPONSES["transferEncoding"] as ProtocolViolation;
    return CHUNKED;
  }
  // 5. "If it is in a response message received by a user agent, the user agent MUST close the connection to the server and discard the
  //    received response."
  if ((flags & (F_CL_INVALID | F_CL_REPEATED)) !== 0) return BAD_RESPONSES["contentLength"] as ProtocolViolation;
  // 6. Content-Length alone. 8. "Otherwise, this is a response message without a declared message body length, so the message body length
  //    is determined by the number of octets received prior to the server closing the connection."
  return (flags & F_CL_PRESENT) !== 0 ? LENGTH : UNTIL_CLOSE;
}

/**
 * RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host
 * header field and to any request message that contains more than one Host header field line or a Host header field with
 * an invalid field value." And RFC 9110 §10.1.1: an expectation that cannot be met may be answered with 417.
 */
export function headRefusal(flags: number, minor: number): ProtocolViolation | undefined {
  if ((flags & (F_HOST_PRESENT | F_HOST_REPEATED | F_HOST_INVALID | F_EXPECT_OTHER)) === F_HOST_PRESENT)
    return undefined;
  if ((flags & F_HOST_REPEATED) !== 0) return REFUSALS["hostRepeated"];
  if ((flags & F_HOST_INVALID) !== 0) return REFUSALS["hostInvalid"];
  if ((flags & F_HOST_PRESENT) === 0 && minor > 0) return REFUSALS["hostMissing"];
  if ((flags & F_EXPECT_OTHER) !== 0 && minor > 0) return REFUSALS["expectation"];
  return undefined;
}
