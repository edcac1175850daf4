/** Where the helpers that redirect send a client: to the address that was meant, as a URI, and never to another host. */
import * as assert from "uvu/assert";
import {
  addslash,
  authenticated,
  RedirectHandler,
  removeslash,
  RequestHandler,
  StaticFileHandler,
} from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { Folder } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("redirects", { deadline: 20 });

for (const [address, location] of [
  ["/\\evil.example", "/%5Cevil.example"],
  ["\\\\evil.example", "%5C%5Cevil.example"],
  ["/grün/日本?q=ä", "/gr%C3%BCn/%E6%97%A5%E6%9C%AC?q=%C3%A4"],
  ["http://[::1]:80/a b", "http://[::1]:80/a%20b"],
  ['/"<>^`{|}', "/%22%3C%3E^`{|}"],
  ["/a%20b%2F?x=%41#y", "/a%20b%2F?x=%41#y"],
  ["/a\r\nSet-Cookie: a=1", "/a%0D%0ASet-Cookie:%20a=1"],
  ["/\ud800", "/%EF%BF%BD"],
] as const) {
  test(`redirect(${JSON.stringify(address)}) sends a URI`, () =>
    talk(
      [
        [
          "/",
          class extends RequestHandler {
            override get(): void {
              this.redirect(address);
            }
          },
        ],
      ],
      async (peer) => {
        const answer = await ask(peer, "/");
        assert.is(answer.headers["location"], location);
        assert.is(answer.headers["set-cookie"], undefined);
      },
    ));
}

class Slash extends RequestHandler {
  override get(): void {
    this.write("x");
  }
}
const methodOf = (decorate: typeof addslash): typeof Slash =>
  class extends Slash {
    override get = decorate(Slash.prototype.get);
  } as unknown as typeof Slash;
class Secret extends RequestHandler {
  override getLoginUrl(): string {
    return "/login";
  }
  override get = authenticated(Slash.prototype.get) as never;
}

test("addslash, removeslash and a folder of files name no other host", async () => {
  const folder = new Folder({ "evil.example/index.html": "x", "\\evil.example/index.html": "x" });
  expectLog(/Malformed|404|cannot redirect/, { required: false });
  for (const target of [
    "/\\evil.example",
    "/\\evil.example/",
    "//evil.example",
    "//evil.example/",
    "/\\/evil.example",
  ]) {
    for (const [path, handler, args] of [
      [/.*/, methodOf(addslash), {}],
      [/.*/, methodOf(removeslash), {}],
      ["/*", StaticFileHandler, { path: folder.path, defaultFilename: "index.html" }],
      ["/*", RedirectHandler, { url: "/{0}" }],
    ] as const) {
      await talk([[path, handler, args]], async (peer) => {
        const { headers } = await ask(peer, target);
        const location = headers["location"] ?? "";
        assert.not.match(location, /^[/\\]{2}/);
      });
    }
  }
});

test("addslash keeps what a path holds, and the query", () =>
  talk(
    [
      ["/add/*", methodOf(addslash)],
      ["/secret/*", Secret],
    ],
    async (peer) => {
      assert.is((await ask(peer, "/add/a%20b?c=%41")).headers["location"], "/add/a%20b/?c=%41");
      assert.is((await ask(peer, "/secret/a?b=c")).headers["location"], "/login?next=%2Fsecret%2Fa%3Fb%3Dc");
    },
  ));

test.run();
