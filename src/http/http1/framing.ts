/**
 * Which content follows a request head: the one decision request smuggling lives from, taken once, here, from the facts the
 * parser reports. Nothing else in the package decides where a message ends.
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
