/**
 * A program's own handler may have methods and fields of any name that is no part of the public interface. The names here are those that
 * the package uses, or used, inside: a handler that has them all answers as one that has none.
 */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { Application, HTTPError, RequestHandler, StaticFileHandler } from "../../src/web/index.ts";
import { EventSourceHandler } from "../../src/web/live/event-source.ts";
import { WebSocketHandler } from "../../src/web/live/websocket-handler.ts";
import { websocketConnect } from "../../src/websocket/client.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { serving } from "../_support/wire.ts";
import { Folder } from "./_folder.ts";
import { ask, talk } from "./_talk.ts";

const test = suite("names of a program's own", { deadline: 20 });

const NAMES = (
  "late isLate resetAnswer reset giveUpRequest giveUp cut answered onResponded target targetOf newCookies cookiesOf reason reasonOf " +
  "answer transformed content status headers fields handler over done sent more policy checkTime timed end pending listeners " +
  "files found lastModified tag serve serveFile serveOpened serveContent contentOf chooseCoding partToSend finishWithout " +
  "validators wholePath connection subprotocol compression accept state internals user"
).split(" ");

/** The class with a method of each name that fails when it is called, and an own field where `fields` are wanted. */
function withNames<C extends new (...args: never[]) => object>(base: C, fields: boolean): C {
  const cls = class extends (base as unknown as new (...args: unknown[]) => object) {
    constructor(...args: unknown[]) {
      super(...args);
      if (fields) for (const name of NAMES) Object.defineProperty(this, name, { value: "mine", writable: true });
    }
  };
  for (const name of NAMES) {
    const value = (): never => {
      throw new Error(`${name} is the program's`);
    };
    Object.defineProperty(cls.prototype, name, { value, writable: true, configurable: true });
  }
  return cls as unknown as C;
}

test("no public class of handlers has one of the names", () => {
  for (const cls of [RequestHandler, StaticFileHandler, EventSourceHandler, WebSocketHandler]) {
    const names = NAMES.filter((name) => name in cls.prototype);
    assert.equal(names, [], cls.name);
  }
});

class Usual extends RequestHandler<"/:name"> {
  override get(): void {
    this.setCookie("a", "1");
    this.write(`of ${this.pathKwargs.name}`);
  }
  override post(): void {
    this.setStatus(404, "Away");
    throw new HTTPError(418, { reason: "Teapot" });
  }
  override async put(): Promise<void> {
    this.write("begun");
    await this.flush();
    throw new Error("cut");
  }
  override delete(): void {
    this.redirect("/elsewhere");
    this.setStatus(200);
  }
}

for (const fields of [false, true]) {
  const kind = fields ? "fields" : "methods";

  test(`RequestHandler with ${kind} of these names`, async () => {
    await talk([["/:name", withNames(Usual, fields)]], async (peer) => {
      const got = await ask(peer, "/x");
      assert.is(got.status, 200);
      assert.is(got.body, "of x");
      assert.match(String(got.headers["set-cookie"]), /^a=1;/);
      const refused = await ask(peer, "/x", { method: "POST" });
      assert.is(refused.status, 418);
      assert.match(refused.body, /418: Teapot/);
      expectLog(/setStatus\(\) after finish\(\)/);
      const moved = await ask(peer, "/x", { method: "DELETE" });
      assert.is(moved.status, 302);
      expectLog(/cut/);
      let failure: unknown;
      await ask(peer, "/x", { method: "PUT" }).catch((error: unknown) => (failure = error));
      assert.ok(failure instanceof Error, "the answer was cut");
    });
  });

  test(`StaticFileHandler with ${kind} of these names`, async () => {
    const { path } = new Folder({ "small.txt": "small", "large.bin": Buffer.alloc(200_000, 7) });
    const handler = withNames(StaticFileHandler, fields);
    await talk([["/*", handler, { path, precompressed: true }]], async (peer) => {
      const small = await ask(peer, "/small.txt");
      assert.is(small.body, "small");
      const again = await ask(peer, "/small.txt", { fields: `If-None-Match: ${small.headers["etag"]}\r\n` });
      assert.is(again.status, 304);
      assert.is((await ask(peer, "/large.bin")).body.length, 200_000);
      assert.is((await ask(peer, "/large.bin", { fields: "Range: bytes=9-\r\n" })).status, 206);
      assert.is((await ask(peer, "/none.txt")).status, 404);
    });
  });

  test(`EventSourceHandler with ${kind} of these names`, async () => {
    let closed = 0;
    class Events extends EventSourceHandler {
      override open(): void {
        void this.send("one");
        this.close();
      }
      override onClose(): void {
        closed++;
      }
    }
    await talk([["/", withNames(Events, fields)]], async (peer) => {
      assert.match((await ask(peer, "/")).body, /data: ?one/);
      assert.is(closed, 1);
    });
  });

  test(`WebSocketHandler with ${kind} of these names`, async () => {
    class Echo extends WebSocketHandler {
      override onMessage(message: string | Buffer): void {
        void this.writeMessage(message);
      }
    }
    const app = new Application([["/", withNames(Echo, fields)]], { accessLog: false });
    await serving(app, {}, async (port) => {
      const client = await websocketConnect(`ws://127.0.0.1:${port}/`);
      void client.writeMessage("hello");
      assert.is(await client.readMessage(), "hello");
      client.close();
    });
  });
}

test.run();
