/** XSRF tokens as Tornado makes and reads them, and the check of fetch metadata. Pure. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { HTTPHeaders } from "../../src/http/httputil.ts";
import {
  decodeXsrfToken,
  encodeXsrfToken,
  fetchMetadataAllows,
  MAX_XSRF_TOKEN_LENGTH,
  newXsrfToken,
  sameXsrfToken,
} from "../../src/web/security/xsrf.ts";
import type { FetchMetadataOptions } from "../../src/web/security/xsrf.ts";
import { suite } from "../_support/suite.ts";
import { complaintsOfTornado, vectors } from "./_tornado.ts";

const test = suite("XSRF", { deadline: 30 });

test("makes the texts Tornado makes of the same token, mask and time", () => {
  for (const { mask, version, token, time, text } of vectors.xsrfMade) {
    const made = { token: Buffer.from(token, "base64"), time };
    assert.is(encodeXsrfToken(made, version, Buffer.from(mask, "hex")), text);
    assert.equal(decodeXsrfToken(text)?.token, made.token);
    if (version === 2) assert.is(decodeXsrfToken(text)?.time, Math.trunc(time));
  }
});

test("reads what Tornado reads, and nothing else", () => {
  for (const { text, token } of vectors.xsrf)
    assert.is(decodeXsrfToken(text)?.token.toString("base64"), token ?? undefined, text);
  assert.is(decodeXsrfToken(undefined), undefined);
});

test("stricter than Tornado: a mask has four bytes, a token at least one, a time only digits", () => {
  for (const text of [
    "2|0000|00|1",
    "2|0000000000|00|1",
    "2|00000000||1",
    "2|00000000|00|-1",
    "2|00000000|00| 1",
    "2|00000000|00|1|",
    "2|00000000|00|1\n",
    "2|00000000|00|9999999999999999",
    "1|00",
    "99999999999999999999|00",
  ])
    assert.is(decodeXsrfToken(text), undefined, text);
});

test("a token is sent under a mask of its own each time", () => {
  const fresh = newXsrfToken();
  assert.is(fresh.token.length, 16);
  const texts = Array.from({ length: 20 }, () => encodeXsrfToken(fresh, 2));
  assert.is(new Set(texts.map((text) => text.split("|")[1])).size, 20);
  assert.is(new Set(texts.map((text) => text.split("|")[2])).size, 20);
  for (const text of texts) {
    assert.is(text.length, 54);
    assert.ok(sameXsrfToken(decodeXsrfToken(text) ?? newXsrfToken(), fresh));
  }
  assert.is(encodeXsrfToken(fresh, 1), encodeXsrfToken(fresh, 1));
  assert.equal(decodeXsrfToken(encodeXsrfToken(fresh, 1))?.token, fresh.token, "~> versions may be mixed");
  assert.not.equal(newXsrfToken().token, fresh.token);
});

test("tokens are the same or not, whatever their length", () => {
  const token = (hex: string) => ({ token: Buffer.from(hex, "hex"), time: 0 });
  assert.ok(sameXsrfToken(token("0102"), { ...token("0102"), time: 5 }));
  for (const other of ["0103", "01", "010200", ""]) assert.not.ok(sameXsrfToken(token("0102"), token(other)), other);
});

test("text a program made up itself counts as a token", () => {
  const [cookie, field] = ["my own token", "my own token"].map((text) => decodeXsrfToken(text));
  assert.ok(cookie !== undefined && field !== undefined && sameXsrfToken(cookie, field));
});

test("MAX_XSRF_TOKEN_LENGTH: longer text is no token", () => {
  assert.is(decodeXsrfToken("a".repeat(MAX_XSRF_TOKEN_LENGTH))?.token.length, MAX_XSRF_TOKEN_LENGTH / 2);
  assert.is(decodeXsrfToken("a".repeat(MAX_XSRF_TOKEN_LENGTH + 2)), undefined);
});

test("a mask of another size is refused", () => {
  for (const size of [0, 3, 5])
    assert.throws(() => encodeXsrfToken(newXsrfToken(), 2, Buffer.alloc(size)), /a mask has 4 bytes/);
});

test("Tornado reads the tokens made here", () => {
  const xsrf = Array.from({ length: 10 }, (_, place) => {
    const token = newXsrfToken();
    return { text: encodeXsrfToken(token, place % 2 === 0 ? 2 : 1), token: token.token.toString("base64") };
  });
  assert.is(complaintsOfTornado({ xsrf }), "");
});

const allows = (fields: { [name: string]: string }, options?: FetchMetadataOptions): boolean =>
  fetchMetadataAllows(new HTTPHeaders({ Host: "app.example", ...fields }), options);

test("the browser's word on the site counts", () => {
  assert.ok(allows({ "Sec-Fetch-Site": "same-origin" }));
  assert.ok(allows({ "Sec-Fetch-Site": "none" }));
  for (const site of ["cross-site", "same-site", "", "Same-Origin", "same-origin;x", "same-origin,cross-site"])
    assert.not.ok(allows({ "Sec-Fetch-Site": site }), site);
  assert.not.ok(allows({ "Sec-Fetch-Site": "cross-site", Origin: "https://app.example" }));
  assert.ok(allows({ "Sec-Fetch-Site": "same-origin", Origin: "https://elsewhere.example" }));
  const twice = new HTTPHeaders([
    ["Sec-Fetch-Site", "same-origin"],
    ["Sec-Fetch-Site", "cross-site"],
  ]);
  assert.not.ok(fetchMetadataAllows(twice));
});

test("without it the origin must be the host the request is for", () => {
  assert.ok(allows({}), "~> neither: no browser");
  for (const origin of [
    "https://app.example",
    "http://app.example",
    "HTTPS://App.Example",
    "https://app.example:443",
    "http://app.example:80",
  ])
    assert.ok(allows({ Origin: origin }), origin);
  for (const origin of [
    "null",
    "",
    "https://evil.example",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://app.example:8443",
    "http://app.example:443",
    "https://app.example@evil.example",
    "https://app.example/",
    "https://app.example https://evil.example",
    "https://app.example,https://evil.example",
    "app.example",
    "ftp://app.example",
    "https://",
  ])
    assert.not.ok(allows({ Origin: origin }), origin);
  assert.ok(allows({ Origin: "https://app.example", Host: "APP.example:443" }));
  assert.ok(allows({ Origin: "http://[::1]:8888", Host: "[::1]:8888" }));
  assert.not.ok(fetchMetadataAllows(new HTTPHeaders({ Origin: "https://app.example" })), "~> no host");
});

test("host and scheme may be given, other origins trusted", () => {
  const origin = { Origin: "https://app.example" };
  assert.ok(allows(origin, { protocol: "https" }));
  assert.not.ok(allows(origin, { protocol: "http" }));
  assert.not.ok(allows({ Origin: "http://app.example" }, { protocol: "https" }));
  assert.ok(allows({ ...origin, Host: "inside:8000" }, { host: "app.example" }));
  assert.not.ok(allows(origin, { host: "other.example" }));
  const trustedOrigins = ["https://other.example"];
  assert.ok(allows({ Origin: "https://other.example", "Sec-Fetch-Site": "cross-site" }, { trustedOrigins }));
  assert.not.ok(allows({ Origin: "https://other.example.evil", "Sec-Fetch-Site": "cross-site" }, { trustedOrigins }));
  assert.not.ok(allows({ Origin: "null" }, { trustedOrigins }));
});

test("headers of the Fetch standard are read as well", () => {
  assert.ok(fetchMetadataAllows(new Headers({ "Sec-Fetch-Site": "same-origin" })));
  assert.ok(fetchMetadataAllows(new Headers()));
  assert.not.ok(fetchMetadataAllows(new Headers({ Origin: "https://evil.example" }), { host: "app.example" }));
});

test.run();
