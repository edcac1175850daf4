/**
 * The part of an answer's head that is the same for everybody: status line, `Server`, `Content-Type`, `Date`. Kept as text and
 * made anew when the date turns.
 */
import { httpDate, httpDateGeneration } from "../../http/message/date.ts";
import { fieldLine, statusLine } from "../../http/message/field-text.ts";
import { reasonPhrase } from "../../http/message/status.ts";

/** The `Server` field. No version: it would help nobody but scanners. */
export const SERVER = "landspout";
export const HTML = "text/html; charset=UTF-8";
export const JSON_TYPE = "application/json; charset=UTF-8";

let generation = -1;
let html = "";
let json = "";

/** Head fields of a 200 without further headers, for one of the two usual content types. */
export function okHeadText(contentType: string): string {
  if (generation !== httpDateGeneration() || html === "") renew();
  if (contentType === HTML) return html;
  if (contentType === JSON_TYPE) return json;
  return headText(200, reasonPhrase(200), contentType);
}

/** Head fields of any status without further headers. An empty content type is left out. */
export function headText(code: number, reason: string, contentType: string): string {
  const type = contentType === "" ? "" : fieldLine("Content-Type", contentType);
  return `${statusLine(code, reason)}Server: ${SERVER}\r\n${type}Date: ${httpDate()}\r\n`;
}

function renew(): void {
  generation = httpDateGeneration();
  html = headText(200, reasonPhrase(200), HTML);
  json = headText(200, reasonPhrase(200), JSON_TYPE);
}
