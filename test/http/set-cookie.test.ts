/** Set-Cookie lines: spelt as Tornado spells them and read back, or refused. Pure. */
import * as assert from "uvu/assert";
import {
  MAX_COOKIE_ATTRIBUTE_SIZE,
  MAX_COOKIE_SIZE,
  parseCookie,
  parseHTTPDate,
  setCookieLine,
} from "../../src/http/httputil.ts";
import type { SetCookieOptions } from "../../src/http/httputil.ts";
import { suite } from "../_support/suite.ts";
import { complaintsOfTornado, vectors } from "../web/_tornado.ts";

const test = suite("Set-Cookie", { deadline: 30 });

/** What a client sends back of a line. */
const sentBack = (line: string): string => line.split(";")[0] ?? "";

function refuses(name: string, value: string, options: object | undefined, message: RegExp): void {
  assert.throws(
    () => setCookieLine(name, value, options),
    (error: Error & { code: string }) => {
      assert.is(error.code, "ERR_LANDSPOUT_COOKIE");
      assert.match(error.message, message);
      return true;
    },
    JSON.stringify([name, value, options]),
  );
}

test("lines are Tornado's, and read as Tornado reads them", () => {
  const spelling: { readonly [option: string]: keyof SetCookieOptions } = {
    httponly: "httpOnly",
    max_age: "maxAge",
    samesite: "sameSite",
  };
  for (const { name, value, options, line, read } of vectors.setCookies) {
    const ours = Object.fromEntries(Object.entries(options).map(([option, of]) => [spelling[option] ?? option, of]));
    // Python writes this attribute's name small.
    assert.is(setCookieLine(name, value, ours), line.replace("; expires=", "; Expires="));
    assert.is(parseCookie(sentBack(line))[name], read);
    assert.is(read, value);
  }
});

test("what Tornado refuses in names and values is refused", () => {
  assert.ok(vectors.refusedCookies.length > 60);
  for (const { name, value } of vectors.refusedCookies) refuses(name, value, undefined, /cookie/);
});

test("every value that is taken comes back from parseCookie, and from Tornado", () => {
  const cookies = [];
  for (let code = 0; code <= 0x100; code++) {
    const character = String.fromCharCode(code);
    for (const value of [character, `a${character}b`, `${character}073`, `\\${character}"`]) {
      if (code <= 0x20 || code > 0xff) {
        refuses("a", value, {}, /the value of cookie a/);
        continue;
      }
      const line = setCookieLine("a", value);
      assert.equal({ ...parseCookie(sentBack(line)) }, { a: value }, line);
      assert.match(line, /^a=[\x21-\x7e]+; Path=\/$/);
      cookies.push({ name: "a", value, line });
    }
  }
  assert.is(setCookieLine("a", ""), "a=; Path=/", "~> where Python writes two quotes");
  cookies.push({ name: "a", value: "", line: setCookieLine("a", "") });
  assert.equal({ ...parseCookie("a=") }, { a: "" });
  assert.is(complaintsOfTornado({ cookies }), "");
});

test("all attributes", () => {
  assert.is(
    setCookieLine("a", "b", {
      domain: "x.org",
      expires: new Date(0),
      httpOnly: true,
      maxAge: 0,
      partitioned: true,
      path: "/p",
      sameSite: "none",
      secure: true,
    }),
    "a=b; Domain=x.org; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=0; Partitioned; Path=/p; SameSite=None; Secure",
  );
  const off = { domain: undefined, expires: undefined, expiresDays: undefined, maxAge: undefined, path: undefined };
  const flags = { httpOnly: false, partitioned: false, sameSite: undefined, secure: false };
  assert.is(setCookieLine("a", "b", { ...off, ...flags }), "a=b; Path=/");
  for (const sameSite of ["Lax", "lax", "Strict", "strict"] as const)
    assert.match(setCookieLine("a", "b", { sameSite }), /; SameSite=(Lax|Strict)$/);
  assert.match(setCookieLine("a", "b", { maxAge: 1.9 }), "; Max-Age=1;");
  assert.match(setCookieLine("a", "b", { maxAge: -5 }), "; Max-Age=-5;");
});

test("expiry is a date, seconds since 1970, or days from now", () => {
  const expires = (options: SetCookieOptions, clock?: () => number): string =>
    /; Expires=([^;]*)/.exec(setCookieLine("a", "b", options, clock))?.[1] ?? "";
  assert.is(expires({ expires: 1_300_000_000.9 }), "Sun, 13 Mar 2011 07:06:40 GMT");
  assert.is(expires({ expires: 0 }), "Thu, 01 Jan 1970 00:00:00 GMT");
  assert.is(expires({ expires: new Date(1_300_000_000_000) }), "Sun, 13 Mar 2011 07:06:40 GMT");
  const clock = (): number => 1_300_000_000;
  assert.is(expires({ expiresDays: 1 }, clock), "Mon, 14 Mar 2011 07:06:40 GMT");
  assert.is(expires({ expiresDays: 0.5 }, clock), "Sun, 13 Mar 2011 19:06:40 GMT");
  assert.is(expires({ expiresDays: -365 }, clock), "Sat, 13 Mar 2010 07:06:40 GMT");
  assert.is(expires({ expiresDays: 30, expires: 0 }, clock), "Thu, 01 Jan 1970 00:00:00 GMT", "~> expires wins");
  const before = Math.floor(Date.now() / 1000) * 1000;
  const made = parseHTTPDate(expires({ expiresDays: 30 })) ?? 0;
  assert.ok(made >= before + 30 * 86_400_000 && made <= Date.now() + 30 * 86_400_000);
});

