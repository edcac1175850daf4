/** `Content-Disposition` of a response (RFC 6266): under which name a client saves the content. */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import { percentEncoded } from "../../escape/percent.ts";
import { checkOptions, oneOf } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";

export interface DownloadOptions {
  /** `attachment`: the client saves it. `inline`: it shows it, and has the name for when it is saved. Default "attachment". */
  type?: "attachment" | "inline";
}

const DOWNLOAD_OPTIONS: OptionTable<DownloadOptions> = { type: oneOf("attachment", "inline") };

/** Longest name that is sent, in bytes of UTF-8: what file systems take. A longer one is cut in front of its extension. */
export const MAX_DOWNLOAD_NAME_SIZE = 255;
/** Bytes of what counts as an extension when a name is cut. */
const MAX_EXTENSION_SIZE = 32;

// Control characters end lines and names. The marks that turn the direction of text, and those without a width, make one extension
// look like another.
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/**
 * The value of a `Content-Disposition` field. Only what follows the last `/` or `\` of the name is sent, with control characters as `_`,
 * without invisible marks, and at most 255 bytes of it; a name of which nothing is left, `.` and `..` give the type alone. What ASCII
 * cannot say is sent twice, as RFC 6266 recommends: `filename*` has the name itself, `filename` the nearest in ASCII.
 *
 * @throws UsageError where the name is no text, or an option is wrong.
 *
 * @example
 * contentDisposition("Übersicht.pdf");
 * // attachment; filename="Ubersicht.pdf"; filename*=UTF-8''%C3%9Cbersicht.pdf
 */
export function contentDisposition(name: string, options: DownloadOptions = {}): string {
  checkOptions("contentDisposition", options, DOWNLOAD_OPTIONS);
  const { type = "attachment" } = options;
  if (typeof name !== "string")
    throw new UsageError("ERR_LANDSPOUT_DOWNLOAD_NAME", `the name of a download must be text, not ${typeof name}`);
  const sent = nameToSend(name);
  if (sent === "") return type;
  const plain = fallback(sent);
  const quoted = `${type}; filename="${plain}"`;
  return plain === sent ? quoted : `${quoted}; filename*=UTF-8''${extendedValue(sent)}`;
}

function nameToSend(name: string): string {
  // RFC 6266 §4.3: "recipients MUST NOT be able to write into any location other than one to which they are specifically entitled". Not all
  // of them see to it; so no separator of any system is sent.
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  // A name that is far too long is cut before it is looked at: each pass below reads all of it.
  const short = last.length > 4096 ? last.slice(0, 2048) + last.slice(-2048) : last;
  const clean = short.replace(INVISIBLE, "").replace(CONTROL, "_").trim();
  return /^\.{0,2}$/.test(clean) ? "" : cut(clean);
}

function cut(name: string): string {
  // What is half of a pair of surrogates becomes U+FFFD.
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_DOWNLOAD_NAME_SIZE) return bytes.toString();
  const dot = bytes.lastIndexOf(0x2e);
  const extension = dot > 0 && bytes.length - dot <= MAX_EXTENSION_SIZE ? bytes.subarray(dot) : bytes.subarray(0, 0);
  let end = MAX_DOWNLOAD_NAME_SIZE - extension.length;
  // Not within a character: 10xxxxxx goes on with one.
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end) + extension.toString();
}

/**
 * RFC 6266 appendix D: "Avoid including the percent character followed by two hexadecimal characters", which some clients decode, and
 * "the "\" character in the quoted-string form", which some do not. A quotation mark could not be sent without one.
 */
function fallback(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]/gu, "_")
    .replaceAll('"', "'")
    .replace(/%(?=[0-9A-Fa-f]{2})/g, "_");
}

/** RFC 8187 §3.2.1: value-chars = *( pct-encoded / attr-char ); what `encodeURIComponent` leaves and attr-char has not is `'()*`. */
const extendedValue = (name: string): string => encodeURIComponent(name).replace(/['()*]/g, percentEncoded);
