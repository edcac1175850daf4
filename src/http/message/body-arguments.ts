/** Arguments of a request's content, whichever form it has (Tornado's `parse_body_arguments`). */
import { Buffer } from "node:buffer";
import { parsePairs } from "./arguments.ts";
import type { ArgumentMap } from "./arguments.ts";
import { RemoteProtocolError } from "./errors.ts";
import type { HTTPHeaders } from "./headers.ts";
import { listMembers } from "./list-fields.ts";
import { boundaryOf, isMultipartForm } from "./multipart/boundary.ts";
import { parseMultipartFormData } from "./multipart/form.ts";
import type { FileMap } from "./multipart/form.ts";
import type { ParseBodyConfig } from "./multipart/options.ts";

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i;

/**
 * Arguments of a content, if it is `application/x-www-form-urlencoded` or `multipart/form-data`; none for any other type. Files of a
 * form are added to `files`.
 * @throws RemoteProtocolError (400) on a form with a content coding, as Tornado does, or a malformed one; 413 on too large a part.
 */
export function parseBodyArguments(
  contentType: string,
  body: Uint8Array,
  headers?: HTTPHeaders,
  files: FileMap = Object.create(null) as FileMap,
  config?: ParseBodyConfig,
): ArgumentMap {
  const multipart = isMultipartForm(contentType);
  if (!multipart && !FORM_TYPE.test(contentType)) return Object.create(null) as ArgumentMap;
  const coding = headers?.get("Content-Encoding");
  if (coding !== undefined && listMembers(coding).length > 0) {
    throw new RemoteProtocolError("ERR_LANDSPOUT_FORM_ENCODING", `Unsupported Content-Encoding: ${coding}`, 400);
  }
  if (!multipart) return parsePairs(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const map = Object.create(null) as ArgumentMap;
  parseMultipartFormData(boundaryOf(contentType), body, map, files, config);
  return map;
}
