/** What becomes of the white space in the text of a template (Tornado's `filter_whitespace`). */
import { UsageError } from "../errors.ts";

/** `all`: kept; `single`: runs become one space, or one line end if they hold any; `oneline`: every run becomes one space. */
export type WhitespaceMode = "all" | "single" | "oneline";

export function checkWhitespaceMode(mode: string): WhitespaceMode {
  if (mode === "all" || mode === "single" || mode === "oneline") return mode;
  throw new UsageError("ERR_LANDSPOUT_TEMPLATE_WHITESPACE", `whitespace must be all, single or oneline, not ${mode}`);
}

/** White space as Python has it: JavaScript's without U+FEFF, with the separators U+001C to U+001F and U+0085. */
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

export function filterWhitespace(mode: WhitespaceMode, text: string): string {
  if (mode === "all") return text;
  if (mode === "oneline") return text.replace(SPACE, " ");
  // One pass, whatever the runs: a run that holds a line end becomes one, of others only spaces and tabs are taken.
  return text.replace(SPACE, (run) => (run.includes("\n") ? "\n" : run.replace(/[ \t]+/g, " ")));
}

/** The mode of a template that says nothing: pages and scripts are sent with less. */
export const defaultWhitespace = (name: string): WhitespaceMode => (/\.(?:html|js)$/.test(name) ? "single" : "all");
