/**
 * Entity tags (RFC 9110 §8.8.3): a hash of the content, as in Tornado but with MurmurHash3 in place of SHA-1. A tag has to tell
 * two contents of one URL apart, not to withstand an attacker; at this price every answer can have one.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import { checkedFieldValue } from "../../http/message/field-text.ts";
import { isPromiseLike, watch } from "../../user-code.ts";
import { SCRATCH, SCRATCH_SIZE, T_HASH } from "../../parser/abi.ts";
import { clearHash, putAsciiScratch, putScratch } from "../../parser/memory.ts";
import { sharedParser } from "../../parser/choose.ts";
import type { HttpParser } from "../../parser/types.ts";

/** Text up to this length is put into the parser's memory character by character: quicker than a Buffer of its own. */
const SHORT = 256;

/** Digits of a tag, 32 of them between quotes, as bytes to be filled in. */
const TAG = Buffer.from(`"${"0".repeat(32)}"`, "latin1");
const HEX = Buffer.from("0123456789abcdef", "latin1");

let parser: HttpParser | undefined;

/** The parser of this thread, whose hash makes tags: the same with either parser, and whatever a request came on. */
export const hashParser = (): HttpParser => (parser ??= sharedParser().parser);

/** `"<32 hexadecimal digits>"` of text (in UTF-8) or bytes. */
export function contentTag(parser: HttpParser, content: string | Uint8Array): string {
  const { table } = parser;
  clearHash(parser);
  if (typeof content !== "string" || !hashShort(parser, content))
    hashBytes(parser, typeof content === "string" ? Buffer.from(content) : content);
  let at = 1;
  for (let slot = T_HASH; slot < T_HASH + 4; slot++) {
    const word = table[slot] as number;
    for (let shift = 28; shift >= 0; shift -= 4) TAG[at++] = HEX[(word >>> shift) & 15] as number;
  }
  return TAG.toString("latin1");
}

/** Hashes short ASCII text; false where it is neither. */
function hashShort(parser: HttpParser, text: string): boolean {
  const { length } = text;
  if (length > SHORT || !putAsciiScratch(parser, text)) return false;
  parser.hashFinish(SCRATCH, SCRATCH + length, length);
  return true;
}

function hashBytes(parser: HttpParser, content: Uint8Array): void {
  const { length } = content;
  const bytes = content instanceof Buffer ? content : Buffer.from(content.buffer, content.byteOffset, length);
  let at = 0;
  for (; length - at > SCRATCH_SIZE; at += SCRATCH_SIZE) {
    parser.hashBlocks(SCRATCH, putScratch(parser, 0, bytes, at, at + SCRATCH_SIZE));
  }
  parser.hashFinish(SCRATCH, putScratch(parser, 0, bytes, at, length), length);
}

/** What `computeEtag` may be overridden to return. */
export interface Tagging {
  computeEtag(content: string | Uint8Array): string | undefined;
}

/**
 * The tag that a handler's own `computeEtag` gives, fit for its field; undefined for none. Asked for every answer: it may depend on the
 * user, the language or anything else that a content does not tell.
 * @throws UsageError where it is no text, or cannot stand in a header field.
 */
export function ownTag(handler: Tagging, content: string | Uint8Array): string | undefined {
  const tag: unknown = handler.computeEtag(content);
  if (tag === undefined || tag === null) return undefined;
  if (typeof tag !== "string") {
    // What an async one rejects with is of no more use: it is the promise that is wrong.
    watch(tag, () => undefined);
    throw new UsageError(
      "ERR_LANDSPOUT_ETAG",
      `computeEtag must return text, or undefined for no tag${isPromiseLike(tag) ? "; it cannot be async" : ""}`,
    );
  }
  return checkedFieldValue("Etag", tag);
}

/**
 * Whether If-None-Match names a tag. RFC 9110 §13.1.2: weak comparison; `*` matches anything that exists.
 * If-None-Match = "*" / #entity-tag
 */
export function matchesTag(field: string, tag: string): boolean {
  if (field.trim() === "*") return true;
  const wanted = tag.replace(/^W\//, "");
  // entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE
  for (const match of field.matchAll(/(?:W\/)?("[^"]*")/g)) if (match[1] === wanted) return true;
  return false;
}
