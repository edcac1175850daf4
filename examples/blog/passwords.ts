/**
 * Passwords as scrypt hashes (RFC 7914), computed on the thread pool: the loop answers others meanwhile. Few at a time, for each takes
 * 32 MiB: who sends many logins at once waits, or is refused. It must not know whose password it is.
 */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Turns } from "./turns.ts";

/** 2^15 blocks of 8 · 128 bytes, three times: what OWASP recommends where 32 MiB is what one may take. */
const COST = { logN: 15, r: 8, p: 3 } as const;
const SALT_SIZE = 16;
const HASH_SIZE = 32;
/** Hashes computed at a time: half of the thread pool, which files need too. */
const AT_A_TIME = 2;
/** Hashes that may wait for those. */
const MOST_WAITING = 50;

const turns = new Turns(AT_A_TIME, MOST_WAITING);

function derive(
  password: string,
  salt: Buffer,
  { logN, r, p }: { logN: number; r: number; p: number },
): Promise<Buffer> {
  const N = 2 ** logN;
  // The same letter can be typed in several ways: as one character, or as a letter and a mark.
  const text = password.normalize("NFKC");
  return new Promise((resolve, reject) =>
    scrypt(text, salt, HASH_SIZE, { N, r, p, maxmem: 256 * N * r }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    ),
  );
}

/** `scrypt$15$8$3$salt$hash`: what was asked of it stays with each hash, so that more can be asked of later ones. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_SIZE);
  const hash = await turns.take(() => derive(password, salt, COST));
  const { logN, r, p } = COST;
  return ["scrypt", logN, r, p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Compared with when there is no such user, so that an answer takes as long as if there were. Nothing has this hash. */
const NOBODY = `scrypt$${COST.logN}$${COST.r}$${COST.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** @param stored What `hashPassword` gave; undefined where there is no such user: false then, in the same time. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const match = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]{43})$/.exec(stored ?? NOBODY);
  if (match === null) throw new Error("This is no stored password");
  const [, logN, r, p, salt = "", hash = ""] = match;
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const given = await turns.take(() => derive(password, Buffer.from(salt, "base64url"), cost));
  return timingSafeEqual(given, Buffer.from(hash, "base64url")) && stored !== undefined;
}