test("nothing adds an attribute, a second cookie or a line", () => {
  for (let code = 0; code <= 0x7f; code++) {
    const character = String.fromCharCode(code);
    const control = code < 0x20 || code === 0x7f;
    if (control || character === ";" || character === " ") {
      refuses("a", "b", { path: `/${character}x` }, /Invalid cookie attribute path/);
      refuses("a", "b", { domain: `x${character}y` }, /Invalid cookie attribute domain/);
    }
    if (control || ' "(),/:;<=>?@[\\]{}'.includes(character)) refuses(`a${character}`, "b", {}, /not a cookie name/);
    if (control && code !== 0x7f) refuses("a", `b${character}c`, {}, /the value of cookie a/);
  }
  refuses("", "b", {}, /not a cookie name/);
  refuses("é", "b", {}, /not a cookie name/);
  refuses("a", "b\r\nSet-Cookie: c=d", {}, /the value of cookie a/);
  refuses("a", "b", { sameSite: "Lax; Secure" }, /sameSite/);
  refuses("a", "b", { sameSite: "Other" }, /sameSite/);
  refuses("a", "b", { path: "/é" }, /path/);
  refuses("a", "b", { path: "" }, /path/);
  refuses("a", "b", { path: "x" }, /must begin with \//);
  refuses("a", "b", { domain: "" }, /domain/);
  refuses("a", 5 as unknown as string, {}, /is no text/);
});

test("numbers that are none are refused", () => {
  for (const maxAge of [Number.NaN, Number.POSITIVE_INFINITY, 1e21, "5; Secure"])
    refuses("a", "b", { maxAge }, /maxAge/);
  for (const expires of [Number.NaN, new Date(Number.NaN), 1e12, -1e11, "tomorrow"])
    refuses("a", "b", { expires }, /cannot expire then/);
  for (const expiresDays of [Number.NaN, Number.POSITIVE_INFINITY, 1e9, "x"])
    refuses("a", "b", { expiresDays }, /cannot expire then/);
});

test("options that do not exist, and flags that are none, are refused", () => {
  for (const options of [{ httponly: true }, { samesite: "lax" }, { max_age: 5 }, { Secure: true }, { constructor: 1 }])
    refuses("a", "b", options, /cookie a: there is no option/);
  for (const options of [{ secure: 1 }, { httpOnly: "yes" }, { partitioned: null }, { secure: "false" }])
    refuses("a", "b", options, /must be true or false/);
});

test("cookies every browser would drop are refused", () => {
  refuses("a", "b", { sameSite: "None" }, /needs secure: true/);
  refuses("a", "b", { sameSite: "none", secure: false }, /needs secure: true/);
  refuses("a", "b", { partitioned: true }, /needs secure: true/);
});

test("the prefixes keep their promises", () => {
  for (const name of ["__Secure-a", "__secure-a", "__SECURE-a", "__Host-a", "__host-a", "__Http-a", "__Host-Http-a"])
    refuses(name, "b", { httpOnly: true }, /needs secure: true, its prefix/);
  for (const name of ["__Host-a", "__HOST-a", "__Host-Http-a"]) {
    const options = { secure: true, httpOnly: true };
    assert.match(setCookieLine(name, "b", options), /=b; HttpOnly; Path=\/; Secure$/);
    refuses(name, "b", { ...options, path: "/p" }, /no domain and the path/);
    refuses(name, "b", { ...options, domain: "x.org" }, /no domain and the path/);
  }
  for (const name of ["__Http-a", "__Host-Http-a", "__http-a"]) refuses(name, "b", { secure: true }, /httpOnly: true/);
  assert.match(setCookieLine("__Secure-a", "b", { secure: true, domain: "x.org", path: "/p" }), "; Path=/p; Secure");
  for (const name of ["__Hosta", "a__Host-", "_Host-a", "__Security-a"])
    assert.is(setCookieLine(name, "b"), `${name}=b; Path=/`);
});

test("MAX_COOKIE_SIZE: name and value as sent, together", () => {
  assert.is(setCookieLine("a", "x".repeat(MAX_COOKIE_SIZE - 1)).length, MAX_COOKIE_SIZE + "=; Path=/".length);
  refuses("a", "x".repeat(MAX_COOKIE_SIZE), {}, /longer than 4096 bytes/);
  refuses("a", ",".repeat(1100), {}, /longer than 4096 bytes/);
});

test("MAX_COOKIE_ATTRIBUTE_SIZE", () => {
  const path = `/${"x".repeat(MAX_COOKIE_ATTRIBUTE_SIZE - 1)}`;
  assert.match(setCookieLine("a", "b", { path }), `; Path=${path}`);
  refuses("a", "b", { path: `${path}x` }, /Invalid cookie attribute path/);
  refuses("a", "b", { domain: path.slice(1) + "yz" }, /Invalid cookie attribute domain/);
});

test.run();
