/** Gives a handler the captured parts of its path, decoded by the handler's own `decodeArgument`. */
import { notPromise } from "../../user-code.ts";
import { Buffer } from "node:buffer";
import type { RequestHandler } from "./request-handler.ts";
import type { RouteMatch } from "../paths/path-table.ts";

/** @throws RemoteProtocolError (400) on a part that is not UTF-8. */
export function giveCaptured(handler: RequestHandler, match: RouteMatch<unknown>): void {
  const { captured, kwargs, encoded = handler.request.pathEscaped } = match;
  handler.pathArgs = encoded ? captured.map((part, place) => decode(handler, part, `${place + 1}`)) : captured;
  if (kwargs === undefined) return;
  const value: { [name: string]: string | undefined } = {};
  for (const [name, part] of Object.entries(kwargs)) value[name] = encoded ? decode(handler, part, name) : part;
  Object.defineProperty(handler, "pathKwargs", { value, configurable: true });
}

function decode(handler: RequestHandler, part: string | undefined, which: string): string | undefined {
  if (part === undefined || !part.includes("%")) return part;
  return notPromise(handler.decodeArgument(percentDecode(part), `path argument ${which}`), "decodeArgument");
}

/** RFC 3986 §2.1, over bytes; `%` without two hexadecimal digits stays as it is, `+` is no space. */
function percentDecode(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const digits = text[i] === "%" ? text.slice(i + 1, i + 3) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(digits)) {
      bytes[length++] = Number.parseInt(digits, 16);
      i += 2;
    } else bytes[length++] = text.charCodeAt(i);
  }
  return bytes.subarray(0, length);
}
