/** The `Content-Length` that a program sets itself in a response: what is wrong is said, and not repaired. */
import { LocalProtocolError } from "./errors.ts";

/** Content-Length of an answer: digits only, as strict as what is read. */
export function parseLength(value: string): number {
  if (!/^[0-9]{1,16}$/.test(value)) {
    throw new LocalProtocolError("ERR_LANDSPOUT_ANSWER_LENGTH", `${JSON.stringify(value)} is not a Content-Length.`);
  }
  return Number(value);
}

/** @throws LocalProtocolError where a content has not the length that `Content-Length` says. Bytes. */
export function checkLength(said: string, length: number): void {
  const promised = parseLength(said);
  if (promised === length) return;
  const what = `The content has ${length} bytes, and Content-Length says ${promised}: leave the field to the server.`;
  throw new LocalProtocolError(
    promised < length ? "ERR_LANDSPOUT_CONTENT_TOO_LONG" : "ERR_LANDSPOUT_CONTENT_TOO_SHORT",
    what,
  );
}
