/**
 * Compiled catalogues of GNU gettext (`.mo`), as the manual of gettext lays them out: a head of seven numbers, two tables of lengths
 * and places, texts. The first text, of the empty message, is the header: it tells the encoding and the plural forms. Knows nothing
 * of files or locales.
 *
 *      0  magic 0x950412de, in the byte order of the file      12  place of the table of messages
 *      4  revision: 16 bits major, 16 bits minor               16  place of the table of translations
 *      8  number of messages                                   20  a hash table, which is not needed
 */
import { decodeText } from "../escape/text.ts";
import { LandspoutError } from "../errors.ts";
import { germanicPlural, parsePluralForms } from "./plural-forms.ts";
import type { PluralRule } from "./plural-forms.ts";

const MAGIC = 0x950412de;
const HEAD_SIZE = 28;
/** Of an entry of either table: length and place. */
const ENTRY_SIZE = 8;

function refuse(reason: string): never {
  throw new LandspoutError("ERR_LANDSPOUT_MO_FILE", `Not a readable .mo file: ${reason}`);
}

/** The translations of one `.mo` file. A message with a context is looked up as context, U+0004, message. */
export class Catalogue {
  readonly #single: Map<string, string> = new Map();
  readonly #plural: Map<string, readonly string[]> = new Map();
  readonly #rule: PluralRule;

  /** @throws LandspoutError if the bytes are no such file, or not in the encoding it says */
  constructor(bytes: Uint8Array) {
    const entries = [...entriesOf(bytes)];
    const header = entries.find(([message]) => message.length === 0)?.[1] ?? new Uint8Array();
    const fields = headerFields(decodeText(header, "latin1"));
    const [, charset = "utf-8"] = /charset=\s*([^\s;]+)/i.exec(fields.get("content-type") ?? "") ?? [];
    const forms = fields.get("plural-forms");
    this.#rule = forms === undefined ? germanicPlural : parsePluralForms(forms);
    for (const [messageBytes, translationBytes] of entries) {
      // "msgid NUL msgid_plural" is translated by "form 0 NUL form 1 NUL …".
      const [message = "", plural] = decodeText(messageBytes, charset).split("\0");
      const translation = decodeText(translationBytes, charset);
      if (message === "") continue;
      if (plural === undefined) this.#single.set(message, translation);
      else this.#plural.set(message, translation.split("\0"));
    }
  }

  /** The translation of a message; of one that has plural forms, that for one. */
  find(message: string): string | undefined {
    return this.#single.get(message) ?? this.findPlural(message, 1);
  }

  /** The form for a count, of a message that has plural forms. */
  findPlural(message: string, count: number): string | undefined {
    return this.#plural.get(message)?.[this.#rule(count)];
  }
}

/** Messages and their translations, as bytes. */
function* entriesOf(bytes: Uint8Array): Generator<readonly [Uint8Array, Uint8Array]> {
  if (bytes.length < HEAD_SIZE) refuse("it is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = view.getUint32(0, true) === MAGIC;
  if (!isLittle && view.getUint32(0, false) !== MAGIC) refuse("it does not begin as one");
  const number = (at: number): number => view.getUint32(at, isLittle);
  const revision = number(4) >>> 16;
  if (revision > 1) refuse(`its revision is ${revision}`);
  const count = number(8);
  const [messages, translations] = [number(12), number(16)];
  if (Math.max(messages, translations) + count * ENTRY_SIZE > bytes.length) refuse("a table reaches beyond its end");
  const textAt = (entry: number): Uint8Array => {
    const [length, start] = [number(entry), number(entry + 4)];
    if (start + length > bytes.length) refuse("a text reaches beyond its end");
    return bytes.subarray(start, start + length);
  };
  for (let entry = 0; entry < count * ENTRY_SIZE; entry += ENTRY_SIZE)
    yield [textAt(messages + entry), textAt(translations + entry)];
}

/** The lines of a header, names in lower case. */
function headerFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}
