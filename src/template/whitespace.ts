/** What becomes of the white space in the text of a template (Tornado's `filter_whitespace`). */
import { UsageError } from "../errors.ts";

/** `all`: kept; `single`: runs become one space, or one line end if they hold any; `oneline`: every run becomes one space. */
export type WhitespaceMode = "all" | "single" | "oneline";

export function checkWhitespaceMode(mode: string): WhitespaceMode {
  if (mode === "all" || mode === "single" || mode === "oneline") return mode;
  throw new UsageError("ERR_LANDSPOUT_TEMPLATE_WHITESPACE", `whitespace must be all, single or oneline, not ${mode}`);
}

export function filterWhitespace(mode: WhitespaceMode, text: string): string {
  if (mode === "all") return text;
  if (mode === "oneline") return text.replace(/\s+/g, " ");
  // One pass, whatever the runs: a run that holds a line end becomes that line end, others a space.
  return text.replace(/[ \t\r\n\f\v]+/g, (run) => (run.includes("\n") ? "\n" : /[\r\f\v]/.test(run) ? run : " "));
}

/** The mode of a template that says nothing: pages and scripts are sent with less. */
export const defaultWhitespace = (name: string): WhitespaceMode => (/\.(?:html|js)$/.test(name) ? "single" : "all");
