/**
 * Settings do not fail open: one of ours with a value of another type, or under a name that is nearly its own, is refused when the application
 * is made. Names of the application's own stay free, as in Tornado.
 */
import * as assert from "uvu/assert";
import { UsageError } from "../../src/errors.ts";
import { inject } from "../../src/testing/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import type { Settings } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("settings");

/** The sentence an application is refused with, or "". */
function sentence(settings: object): string {
  try {
    new Application([], settings as Settings);
  } catch (error) {
    assert.instance(error, UsageError);
    assert.match((error as UsageError).code, /^ERR_LANDSPOUT_(?:SETTING|OPTION|COOKIE)$/);
    return (error as UsageError).message;
  }
  return "";
}

test("a name that is nearly one of ours is refused with it", () => {
  const meant = (name: string): string | undefined => /; did you mean (.*?)\? /.exec(sentence({ [name]: true }))?.[1];
  for (const [name, ours] of Object.entries({
    xsrf_cookies: "xsrfCookies",
    XSRFCookies: "xsrfCookies",
    xsrfCookie: "xsrfCookies",
    xsrfCokies: "xsrfCookies",
    cookie_secret: "cookieSecret",
    cookieSecrets: "cookieSecret",
    "cookie-secret": "cookieSecret",
    Debug: "debug",
    dubeg: undefined,
    debgu: "debug",
    login_url: "loginUrl",
    serveTracebacks: "serveTraceback",
    compressRespones: "compressResponse",
    static_path: "staticPath",
    autoEscape: "autoescape",
    webSocket: "websocket",
    // Other names of Tornado's.
    gzip: "compressResponse",
    xsrf_cookie_kwargs: "xsrfCookieOptions",
    websocket_ping_interval: "websocket: { pingInterval }",
    websocket_max_message_size: "websocket: { maxMessageSize }",
  }))
    assert.is(meant(name), ours, name);
});

test("options of the server are sent where they belong", () => {
  for (const name of ["maxBodySize", "max_body_size", "xheaders", "ssl", "idleConnectionTimeout"])
    assert.match(sentence({ [name]: 1 }), /is no setting; the server takes \w+: app\.listen\(port, \{/);
});

test("names of the application's own are free", () => {
  class Main extends RequestHandler {
    override get(): void {
      this.write({ site: this.settings["site_title"] });
    }
  }
  const own = {
    db: {},
    site_title: "Pages",
    tags: [],
    logoutUrl: "/logout",
    mediaPath: "media",
    imageUrlPrefix: "/images/",
    statsPath: "/stats",
    statusPath: "/status",
    parser: "mine",
    protocol: "v2",
    transport: {},
    facebook_api_key: "k",
    pageSize: 1.5,
    users: null,
    constructor: 1,
  };
  assert.is(sentence(own), "");
  return inject(new Application([["/", Main]], { accessLog: false, ...own }), "/").then((answer) =>
    assert.equal(answer.json(), { site: "Pages" }),
  );
});

test("ours have their type", () => {
  for (const [settings, pattern] of [
    [{ xsrfCookies: "yes" }, /xsrfCookies must be true or false, not "yes"/],
    [{ xsrfCookies: 1 }, /xsrfCookies must be true or false, not 1/],
    [{ xsrfCookieVersion: 3 }, /xsrfCookieVersion must be 1 or 2/],
    [{ debug: "false" }, /debug must be true or false/],
    [{ serveTraceback: null }, /serveTraceback must be true or false/],
    [{ cookieSecret: "" }, /cookieSecret must be text or bytes/],
    [{ cookieSecret: 5 }, /cookieSecret must be text or bytes/],
    [{ cookieSecret: {} }, /cookieSecret must be text or bytes/],
    [{ cookieSecret: { 1: "" } }, /cookieSecret must be text or bytes/],
    [{ keyVersion: "1" }, /keyVersion must be a whole number/],
    [{ loginUrl: /login/ }, /loginUrl must be text/],
    [{ compressResponse: "gzip" }, /options must be an object/],
    [{ compressResponse: { level: 10 } }, /level must be a whole number from 1 to 9/],
    [{ websocket: { maxMessageSize: "1mb" } }, /maxMessageSize must be a whole number/],
    [{ logFunction: true }, /logFunction must be a function/],
    [{ templatePath: ["a"] }, /templatePath must be text/],
    [{ templateWhitespace: "none" }, /templateWhitespace must be "all", "single" or "oneline"/],
    [{ autoescape: false }, /autoescape must be the name of a function, or null/],
    [{ xsrfTrustedOrigins: "https://a" }, /xsrfTrustedOrigins must be a list of origins/],
    [{ staticHandlerClass: {} }, /staticHandlerClass must be a function/],
    [[], /the settings must be an object, not a list/],
  ] as [object, RegExp][])
    assert.match(sentence(settings), pattern);
});

test("a secret of another type is not written into the sentence", () =>
  assert.not.match(sentence({ cookieSecret: ["s3cret"] }), /s3cret/));

test("undefined is not given", () => assert.is(sentence({ cookieSecret: undefined, debug: undefined }), ""));

test.run();
