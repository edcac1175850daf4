/**
 * What a `RequestHandler` knows of signed cookies and XSRF tokens: settings read, tokens kept for the length of a request. The formats
 * are those of signed-value.ts and xsrf.ts.
 */
import { UsageError } from "../../errors.ts";
import { anything, checkOptions, text } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import type { HTTPHeaders } from "../../http/message/headers.ts";
import { HTTPError } from "./http-error.ts";
import { stateOf } from "./state.ts";
import type { RequestHandler } from "./class-types.ts";
import { createSignedValue, decodeSignedValue, getSignatureKeyVersion } from "../security/signed-value.ts";
import type { CookieSecret } from "../security/signed-value.ts";
import {
  decodeXsrfToken,
  encodeXsrfToken,
  fetchMetadataAllows,
  newXsrfToken,
  sameXsrfToken,
} from "../security/xsrf.ts";
import type { XsrfTokens } from "../security/xsrf.ts";

function cookieSecret(handler: RequestHandler): CookieSecret {
  return handler.requireSetting("cookieSecret", "signed cookies") as CookieSecret;
}

export function signValue(handler: RequestHandler, name: string, value: string | Uint8Array, version?: number): string {
  const secret = cookieSecret(handler);
  const { keyVersion } = handler.settings;
  const several = typeof secret === "object" && !(secret instanceof Uint8Array);
  if (several && typeof keyVersion !== "number") {
    throw new UsageError(
      "ERR_LANDSPOUT_SETTING",
      "You must define the 'keyVersion' setting when 'cookieSecret' holds several secrets",
    );
  }
  return createSignedValue(secret, name, value, {
    ...(several ? { keyVersion: keyVersion as number } : {}),
    ...(version === undefined ? {} : { version }),
  });
}

export interface GetSignedCookieOptions {
  /** The signed text, if it is not that of the cookie. */
  value?: string;
  /** Older cookies count as missing. Default 31. */
  maxAgeDays?: number;
  /** Cookies in an older format count as missing. Default 1. */
  minVersion?: number;
}

const SIGNED_COOKIE_OPTIONS: OptionTable<GetSignedCookieOptions> = {
  value: text,
  // Decoding checks them.
  maxAgeDays: anything,
  minVersion: anything,
};

export function readSigned(handler: RequestHandler, name: string, options: GetSignedCookieOptions): Buffer | undefined {
  checkOptions("getSignedCookie", options, SIGNED_COOKIE_OPTIONS);
  const { value = handler.getCookie(name), ...rest } = options;
  return decodeSignedValue(cookieSecret(handler), name, value, rest);
}

export function signedKeyVersion(handler: RequestHandler, name: string): number | undefined {
  const text = handler.getCookie(name);
  return text === undefined || readSigned(handler, name, {}) === undefined ? undefined : getSignatureKeyVersion(text);
}

// --- XSRF ---

/** Name of the field of a form that carries the token, whatever the cookie is called. */
const FIELD = "_xsrf";
/** The cookie's life once somebody is logged in. Days, as in Tornado. */
const LASTING = 30;

const cookieName = (handler: RequestHandler): string => handler.settings.xsrfCookieName ?? "_xsrf";

function tokensOf(handler: RequestHandler): XsrfTokens {
  const state = stateOf(handler);
  if (state.rare.xsrf === undefined) {
    const sent = decodeXsrfToken(handler.getCookie(cookieName(handler)));
    state.rare.xsrf = { raw: sent ?? newXsrfToken(), fromCookie: sent !== undefined, text: undefined };
  }
  return state.rare.xsrf;
}

/** The token for a form; the cookie is set where the client has none yet. */
export function xsrfTokenText(handler: RequestHandler): string {
  const tokens = tokensOf(handler);
  if (tokens.text !== undefined) return tokens.text;
  const version = handler.settings.xsrfCookieVersion ?? 2;
  if (version !== 1 && version !== 2)
    throw new UsageError("ERR_LANDSPOUT_SETTING", "the setting 'xsrfCookieVersion' must be 1 or 2");
  const text = encodeXsrfToken(tokens.raw, version);
  tokens.text = text;
  if (!tokens.fromCookie) {
    const lasting = handler.currentUser ? { expiresDays: LASTING } : {};
    handler.setCookie(cookieName(handler), text, { ...lasting, ...handler.settings.xsrfCookieOptions });
  }
  return text;
}

/** Tornado's two names, and those that axios, Angular and others send. */
const TOKEN_FIELDS = ["X-Xsrftoken", "X-Csrftoken", "X-XSRF-TOKEN", "X-CSRF-Token"];

function tokenField(headers: HTTPHeaders): string | undefined {
  for (const name of TOKEN_FIELDS) {
    const value = headers.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Throws a 403 unless the request comes with the token of its cookie, in the field `_xsrf` or a header. */
export function checkXsrf(handler: RequestHandler): void {
  const { request, settings } = handler;
  if (settings.xsrfFetchMetadata === true) {
    const { headers, host, protocol } = request;
    if (!fetchMetadataAllows(headers, { host, protocol, trustedOrigins: settings.xsrfTrustedOrigins ?? [] }))
      throw new HTTPError(403, "request from another site");
    // Where the browser vouches for the page, no token is needed.
    if (headers.has("Sec-Fetch-Site")) return;
  }
  const given = handler.getArgument(FIELD, undefined) ?? tokenField(request.headers);
  if (given === undefined || given === "")
    throw new HTTPError(403, `'${FIELD}' argument missing from ${request.method}`);
  const token = decodeXsrfToken(given);
  if (token === undefined || token.token.length === 0)
    throw new HTTPError(403, `'${FIELD}' argument has invalid format`);
  if (!sameXsrfToken(token, tokensOf(handler).raw))
    throw new HTTPError(403, "XSRF cookie does not match POST argument");
}
