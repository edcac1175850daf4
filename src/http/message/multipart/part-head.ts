/**
 * What the field lines of a part say: its name, its file name, its type (RFC 7578 §4.2, §4.4). The text comes decoded as UTF-8; what
 * is done about a file name here is all that stands between a client and whoever makes a path of it.
 */
import { Buffer } from "node:buffer";
import { percentDecoded } from "../../../escape/percent.ts";
import { LimitError, RemoteProtocolError } from "../errors.ts";
import { HTTPHeaders } from "../headers.ts";
import type { MultipartLimits } from "./options.ts";
import { parseParameters } from "./parameters.ts";

export interface PartHead {
  readonly name: string;
  /** As the client calls the file, without directories; "" for a file input in which nothing was chosen; undefined: no file. */
  readonly filename: string | undefined;
  /** As sent; undefined where it was not. */
  readonly contentType: string | undefined;
  /** Whether the part has a file name that is not empty. */
  readonly isFile: boolean;
  /** All field lines, as sent, in UTF-8. */
  readonly headers: HTTPHeaders;
}

export const multipartError = (code: string, message: string): RemoteProtocolError =>
  new RemoteProtocolError(code, message, 400);

const badDisposition = (what: string): RemoteProtocolError =>
  multipartError("ERR_LANDSPOUT_MULTIPART_DISPOSITION", `Invalid multipart/form-data: ${what}.`);

const DISPOSITION = /^form-data(?=[ \t;]|$)/i;

/** @param lines Names and values in turn. @throws RemoteProtocolError (400) where they describe no part of a form. */
export function readPartHead(lines: readonly string[], limits: MultipartLimits): PartHead {
  let disposition: string | undefined;
  let contentType: string | undefined;
  for (let i = 0; i < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    const value = lines[i + 1] as string;
    if (name === "content-disposition") {
      if (disposition !== undefined) throw badDisposition("a part has two Content-Disposition fields");
      disposition = value;
    } else if (name === "content-type") {
      if (contentType !== undefined) throw badDisposition("a part has two Content-Type fields");
      contentType = value;
    }
  }
  // RFC 7578 §4.2: "Each part MUST contain a Content-Disposition header field where the disposition type is "form-data"."
  if (disposition === undefined) throw badDisposition("a part has no Content-Disposition");
  const { name, filename } = readDisposition(disposition, limits);
  checkSize(name, limits);
  if (filename !== undefined) checkSize(filename, limits);
  return {
    name,
    filename,
    contentType,
    isFile: filename !== undefined && filename !== "",
    headers: HTTPHeaders.from({ readFields: () => lines.slice() }),
  };
}

/** What nearly all parts of all clients say, where no name holds anything to be resolved. */
const USUAL = /^form-data; name="([^"\\%]*)"(?:; filename="([^"\\%/]*)")?$/;

function readDisposition(text: string, limits: MultipartLimits): { name: string; filename: string | undefined } {
  // Saves a third of the time of a small field (`bench/multipart/run.mjs`).
  const usual = USUAL.exec(text);
  if (usual !== null && usual[2] !== "." && usual[2] !== "..") return { name: usual[1] as string, filename: usual[2] };
  const type = DISPOSITION.exec(text);
  if (type === null) throw badDisposition("the disposition of a part is not form-data");
  const parameters = parseParameters(text, type[0].length, unescapeForm);
  if (parameters === undefined) throw badDisposition("the Content-Disposition of a part is malformed");
  const name = parameters.get("name");
  // RFC 7578 §4.2: "The Content-Disposition header field MUST also contain an additional parameter of "name"."
  if (name === undefined) throw badDisposition("a part has no name");
  return {
    name: name.includes("%") ? name.replace(/%22|%0D|%0A/g, decodeURIComponent) : name,
    filename: readFilename(parameters, limits),
  };
}

function checkSize(name: string, { maxNameSize }: MultipartLimits): void {
  // A character is three bytes at most, a pair of surrogates four.
  if (name.length * 3 <= maxNameSize || Buffer.byteLength(name) <= maxNameSize) return;
  throw new LimitError(
    "ERR_LANDSPOUT_MULTIPART_NAME_SIZE",
    `The name of a part is longer than ${maxNameSize} bytes.`,
    400,
    maxNameSize,
  );
}

/**
 * Looser than the RFC: only `\"` and `\\` are escapes. A browser that sends a path of Windows (`C:\fakepath\a.txt`) does not double
 * its backslashes, and one that follows the HTML standard writes `%22` for a quote.
 */
const unescapeForm = (quoted: string): string => (quoted.includes("\\") ? quoted.replace(/\\(["\\])/g, "$1") : quoted);

/**
 * The file name. RFC 7578 §4.2 points to RFC 2183 §2.3: "the receiving MUA SHOULD NOT respect any directory path information that may
 * seem to be present"; so the last part of the path is what is given out, whichever slash the client uses. `%22` is a quote (the HTML
 * standard, "multipart/form-data encoding algorithm"); `%0D` and `%0A` stay, so that a name that reaches a log holds no line break.
 */
function readFilename(parameters: Map<string, string>, { preservePath }: MultipartLimits): string | undefined {
  for (const name of parameters.keys()) {
    // RFC 2231 §3. Nobody sends it in a form, and a file must not pass for a field.
    if (/^filename\*[0-9]/.test(name)) throw badDisposition("a file name is sent in pieces");
  }
  // RFC 7578 §4.2 wants no `filename*`; clients that send it mean it (RFC 6266 §4.3: "filename*" is the one to prefer).
  const extended = parameters.get("filename*");
  const raw = extended === undefined ? parameters.get("filename")?.replaceAll("%22", '"') : decodeExtended(extended);
  if (raw === undefined || preservePath) return raw;
  const filename = raw.slice(Math.max(raw.lastIndexOf("/"), raw.lastIndexOf("\\")) + 1);
  if (raw !== "" && (filename === "" || filename === "." || filename === "..")) {
    throw badDisposition("a file name names a directory");
  }
  return filename;
}

// RFC 8187 §3.2.1: ext-value = charset  "'" [ language ] "'" value-chars
const EXTENDED = /^(UTF-8|ISO-8859-1)'[0-9A-Za-z-]*'((?:%[0-9A-Fa-f]{2}|[!#$&+\-.^_`|~0-9A-Za-z])*)$/i;

/** The text of an extended value. ISO-8859-1 is of RFC 5987, the predecessor. */
function decodeExtended(value: string): string {
  const match = EXTENDED.exec(value);
  if (match === null) throw badDisposition("an extended file name is malformed");
  const [, charset = "", coded = ""] = match;
  let text: string;
  if (charset.toUpperCase() === "UTF-8") {
    try {
      text = decodeURIComponent(coded);
    } catch {
      throw badDisposition("an extended file name is not UTF-8");
    }
  } else text = percentDecoded(Buffer.from(coded, "latin1"), false).toString("latin1");
  // The same that may not stand in a field value.
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) throw badDisposition("a file name holds a control character");
  return text;
}
