/** The JSON text of what a handler writes. */
import { UsageError } from "../errors.ts";

/** @throws UsageError on what is no object; on an array too, as in Tornado. */
export function jsonText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(
      "ERR_LANDSPOUT_WRITE",
      "write() takes text, bytes or an object; wrap an array or number in an object",
    );
  }
  const text = JSON.stringify(value);
  // So that it may stand in a script element.
  return text.includes("</") ? text.replaceAll("</", "<\\/") : text;
}
