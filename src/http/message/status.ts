/** Status codes and their reason phrases, RFC 9110 §15 and the registry at iana.org/assignments/http-status-codes. */
import { UsageError } from "../../errors.ts";
import { shown } from "../../options-check.ts";

/** Reason phrases by status code. */
export const responses: { readonly [code: number]: string } = {
  100: "Continue",
  101: "Switching Protocols",
  102: "Processing",
  103: "Early Hints",
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status",
  208: "Already Reported",
  226: "IM Used",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  305: "Use Proxy",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  418: "I'm a teapot",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  506: "Variant Also Negotiates",
  507: "Insufficient Storage",
  508: "Loop Detected",
  510: "Not Extended",
  511: "Network Authentication Required",
};

/** The reason phrase of a status code, or `Unknown`. */
export function reasonPhrase(code: number): string {
  return responses[code] ?? "Unknown";
}

/** RFC 9110 §6.4.1: responses to these never have content. */
export function hasNoContent(code: number): boolean {
  return code === 204 || code === 304 || (code >= 100 && code < 200);
}

/**
 * Checks a status code that a program gives.
 * @throws UsageError `ERR_LANDSPOUT_STATUS_CODE` where it is no whole number from 100 to 999.
 */
export function checkStatus(code: unknown): void {
  if (typeof code === "number" && Number.isInteger(code) && code >= 100 && code <= 999) return;
  const digits = typeof code === "string" && /^[1-9][0-9]{2}$/.test(code);
  const help = digits ? `${shown(code)} is text: write the number ${code}` : `${shown(code)} is none`;
  throw new UsageError("ERR_LANDSPOUT_STATUS_CODE", `a status code is a whole number from 100 to 999; ${help}`);
}

/** RFC 9110 §6.4.1, and §15.3.6: "a server MUST NOT generate content in a 205 response". That one has a length, which is 0. */
export const forbidsContent = (code: number): boolean => code === 205 || hasNoContent(code);
