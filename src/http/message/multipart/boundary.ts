/** The boundary of a multipart content: found in a Content-Type, and made the delimiter that is searched for. */
import { Buffer } from "node:buffer";
import type { RemoteProtocolError } from "../errors.ts";
import { parseParameters, unescapePairs } from "./parameters.ts";
import { multipartError } from "./part-head.ts";

const FORM_DATA = /^[ \t]*multipart\/form-data(?=[ \t;]|$)/i;

export const isMultipartForm = (contentType: string): boolean => FORM_DATA.test(contentType);

export const boundaryError = (what: string): RemoteProtocolError =>
  multipartError("ERR_LANDSPOUT_MULTIPART_BOUNDARY", `Invalid multipart/form-data: ${what}.`);

/** The boundary of a `multipart/form-data`. @throws RemoteProtocolError (400) where there is none. */
export function boundaryOf(contentType: string): string {
  const type = FORM_DATA.exec(contentType);
  const boundary = parseParameters(contentType, type?.[0].length ?? 0, unescapePairs)?.get("boundary");
  if (boundary === undefined) throw boundaryError("multipart boundary not found");
  return boundary;
}

/**
 * `CRLF "--" boundary`. RFC 2046 §5.1.1: boundary := 0*69<bchars> bcharsnospace. Looser than the RFC: any visible ASCII is a bchar.
 *
 * INVARIANT: no CR but the first byte. What is left of a delimiter cut short can only go on or be no delimiter at all.
 */
export function delimiterOf(boundary: string): Buffer {
  if (!/^[\x20-\x7e]{0,69}[\x21-\x7e]$/.test(boundary)) {
    throw boundaryError("the boundary is not 1 to 70 visible characters");
  }
  return Buffer.from(`\r\n--${boundary}`, "latin1");
}
