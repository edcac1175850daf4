/**
 * Signed values (Tornado's `create_signed_value` and `decode_signed_value`): text a client may keep and show again, but not change.
 * They are signed, not encrypted. The formats are Tornado's own, so that both read each other's.
 *
 * Version 2: `2|<n>:<key version>|<n>:<seconds>|<n>:<name>|<n>:<base64 of the value>|<hex HMAC-SHA256 of all before it>`, each `n`
 * the length of what follows it. Version 1: `<base64>|<seconds>|<hex HMAC-SHA1 of name, base64 and seconds>`.
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { UsageError } from "../../errors.ts";
import { anything, callable, checkOptions } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";

/** One secret, or several by key version: a new one signs while old ones are still read. */
export type CookieSecret = string | Uint8Array | { readonly [keyVersion: number]: string | Uint8Array };

export const MIN_SUPPORTED_SIGNED_VALUE_VERSION = 1;
export const MAX_SUPPORTED_SIGNED_VALUE_VERSION = 2;
export const DEFAULT_SIGNED_VALUE_VERSION = 2;
export const DEFAULT_SIGNED_VALUE_MIN_VERSION = 1;

/** Longer text is neither made nor read: no cookie is that long, and a digest of it would be work for nothing. Bytes. */
export const MAX_SIGNED_VALUE_SIZE = 65_536;
const DAY = 86_400;
/** Seconds a version 1 time may lie ahead, as in Tornado. */
const MAX_AHEAD = 31 * DAY;

/** Seconds since 1970. */
type Clock = () => number;
const now: Clock = () => Date.now() / 1000;

export interface CreateSignedValueOptions {
  /** 1 or 2, the default. */
  version?: number;
  /** Which of several secrets signs; needed where there are several. */
  keyVersion?: number;
  clock?: Clock;
}

export interface DecodeSignedValueOptions {
  /** Older values are refused. Default 31. */
  maxAgeDays?: number;
  /** The oldest format accepted. Default 1. */
  minVersion?: number;
  clock?: Clock;
}

/** What the numbers may be is checked where they are used. */
const CREATE_OPTIONS: OptionTable<CreateSignedValueOptions> = {
  version: anything,
  keyVersion: anything,
  clock: callable,
};
const DECODE_OPTIONS: OptionTable<DecodeSignedValueOptions> = {
  maxAgeDays: anything,
  minVersion: anything,
  clock: callable,
};

/** @throws UsageError on an unknown version or key version, an empty secret, and more than MAX_SIGNED_VALUE_SIZE. */
export function createSignedValue(
  secret: CookieSecret,
  name: string,
  value: string | Uint8Array,
  options: CreateSignedValueOptions = {},
): string {
  checkOptions("createSignedValue", options, CREATE_OPTIONS, "ERR_LANDSPOUT_SIGNED_VALUE");
  const { version = DEFAULT_SIGNED_VALUE_VERSION, keyVersion, clock = now } = options;
  const seconds = String(Math.trunc(time(clock)));
  const encoded = Buffer.from(value as Uint8Array).toString("base64");
  if (version === 1) {
    return fitting(`${encoded}|${seconds}|${hmac("sha1", oneSecret(secret), name + encoded + seconds)}`);
  }
  if (version !== 2) throw wrong(`signed values have versions 1 and 2, not ${String(version)}`);
  if (keyVersion !== undefined && !(Number.isInteger(keyVersion) && keyVersion >= 0 && keyVersion <= MAX_KEY_VERSION))
    throw wrong(`keyVersion must be a whole number from 0 to ${MAX_KEY_VERSION}, not ${String(keyVersion)}`);
  const key = isOneSecret(secret) ? secret : keyVersion === undefined ? undefined : secret[keyVersion];
  if (key === undefined) throw wrong("with several secrets, keyVersion must name one of them");
  const fields = [String(keyVersion ?? 0), seconds, name, encoded];
  const signed = `2|${fields.map((field) => `${Buffer.byteLength(field)}:${field}`).join("|")}|`;
  return fitting(signed + hmac("sha256", key, signed));
}

function fitting(text: string): string {
  if (text.length > MAX_SIGNED_VALUE_SIZE)
    throw wrong(`a signed value has at most ${MAX_SIGNED_VALUE_SIZE} bytes, not ${text.length}`);
  return text;
}

/**
 * The value, or undefined where the text is malformed, forged, of another name, too old, or of a refused version: it never throws on
 * what a client sent. Version 1 signs nothing between name and value, so that what was signed for `ab` may be shown for `a`:
 * `minVersion: 2` refuses it.
 * @throws UsageError on options that would let anything through.
 */
