/**
 * Which settings an application can have, and what each may be. Names that are not ours are the application's own, as in Tornado; but not
 * those by which one of ours was meant: `xsrf_cookies: true` would else leave every form unprotected, in silence.
 */
import { UsageError } from "../../errors.ts";
import { HTTP_SERVER_OPTIONS } from "../../http/server/options.ts";
import { COOKIE_OPTIONS } from "../../http/message/set-cookie.ts";
import { callable, checkOption, either, flag, foldName, group } from "../../options-check.ts";
import { listOf, nearestName, object, oneOf, shown, text, whole } from "../../options-check.ts";
import type { OptionRule, OptionTable } from "../../options-check.ts";
import { WEBSOCKET_OPTIONS } from "../../websocket/options.ts";
import { COMPRESSION_OPTIONS } from "../answer/compression.ts";
import type { KnownSettings } from "./settings.ts";
import { MAX_KEY_VERSION } from "../security/signed-value.ts";

const isSecret = (value: unknown): boolean =>
  (typeof value === "string" || value instanceof Uint8Array) && value.length > 0;

const secret: OptionRule = (value) => {
  if (isSecret(value)) return undefined;
  const several = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
  const good = several && Object.keys(value).length > 0 && Object.values(value).every(isSecret);
  return good ? undefined : "text or bytes, at least one, or an object of such by key version";
};

/** `true` and `false`, or options. */
const compress: OptionRule = (value, owner) =>
  typeof value === "boolean" ? undefined : group(COMPRESSION_OPTIONS)(value, owner);
const objects: OptionRule = either("an object, or a list of objects", listOf(object, "objects"), object);

const SETTINGS: OptionTable<KnownSettings> = {
  accessLog: flag,
  logFunction: callable,
  etags: flag,
  defaultHost: text,
  defaultHandlerClass: callable,
  defaultHandlerArgs: object,
  debug: flag,
  serveTraceback: flag,
  compressResponse: compress,
  templatePath: text,
  templateLoader: object,
  autoescape: either("the name of a function, or null", text, oneOf(null)),
  templateWhitespace: oneOf("all", "single", "oneline"),
  templateImports: object,
  compiledTemplateCache: flag,
  uiModules: objects,
  uiMethods: objects,
  cookieSecret: secret,
  keyVersion: whole(0, MAX_KEY_VERSION),
  xsrfCookies: flag,
  xsrfCookieVersion: oneOf(1, 2),
  xsrfCookieName: text,
  xsrfCookieOptions: group(COOKIE_OPTIONS),
  xsrfFetchMetadata: flag,
  xsrfTrustedOrigins: listOf(text, "origins"),
  loginUrl: text,
  staticPath: text,
  staticUrlPrefix: text,
  staticHandlerClass: callable,
  // Checked with the routes that are made of it: a class of the application's own may take others.
  staticHandlerArgs: object,
  staticHashCache: flag,
  websocket: group(WEBSOCKET_OPTIONS),
};
const NAMES: readonly string[] = Object.keys(SETTINGS);

/** Settings of Tornado's, folded, that are called otherwise here. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ["gzip", "compressResponse"],
  ["xsrfcookiekwargs", "xsrfCookieOptions"],
  ["websocketpinginterval", "websocket: { pingInterval }"],
  ["websocketpingtimeout", "websocket: { pingTimeout }"],
  ["websocketmaxmessagesize", "websocket: { maxMessageSize }"],
]);

/** Options of the server; an application may well have a `parser`, `protocol` or `transport` of its own. */
const OF_SERVER: ReadonlyMap<string, string> = new Map(
  Object.keys(HTTP_SERVER_OPTIONS)
    .filter((name) => !["parser", "protocol", "transport"].includes(name))
    .map((name) => [foldName(name), name]),
);

/** Names this long are taken for a misspelt one with two mistakes, shorter ones with one. */
const LONG_NAME = 12;

/**
 * @throws UsageError `ERR_LANDSPOUT_SETTING` on a setting of ours that has another type, and on a name that one of ours was probably meant
 *   by: the same in another spelling (`cookie_secret`), with the same first letter and a mistake in it (`xsrfCookie`), Tornado's
 *   name for it, or an option of the server.
 */
export function checkSettings(settings: object): void {
  if (typeof settings !== "object" || settings === null || Array.isArray(settings))
    throw refused(`the settings must be an object, not ${shown(settings)}`);
  for (const name in settings) {
    const value: unknown = (settings as { [name: string]: unknown })[name];
    if (!Object.hasOwn(SETTINGS, name)) checkOwnName(name);
    else if (value !== undefined)
      checkOption("Application", name, value, SETTINGS[name as keyof KnownSettings], "ERR_LANDSPOUT_SETTING");
  }
}

/** A name that is the application's own. */
function checkOwnName(name: string): void {
  const folded = foldName(name);
  const option = OF_SERVER.get(folded);
  if (option !== undefined)
    throw refused(
      `${JSON.stringify(name)} is no setting; the server takes ${option}: app.listen(port, { ${option}: … })`,
    );
  const limit = folded.length < LONG_NAME ? 1 : 2;
  const candidates = NAMES.filter((known) => foldName(known)[0] === folded[0]);
  const meant = RENAMED.get(folded) ?? nearestName(name, candidates, limit);
  if (meant !== undefined)
    throw refused(
      `there is no setting ${JSON.stringify(name)}; did you mean ${meant}? ` +
        "A setting of your own needs a name that differs more from it",
    );
}

const refused = (text: string): UsageError => new UsageError("ERR_LANDSPOUT_SETTING", `Application: ${text}`);
