/**
 * `bind` and `start(n)`: one port, several processes, on Node (cluster) and Bun (port sharing); lines, HTTP and HTTPS. What becomes
 * of the processes themselves is in process.test.ts.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { cpuCount } from "../../src/process/process.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { startFixture } from "./fixtures/spawn.ts";
import type { Running } from "./fixtures/spawn.ts";

const test = suite("TCPServer in several processes", { deadline: 60 });
const pair = certificate("localhost");
let folder = "";

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "landspout-"));
  for (const name of ["KEY", "CERT"] as const) {
    const path = (process.env[name] = join(folder, name));
    writeFileSync(path, name === "KEY" ? pair.key : pair.cert);
  }
});
test.after(() => rmSync(folder, { recursive: true }));

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

type Kind = "tcp" | "http" | "https";

/** `<pid> <task id>` of whoever answers, or undefined where it went away. */
async function ask(port: number, kind: Kind, question = "who"): Promise<string | undefined> {
  const stream = new IOStream();
  try {
    const ssl = kind === "https" ? { ssl: { ca: pair.cert, serverHostname: "localhost" } } : {};
    await stream.connect({ port, host: "127.0.0.1", ...ssl });
    if (kind === "tcp") {
      await stream.write(`${question}\n`);
      return String(await stream.readUntil("\n")).trim();
    }
    await stream.write(`GET /${question} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await stream.readUntil("\r\n\r\n");
    const body = String(await stream.readUntilClose());
    return body === "" ? undefined : body;
  } catch {
    return undefined;
  } finally {
    stream.close();
  }
}

/** The lines `serving <pid> <port>` of children, so far. */
const serving = (output: string): string[] => output.split("\n").filter((line) => line.startsWith("serving "));
const pids = (answers: Iterable<string>): number[] => [...answers].map((answer) => Number(answer.split(" ")[0]));

async function withChildren(args: readonly unknown[], use: (running: Running) => Promise<void>): Promise<void> {
  const running = startFixture("tcpserver-forking.ts", args.map(String));
  try {
    await use(running);
  } finally {
    running.process.kill("SIGTERM");
    await running.ended;
  }
}

/** Asks until so many have answered. */
async function everybody(port: number, kind: Kind, count: number): Promise<Set<string>> {
  const seen = new Set<string>();
  while (seen.size < count) {
    const answer = await ask(port, kind);
    if (answer !== undefined) seen.add(answer);
  }
  return seen;
}

for (const kind of ["tcp", "http", "https"] as const) {
  test(`every process answers on one port; one that crashes is replaced (${kind})`, async () => {
    const port = await freePort();
    await withChildren([port, 2, 100, kind], async (running) => {
      const output = await running.until((text) => serving(text).length === 2);
      assert.equal(
        serving(output).map((line) => line.split(" ")[2]),
        [String(port), String(port)],
      );
      const seen = await everybody(port, kind, 2);
      assert.equal([...seen].map((answer) => answer.split(" ")[1]).sort(), ["0", "1"]);
      assert.not.ok(pids(seen).includes(running.process.pid ?? 0), "~> the parent serves nothing");
      assert.is(await ask(port, kind, "crash"), undefined);
      await running.until((text) => serving(text).length === 3);
      let newcomer: string | undefined;
      while (newcomer === undefined || seen.has(newcomer)) newcomer = await ask(port, kind);
      assert.ok(
        [...seen].some((answer) => answer.split(" ")[1] === newcomer?.split(" ")[1]),
        "~> with its number",
      );
    });
  });
}

test("0 processes are one for each core", async () => {
  const port = await freePort();
  const count = cpuCount();
  await withChildren([port, 0], async (running) => {
    await running.until((text) => serving(text).length === count);
    assert.is((await everybody(port, "tcp", count)).size, count);
  });
});

test("one process is this one", async () => {
  const port = await freePort();
  await withChildren([port, 1], async (running) => {
    await running.until((text) => serving(text).length === 1);
    assert.is(await ask(port, "tcp"), `${running.process.pid} undefined`);
  });
});

test("crashes at requests are counted, and after the last restart that is allowed all end", async () => {
  const port = await freePort();
  const running = startFixture("tcpserver-forking.ts", [port, 2, 2, "http"].map(String));
  let crashes = 0;
  for (const restarted of [2, 3, 4]) {
    await running.until((text) => serving(text).length === restarted);
    assert.is(await ask(port, "http", "crash"), undefined);
    crashes++;
  }
  const { code, errors } = await running.ended;
  assert.is(crashes, 3);
  assert.is(code, 1);
  assert.match(errors, /Too many child restarts, giving up after 2 \(maxRestarts\)/);
  assert.is(await ask(port, "http"), undefined, "~> nobody listens any more");
});

test("children that never come to listen are not started for ever", async () => {
  const port = await freePort();
  const { code, errors, output } = await startFixture("tcpserver-forking.ts", [port, 2, 3, "broken"].map(String)).ended;
  assert.is(code, 1);
  assert.is(serving(output).length, 0);
  assert.is(errors.split("exited with status 4, restarting").length - 1, 3);
});

test.run();
