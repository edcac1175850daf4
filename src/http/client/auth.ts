/** Credentials of a request: Basic (RFC 7617), Bearer (RFC 6750), Digest (RFC 7616). */
import { createHash, randomBytes } from "node:crypto";
import type { HTTPHeaders } from "../message/headers.ts";
import { basicCredentials } from "./outgoing.ts";
import { badRequest } from "./options.ts";
import type { Settings } from "./settings.ts";
import type { Target } from "./target.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Those of the options, or of the URL. */
export function credentialsOf(settings: Settings, target: Target): Credentials | undefined {
  const { authUsername, authPassword } = settings;
  if (authUsername !== undefined || authPassword !== undefined)
    return { username: authUsername ?? "", password: authPassword ?? "" };
  if (target.username === "" && target.password === "") return undefined;
  return { username: target.username, password: target.password };
}

/** Value of Authorization before any challenge; undefined for digest, which needs one. */
export function firstAuthorization(settings: Settings, credentials: Credentials | undefined): string | undefined {
  if (credentials === undefined) return undefined;
  const { username, password } = credentials;
  switch (settings.authMode ?? "basic") {
    case "basic":
      // RFC 7617 §2: "a user-id containing a colon character is invalid".
      if (username.includes(":")) throw badRequest("authUsername cannot hold a colon with authMode basic");
      return basicCredentials(username, password);
    case "bearer":
      return `Bearer ${password}`;
    default:
      return undefined;
  }
}

const ALGORITHMS: { readonly [name: string]: string } = {
  "sha-256": "sha256",
  "sha-512-256": "sha512-256",
  md5: "md5",
};

/**
 * The response to a Digest challenge (RFC 7616 §3.4): the strongest one whose algorithm and quality of protection are known; undefined where
 * there is none.
 */
export function digestAuthorization(
  answer: HTTPHeaders,
  field: string,
  method: string,
  uri: string,
  credentials: Credentials,
): string | undefined {
  const challenges = answer.getList(field).flatMap(challengesOf);
  // §3.7: the client picks the strongest; servers list them in order of preference.
  const order = ["sha-512-256", "sha-256", "md5"];
  const usable = challenges
    .map((challenge) => ({ challenge, name: (challenge["algorithm"] ?? "MD5").toLowerCase() }))
    .filter(
      ({ challenge, name }) =>
        ALGORITHMS[name.replace(/-sess$/, "")] !== undefined &&
        challenge["realm"] !== undefined &&
        challenge["nonce"] !== undefined &&
        hasAuth(challenge["qop"]),
    )
    .sort((a, b) => order.indexOf(a.name.replace(/-sess$/, "")) - order.indexOf(b.name.replace(/-sess$/, "")));
  const [chosen] = usable;
  if (chosen === undefined) return undefined;
  const { challenge, name } = chosen;
  const { realm = "", nonce = "", qop, opaque, algorithm } = challenge;
  const hash = (text: string): string =>
    createHash(ALGORITHMS[name.replace(/-sess$/, "")] as string)
      .update(text, "utf8")
      .digest("hex");
  const { username, password } = {
    username: credentials.username.normalize("NFC"),
    password: credentials.password.normalize("NFC"),
  };
  const cnonce = randomBytes(16).toString("hex");
  const nc = "00000001";
  let a1 = hash(`${username}:${realm}:${password}`);
  if (name.endsWith("-sess")) a1 = hash(`${a1}:${nonce}:${cnonce}`);
  const a2 = hash(`${method}:${uri}`);
  const response = qop === undefined ? hash(`${a1}:${nonce}:${a2}`) : hash(`${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}`);
  const hashed = challenge["userhash"]?.toLowerCase() === "true";
  // §3.4: what is not ASCII goes as username*, RFC 8187.
  const user = hashed
    ? `username="${hash(`${username}:${realm}`)}", userhash=true`
    : /^[\x20-\x7e]*$/.test(username)
      ? `username="${escaped(username)}"`
      : `username*=UTF-8''${encodeURIComponent(username).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
  let text = `Digest ${user}, realm="${escaped(realm)}", nonce="${escaped(nonce)}", uri="${uri}", response="${response}"`;
  if (algorithm !== undefined) text += `, algorithm=${algorithm}`;
  if (opaque !== undefined) text += `, opaque="${escaped(opaque)}"`;
  if (qop !== undefined) text += `, qop=auth, nc=${nc}, cnonce="${cnonce}"`;
  return text;
}

const escaped = (text: string): string => text.replaceAll(/["\\]/g, String.raw`\$&`);
const hasAuth = (qop: string | undefined): boolean =>
  qop === undefined || qop.split(",").some((one) => one.trim().toLowerCase() === "auth");

/** The Digest challenges of one field line (RFC 9110 §11.6.1). */
function challengesOf(line: string): { readonly [name: string]: string }[] {
  const found: { [name: string]: string }[] = [];
  let current: { [name: string]: string } | undefined;
  // A scheme, or a parameter with its value.
  const part =
    /[\s,]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([!#$%&'*+\-.^_`|~0-9A-Za-z]+))/gy;
  for (let match = part.exec(line); match !== null; match = part.exec(line)) {
    const [, name, quoted, plain, scheme] = match;
    if (scheme !== undefined) {
      current = scheme.toLowerCase() === "digest" ? Object.create(null) : undefined;
      if (current !== undefined) found.push(current);
    } else if (current !== undefined && name !== undefined)
      current[name.toLowerCase()] = quoted === undefined ? (plain ?? "") : quoted.replaceAll(/\\(.)/g, "$1");
  }
  return found;
}
