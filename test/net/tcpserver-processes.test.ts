/** `bind` and `start(n)`: one port, several processes, on Node (cluster) and Bun (port sharing). */
import { once } from "node:events";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { suite } from "../_support/suite.ts";
import { startFixture } from "./fixtures/spawn.ts";

const test = suite("TCPServer in several processes", { deadline: 60 });

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** `<pid> <task id>` of whoever answers, or undefined where it went away. */
async function ask(port: number, line: string): Promise<string | undefined> {
  const stream = new IOStream();
  try {
    await stream.connect({ port, host: "127.0.0.1" });
    void stream.write(`${line}\n`);
    return String(await stream.readUntil("\n")).trim();
  } catch {
    return undefined;
  } finally {
    stream.close();
  }
}

const serving = (output: string): number => output.split("serving ").length - 1;

test("both processes answer; one that crashes is replaced", async () => {
  const port = await freePort();
  const running = startFixture("tcpserver-forking.ts", [String(port)]);
  try {
    await running.until((output) => serving(output) === 2);
    const seen = new Set<string>();
    while (seen.size < 2) {
      const answer = await ask(port, "who");
      if (answer !== undefined) seen.add(answer);
    }
    assert.equal([...seen].map((answer) => answer.split(" ")[1]).sort(), ["0", "1"]);
    assert.is(await ask(port, "crash"), undefined);
    await running.until((output) => serving(output) === 3);
    let newcomer: string | undefined;
    while (newcomer === undefined || seen.has(newcomer)) newcomer = await ask(port, "who");
    assert.match(newcomer, / [01]$/);
  } finally {
    running.process.kill("SIGTERM");
    await running.ended;
  }
});

test.run();
