/**
 * The one check of every text that goes into the head of a message: field names and values, and the reason phrase. A text that could
 * end its line would add field lines of its own (response splitting), so nothing reaches the output without it. The rules are those of
 * RFC 9110 §5 and RFC 9112 §4; `HTTPHeaders` and `statusLine` apply them, and text that goes around both calls them itself.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import { LocalProtocolError } from "./errors.ts";

/** What a header may be set to: text in latin1, a number, or a date (sent as IMF-fixdate). */
export type HeaderValue = string | number | Date;

// RFC 9110 §5.6.2: token = 1*tchar
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// RFC 9110 §5.5: field-value without surrounding white space; obs-text is allowed.
// eslint-disable-next-line no-control-regex
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether a value is text that is a token (RFC 9110 §5.6.2): a field name, a subprotocol, the name of a cookie. */
export const isToken = (value: unknown): value is string => typeof value === "string" && TOKEN.test(value);

/** @throws UsageError on a field name that is no token. */
export function checkFieldName(name: string): void {
  if (isToken(name)) return;
  throw new UsageError(
    "ERR_LANDSPOUT_HEADER_NAME",
    `${JSON.stringify(name)} is not a field name: use letters, digits and - _ . only`,
  );
}

/** The value as text, without blanks around it. @throws UsageError on what cannot stand in a field. */
export function checkedFieldValue(name: string, value: HeaderValue): string {
  const text = typeof value === "string" ? value : textOf(name, value);
  if (NOT_IN_VALUE.test(text)) {
    throw new UsageError(
      "ERR_LANDSPOUT_HEADER_VALUE",
      `the value of ${name} holds a control character or one above U+00FF: encode it before it goes into a header`,
    );
  }
  return trimBlanks(text);
}

function textOf(name: string, value: number | Date): string {
  const number = value instanceof Date ? value.getTime() : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new UsageError(
      "ERR_LANDSPOUT_HEADER_VALUE",
      `the value of ${name} must be text, a finite number or a valid date, not ${String(value)}`,
    );
  }
  // RFC 9110 §5.6.7: IMF-fixdate, which is what this method writes.
  return value instanceof Date ? value.toUTCString() : String(value);
}

/** Whether a text can be the value of a field. */
export const isFieldValue = (text: string): boolean => !NOT_IN_VALUE.test(text);

/** Without the spaces and tabs around it; other white space is part of the value. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** RFC 9112 §4: reason-phrase = 1*( HTAB / SP / VCHAR / obs-text ), which may be missing. */
export const isReasonPhrase = (reason: unknown): reason is string =>
  typeof reason === "string" && !NOT_IN_VALUE.test(reason);

/** @throws LocalProtocolError on a code or a reason that cannot stand in a status line. RFC 9112 §4: status-code = 3DIGIT. */
export function checkStatusLine(code: number, reason: string): void {
  if (!Number.isInteger(code) || code < 100 || code > 999 || !isReasonPhrase(reason)) {
    throw new LocalProtocolError(
      "ERR_LANDSPOUT_STATUS_LINE",
      `${JSON.stringify(`${code} ${reason}`)} is not a status code and a reason.`,
    );
  }
}

/** `HTTP/1.1 <code> <reason> CRLF`. Throws as `checkStatusLine` does. */
export function statusLine(code: number, reason: string): string {
  checkStatusLine(code, reason);
  return `HTTP/1.1 ${code} ${reason}\r\n`;
}

/** `<name>: <value> CRLF`, for a field that is in no `HTTPHeaders`. Throws as those do. */
export function fieldLine(name: string, value: HeaderValue): string {
  checkFieldName(name);
  return `${name}: ${checkedFieldValue(name, value)}\r\n`;
}

/**
 * `<method> <target> HTTP/1.1 CRLF`, one character a byte. The parser that reads the line decides what a target may hold; this function
 * only makes sure that it stays one line.
 * @throws UsageError on a method that is no token, and on a line break in the target.
 */
export function requestLine(method: string, target: string): string {
  if (!isToken(method) || /[\r\n]/.test(target)) {
    throw new UsageError(
      "ERR_LANDSPOUT_REQUEST_LINE",
      `${JSON.stringify(`${method} ${target}`)} is not a method and a request target: percent-encode the line breaks`,
    );
  }
  return `${method} ${targetBytes(target)} HTTP/1.1\r\n`;
}

/** A target one character a byte. A character above U+00FF has no byte of its own; cut to one it could be a line feed. */
export const targetBytes = (target: string): string =>
  // oxlint-disable-next-line no-control-regex
  /[^\x00-\xff]/.test(target) ? Buffer.from(target).toString("latin1") : target;
