/** Bytes on the wire are the bytes that were given: handlers that use one buffer again and again, before clients that read late or slowly. */
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { Application, RequestHandler, StaticFileHandler, streamRequestBody } from "../../src/web/index.ts";
import type { HandlerClass, Settings } from "../../src/web/index.ts";
import { connectLate, contentOf, digestOf, fill, Refilled, SECURITIES, SIZES, sslOf } from "../_support/refilled.ts";
import type { Security } from "../_support/refilled.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS } from "../_support/wire.ts";
import type { Setup } from "../_support/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "landspout-bytes-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const FILE = join(folder, "file.bin");
const CONTENT = Buffer.alloc(6_000_001);
fill(CONTENT, 77);
writeFileSync(FILE, CONTENT);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a handler does, and the digest of what it meant to send. */
interface Deed {
  handler: HandlerClass;
  /** Settles when the client shall begin to read. */
  ready: Promise<void>;
  digest(): string;
}

function deed(work: (handler: RequestHandler, refilled: Refilled) => Promise<void> | void, size = 1_100_000): Deed {
  const refilled = new Refilled(size);
  let begin: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (begin = resolve));
  class Handler extends RequestHandler {
    override async get(): Promise<void> {
      this.setHeader("Content-Type", "application/octet-stream");
      this.setHeader("Connection", "close");
      const working = work(this, refilled);
      refilled.spoil();
      begin();
      await working;
    }
  }
  return { handler: Handler, ready, digest: () => refilled.digest() };
}

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

async function check(...all: Parameters<typeof run>): Promise<void> {
  assert.is(digestOf(contentOf(await run(...all))), all[0].digest());
}

async function run(
  { handler, ready }: Deed,
  setup: Setup,
  security: Security,
  { slowly = false, settings = {}, fields = "" }: { slowly?: boolean; settings?: Settings; fields?: string } = {},
): Promise<Buffer> {
  const app = new Application([["/", handler]], { accessLog: false, ...settings });
  return serving(app, { ...setup, ...sslOf(security) }, async (port) => {
    const client = await connectLate(port, security);
    client.socket.write(`${REQUEST}${fields}\r\n`);
    await ready;
    return client.read(slowly);
  });
}

