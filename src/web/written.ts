/** What a handler writes: the JSON text of an object, several pieces as one. */
import { Buffer } from "node:buffer";
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

/** Pieces as one: text, where all of them are. */
export function joined(pieces: readonly (string | Uint8Array)[]): string | Uint8Array {
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}