export function decodeSignedValue(
  secret: CookieSecret,
  name: string,
  text: string | undefined,
  options: DecodeSignedValueOptions = {},
): Buffer | undefined {
  checkOptions("decodeSignedValue", options, DECODE_OPTIONS, "ERR_LANDSPOUT_SIGNED_VALUE");
  const { maxAgeDays = 31, minVersion = DEFAULT_SIGNED_VALUE_MIN_VERSION, clock = now } = options;
  // Compared with NaN or undefined, every value would be young enough and every version new enough.
  if (minVersion !== 1 && minVersion !== 2) throw wrong(`minVersion must be 1 or 2, not ${String(minVersion)}`);
  if (typeof maxAgeDays !== "number" || Number.isNaN(maxAgeDays))
    throw wrong(`maxAgeDays must be a number of days, not ${String(maxAgeDays)}`);
  if (text === undefined || text === "" || text.length > MAX_SIGNED_VALUE_SIZE) return undefined;
  const version = versionOf(text);
  if (version < minVersion || version > MAX_SUPPORTED_SIGNED_VALUE_VERSION) return undefined;
  const present = time(clock);
  const oldest = present - maxAgeDays * DAY;
  return version === 1
    ? decodeVersion1(secret, name, text, oldest, present)
    : decodeVersion2(secret, name, text, oldest);
}

/** Key version of a value of version 2; undefined where there is none. It has not been verified. */
export function getSignatureKeyVersion(text: string): number | undefined {
  return text.length > MAX_SIGNED_VALUE_SIZE || versionOf(text) !== 2 ? undefined : readFields(text)?.keyVersion;
}

const wrong = (text: string): UsageError => new UsageError("ERR_LANDSPOUT_SIGNED_VALUE", text);

function time(clock: Clock): number {
  const seconds = clock();
  if (!Number.isFinite(seconds)) throw wrong(`the clock must give seconds since 1970, not ${String(seconds)}`);
  return seconds;
}

const isOneSecret = (secret: CookieSecret): secret is string | Uint8Array =>
  typeof secret === "string" || secret instanceof Uint8Array;

function oneSecret(secret: CookieSecret): string | Uint8Array {
  if (isOneSecret(secret)) return secret;
  throw wrong("version 1 knows no key versions: give one secret");
}

/** Stricter than Tornado: with an empty secret everybody could sign. */
function hmac(kind: "sha1" | "sha256", secret: string | Uint8Array, text: string): string {
  if (secret.length === 0) throw wrong("the secret is empty");
  return createHmac(kind, secret).update(text).digest("hex");
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Version 1 says no version; base64 never looks like a small number and a bar. */
function versionOf(text: string): number {
  const match = /^([1-9][0-9]*)\|/.exec(text);
  const version = match === null ? 1 : Number(match[1]);
  return version > 999 ? 1 : version;
}

function decodeVersion1(
  secret: CookieSecret,
  name: string,
  text: string,
  oldest: number,
  present: number,
): Buffer | undefined {
  const parts = text.split("|");
  const [encoded = "", seconds = "", signature = ""] = parts;
  if (parts.length !== 3 || !isOneSecret(secret)) return undefined;
  if (!sameText(signature, hmac("sha1", secret, name + encoded + seconds))) return undefined;
  // Nothing stands between the signed fields: digits moved from the value to the time would still be signed, but give a time
  // that begins with 0 or lies far ahead.
  if (!/^[1-9][0-9]{0,15}$/.test(seconds)) return undefined;
  if (Number(seconds) < oldest || Number(seconds) > present + MAX_AHEAD) return undefined;
  return decodeBase64(encoded);
}

interface SignedFields {
  readonly keyVersion: number;
  readonly time: number;
  readonly name: string;
  readonly value: string;
  readonly signature: string;
  readonly signed: string;
}

/** The largest of nine digits: what `readFields` reads, `createSignedValue` may write. */
export const MAX_KEY_VERSION = 999_999_999;

/** Each field is `<length>:<text>|`; lengths are of bytes. */
function readFields(text: string): SignedFields | undefined {
  const bytes = Buffer.from(text);
  const fields: string[] = [];
  let at = 2;
  for (let count = 0; count < 4; count++) {
    const colon = bytes.indexOf(0x3a, at);
    const digits = colon < 0 ? "" : bytes.toString("latin1", at, colon);
    if (!/^(?:0|[1-9][0-9]{0,5})$/.test(digits)) return undefined;
    const end = colon + 1 + Number(digits);
    if (bytes[end] !== 0x7c) return undefined;
    fields.push(bytes.toString("utf8", colon + 1, end));
    at = end + 1;
  }
  const [keyVersion = "", time = "", name = "", value = ""] = fields;
  if (!/^[0-9]{1,9}$/.test(keyVersion) || !/^[0-9]{1,15}$/.test(time)) return undefined;
  return {
    keyVersion: Number(keyVersion),
    time: Number(time),
    name,
    value,
    signature: bytes.toString("utf8", at),
    signed: bytes.toString("utf8", 0, at),
  };
}

function decodeVersion2(secret: CookieSecret, name: string, text: string, oldest: number): Buffer | undefined {
  const fields = readFields(text);
  if (fields === undefined) return undefined;
  const key = isOneSecret(secret) ? secret : secret[fields.keyVersion];
  if (key === undefined || !sameText(fields.signature, hmac("sha256", key, fields.signed))) return undefined;
  if (fields.name !== name || fields.time < oldest) return undefined;
  return decodeBase64(fields.value);
}

/** `Buffer.from` reads on past what is no base64; nothing that was signed here is, but keys are shared. */
function decodeBase64(text: string): Buffer | undefined {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
    ? Buffer.from(text, "base64")
    : undefined;
}
