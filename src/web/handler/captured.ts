/** Gives a handler the captured parts of its path, decoded by the handler's own `decodeArgument`. */
import { Buffer } from "node:buffer";
import { percentDecoded } from "../../escape/percent.ts";
import { notPromise } from "../../user-code.ts";
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
  return notPromise(
    handler.decodeArgument(percentDecoded(Buffer.from(part, "latin1"), false), `path argument ${which}`),
    "decodeArgument",
  );
}
