/**
 * The first store of a process. Until there is one, a read enters no context of its own; so the first is set here where that matters: in a
 * piece of content, while another request has begun and is not complete. Alone in its file, since a process has one first store.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { Application, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { Peer, serving } from "../_support/wire.ts";

let storage: AsyncLocalStorage<string> | undefined;
const store = (): string => String(storage?.getStore());

/** Answers with the stores that its pieces of content, and its method, saw. A piece that is a word in capitals sets it as a store. */
@streamRequestBody
class Streams extends RequestHandler {
  saw: string[] = [];
  override dataReceived(chunk: Uint8Array): void {
    const text = Buffer.from(chunk).toString();
    this.saw.push(store());
    if (!/^[A-Z]+$/.test(text)) return;
    storage ??= new AsyncLocalStorage<string>();
    storage.enterWith(text);
  }
  override async post(): Promise<void> {
    this.saw.push(store());
    await Promise.resolve();
    this.saw.push(store());
    this.write(this.saw.join(" "));
  }
}

/** The same for content that is collected first. */
class Whole extends RequestHandler {
  override post(): void {
    this.write(store());
  }
}

const app = new Application(
  [
    ["/streams", Streams],
    ["/whole", Whole],
  ],
  { accessLog: false },
);
const head = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

const test = suite("the first store of a process", { deadline: 20 });

test("set in a piece of content, it reaches nothing else", () =>
  serving(app, {}, async (port) => {
    const [first, streaming, collecting] = await Promise.all([1, 2, 3].map(() => Peer.connect(port)));
    // Two requests begin while there is no store, and are in the middle of their content when it is set.
    streaming?.write(`${head("/streams", 6)}abc`);
    collecting?.write(`${head("/whole", 6)}abc`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Content, its end, and two more requests lie in the same read as the call that sets it.
    first?.write(`${head("/streams", 5)}FIRST${head("/streams", 1)}x${head("/whole", 1)}x`);
    for (const body of ["undefined undefined undefined", "undefined undefined undefined", "undefined"])
      assert.is((await first?.answer())?.body, body);
    streaming?.write("def");
    collecting?.write("def");
    assert.is((await streaming?.answer())?.body, "undefined undefined undefined undefined");
    assert.is((await collecting?.answer())?.body, "undefined");
    // And it is a store like any other from now on.
    first?.write(`${head("/streams", 5)}AGAIN`);
    assert.is((await first?.answer())?.body, "undefined undefined undefined");
    for (const peer of [first, streaming, collecting]) peer?.destroy();
    assert.is.not(storage, undefined);
  }));

test.run();
