/**
 * Who wrote a message: the browser, by a cookie that its scripts cannot read. Everybody may take any name, so a name proves nothing. A
 * browser that refuses the cookie is known by the secret of its page, and a client without either by nothing. Others get an id made of the
 * secret, from which it cannot be computed.
 */
import { randomBytes } from "node:crypto";
import type { RequestHandler } from "landspout";
import { SECRET } from "./limits.ts";
import { publicIdOf } from "./people.ts";

const COOKIE = "landspout_chat_visitor";
/** Bytes of a secret that nobody guesses. */
const SIZE = 18;
const DAYS_KEPT = 365;

const secretOf = (handler: RequestHandler): string => {
  const secret = handler.getCookie(COOKIE, "");
  return SECRET.test(secret) ? secret : "";
};

/** Gives the browser its secret, if it has none. */
export function welcomeVisitor(handler: RequestHandler): void {
  if (secretOf(handler) !== "") return;
  handler.setCookie(COOKIE, randomBytes(SIZE).toString("base64url"), {
    expiresDays: DAYS_KEPT,
    httpOnly: true,
    sameSite: "Lax",
    secure: handler.request.protocol === "https",
  });
}

/** The public id of the client: the same for all windows of a browser, and in every process. Empty where nothing is known of it. */
export function authorOf(handler: RequestHandler, who: string): string {
  return publicIdOf(secretOf(handler) || who);
}
