/**
 * `RedirectHandler` (Tornado's `tornado.web.RedirectHandler`): sends clients from the paths of a route to another address. What clients
 * put into a path does not lead to another host than the address says, but for a label in front of it (`https://{0}.example.com`).
 */
import { UsageError } from "../../errors.ts";
import { targetReference } from "../../http/message/url.ts";
import { checkOptions, flag, text, whole } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import { HTTPError } from "../handler/http-error.ts";
import { checkInitArgs } from "../handler/init-args.ts";
import { RequestHandler } from "../handler/request-handler.ts";
import { escapePart } from "../paths/path-pattern.ts";

export interface RedirectArguments {
  /**
   * Where to: `/new/{0}`, `/users/{id}`, `https://example.com/{0}`. `{0}` is the first captured part of the path, `{id}` the one of that
   * name, `{{` a brace. The query of the request is added.
   */
  readonly url: string;
  /** 301, which clients remember, or 302. Default true. */
  readonly permanent?: boolean;
  /** Another status: 303, 307, 308. */
  readonly status?: number;
}

const ARGUMENTS: OptionTable<RedirectArguments> = { url: text, permanent: flag, status: whole(300, 399) };

/** A piece of the address: text, or the number or name of a captured part. `host`: it stands where the host does. */
type Piece =
  | { readonly text: string }
  | { readonly part: string; readonly host: boolean; readonly closesHost: boolean };

/**
 * Answers GET and HEAD with a redirection.
 *
 * @example
 * ["/old/:id", RedirectHandler, { url: "/new/{id}" }]
 */
export class RedirectHandler extends RequestHandler {
  #arguments: RedirectArguments = { url: "/" };

  override initialize(args: RedirectArguments): void {
    this.#arguments = args;
  }
  override get(): void {
    const { url, permanent = true, status } = this.#arguments;
    const address = fill(url, (part) => this.#captured(part));
    const { query } = this.request;
    const target = query === "" ? address : withQuery(address, targetReference(query));
    this.redirect(target, { permanent, ...(status === undefined ? {} : { status }) });
  }

  #captured(part: string): string {
    const byPlace = /^[0-9]+$/.test(part);
    const known = byPlace ? Number(part) < this.pathArgs.length : Object.hasOwn(this.pathKwargs, part);
    if (!known) {
      throw new UsageError("ERR_LANDSPOUT_REVERSE", `the route of this redirection captures nothing for {${part}}`);
    }
    return (byPlace ? this.pathArgs[Number(part)] : this.pathKwargs[part]) ?? "";
  }
}

checkInitArgs<RedirectArguments>(RedirectHandler, (args) => {
  if (args.url === undefined) throw new UsageError("ERR_LANDSPOUT_ROUTE", "RedirectHandler needs { url }");
  checkOptions<RedirectArguments>("RedirectHandler", args, ARGUMENTS, "ERR_LANDSPOUT_ROUTE");
});

/** The address with captured parts in it, percent-encoded. @throws HTTPError 404 where a part would change the host. */
function fill(url: string, captured: (part: string) => string): string {
  let address = "";
  for (const piece of piecesOf(url)) {
    if ("text" in piece) {
      address += piece.text;
      continue;
    }
    const value = captured(piece.part);
    // What stands before the path ends up in it only if it is a label of the host's name, or begins the path.
    const fits = piece.closesHost ? value === "" || value.startsWith("/") : /^[A-Za-z0-9-]+$/.test(value);
    if (piece.host && !fits) throw new HTTPError(404);
    address += escapePart(value, true);
  }
  // RFC 3986 §4.2: two slashes at the beginning are followed by a host, and a word before the first slash by `:` is a scheme.
  const own = /^(?:[a-z][a-z0-9+.-]*:|\/\/|[^{]*[/?#])/i.test(url);
  const elsewhere = own ? /^\/[/\\]/.test(address) && !url.startsWith("//") : !/^\/(?![/\\])/.test(address);
  if (url.includes("{") && elsewhere) throw new HTTPError(404);
  return address;
}

function piecesOf(url: string): Piece[] {
  const pieces: Piece[] = [];
  const [authority = ""] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*|^\/\/[^/?#]*/i.exec(url) ?? [];
  let literalHost = false;
  for (const { 0: token, 1: part, index } of url.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (part !== undefined && /^(?:[0-9]+|[A-Za-z_$*][\w$]*)$/.test(part)) {
      const host = index < authority.length;
      const closesHost = host && index + token.length === authority.length;
      if (closesHost && !literalHost) throw badAddress(url, "its host must not come from the path");
      pieces.push({ part, host, closesHost });
    } else if (token === "{{" || token === "}}") pieces.push({ text: token.charAt(0) });
    else if (token.startsWith("{") || token === "}") throw badAddress(url, `${token} is no captured part`);
    else {
      pieces.push({ text: token });
      if (index < authority.length && /[^/]/.test(token.slice(token.indexOf("//") + 1))) literalHost = true;
    }
  }
  return pieces;
}

const badAddress = (url: string, why: string): UsageError =>
  new UsageError("ERR_LANDSPOUT_ROUTE", `${JSON.stringify(url)} cannot be redirected to: ${why}`);

/** The query of the request behind that of the address, before its fragment. */
function withQuery(address: string, query: string): string {
  const [, before = "", fragment = ""] = /^([^#]*)(#.*)?$/s.exec(address) ?? [];
  return `${before}${before.includes("?") ? "&" : "?"}${query}${fragment}`;
}