for (const [name, setup] of SETUPS) {
  for (const security of SECURITIES) {
    // TLS has one road only, whatever was asked for.
    if (security === "TLS" && name !== SETUPS.at(-1)?.[0]) continue;
    const test = suite(`bytes given to a handler, ${name}, ${security}`, { deadline: 60 });

    for (const size of [16_384, 65_536, 262_144]) {
      test(`a file through one buffer of ${size} bytes: read, write, await flush`, async () => {
        class Download extends RequestHandler {
          override async get(): Promise<void> {
            const file = await open(FILE);
            const buffer = Buffer.allocUnsafeSlow(size);
            for (;;) {
              const { bytesRead } = await file.read(buffer, 0, size);
              if (bytesRead === 0) break;
              this.write(buffer.subarray(0, bytesRead));
              await this.flush();
            }
            await file.close();
          }
        }
        const all: Deed = { handler: Download, ready: Promise.resolve(), digest: () => digestOf(CONTENT) };
        await check(all, setup, security, { slowly: true });
      });
    }

    test("written and flushed without waiting, by a handler that goes on in the same turn", () =>
      check(
        deed((handler, refilled) => {
          for (const size of [...SIZES, ...SIZES]) {
            handler.write(refilled.next(size));
            void handler.flush();
          }
          void handler.finish();
        }),
        setup,
        security,
      ));

    test("written and flushed without waiting, a turn for each", () =>
      check(
        deed(async (handler, refilled) => {
          for (const size of [...SIZES, ...SIZES]) {
            handler.write(refilled.next(size));
            void handler.flush();
            refilled.spoil();
            await turn();
          }
        }),
        setup,
        security,
      ));

    for (const size of SIZES) {
      test(`written twice and finished with a third, ${size} bytes each`, () =>
        check(
          deed((handler, refilled) => {
            handler.write(refilled.next(size));
            handler.write(refilled.next(size));
            void handler.finish(refilled.next(size));
          }),
          setup,
          security,
        ));

      test(`finished with ${size} bytes`, () =>
        check(
          deed((handler, refilled) => void handler.finish(refilled.next(size))),
          setup,
          security,
        ));
    }

    test("lent: changed only once the promise of flush has settled", () =>
      check(
        deed(async (handler, refilled) => {
          await turn();
          for (let i = 0; i < 40; i++) {
            handler.write(refilled.next(SIZES[i % SIZES.length]), { bytes: "lend" });
            await handler.flush();
          }
        }),
        setup,
        security,
        { slowly: true },
      ));

    test("an iterable that yields one buffer again and again", async () => {
      const refilled = new Refilled(300_000);
      class Iterable extends RequestHandler {
        override get(): object {
          return (async function* pieces() {
            for (let i = 0; i < 30; i++) {
              if (i % 7 === 0) await turn();
              yield refilled.next(i % 2 === 0 ? 300_000 : 40_000);
            }
            refilled.spoil();
          })();
        }
      }
      const all: Deed = { handler: Iterable, ready: Promise.resolve(), digest: () => refilled.digest() };
      await check(all, setup, security, { slowly: true });
    });

    test("low in the stack, straight to the connection", () =>
      check(
        deed((handler, refilled) => {
          handler.autoFinish = false;
          void handler.flush();
          const { connection } = handler.request;
          for (const size of SIZES) void connection.write(refilled.next(size));
          void handler.finish();
        }),
        setup,
        security,
      ));

    test("a body that is echoed piece by piece, and overwritten", async () => {
      const body = Buffer.alloc(3_000_000);
      fill(body, 5);
      @streamRequestBody
      class Echo extends RequestHandler {
        override dataReceived(chunk: Uint8Array): void {
          this.write(chunk);
          void this.flush();
          chunk.fill(0);
        }
        override post(): void {}
      }
      const app = new Application([["/", Echo]], { accessLog: false });
      await serving(app, { ...setup, ...sslOf(security) }, async (port) => {
        const client = await connectLate(port, security);
        client.socket.write(
          `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
        );
        client.socket.write(body);
        assert.is(digestOf(contentOf(await client.read(true))), digestOf(body));
      });
    });

    test("static files for slow clients, all at once", async () => {
      const app = new Application([[/\/(.*)/, StaticFileHandler, { path: folder }]], { accessLog: false });
      await serving(app, { ...setup, ...sslOf(security) }, async (port) => {
        const clients = await Promise.all(Array.from({ length: 4 }, () => connectLate(port, security)));
        const answers = clients.map((client) => {
          client.socket.write(REQUEST.replace("/ ", "/file.bin ") + "\r\n");
          return client.read(true);
        });
        for (const answer of await Promise.all(answers)) assert.is(digestOf(contentOf(answer)), digestOf(CONTENT));
      });
    });

    test("through output transforms", async () => {
      for (const [coding, decode] of [
        ["gzip", gunzipSync],
        ["br", brotliDecompressSync],
      ] as const) {
        const options = { settings: { compressResponse: true }, fields: `Accept-Encoding: ${coding}\r\n` };
        for (const lend of [false, true]) {
          for (const work of [
            (handler: RequestHandler, refilled: Refilled): void => {
              handler.setHeader("Content-Type", "text/plain");
              for (const size of SIZES) {
                handler.write(refilled.next(size), lend ? { bytes: "lend" } : {});
                void handler.flush();
              }
              void handler.finish();
            },
            (handler: RequestHandler, refilled: Refilled): void => {
              handler.setHeader("Content-Type", "text/plain");
              void handler.finish(refilled.next(500_000));
            },
          ]) {
            const all = deed(work);
            const answer = await run(all, setup, security, options);
            assert.is(digestOf(decode(contentOf(answer))), all.digest(), `${coding}`);
          }
        }
      }
    });

    test.run();
  }
}
