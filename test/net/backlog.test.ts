/**
 * The queue of connections that wait to be accepted, by default: a crowd that comes in one turn finds room. Linux tells its length, and
 * Node lets us choose it; Bun has one of its own (512).
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { TCPServer } from "../../src/net/tcpserver.ts";
import type { IOStream } from "../../src/net/iostream.ts";
import { suite } from "../_support/suite.ts";

const CROWD = 400;
const SOMAXCONN = "/proc/sys/net/core/somaxconn";

class Closer extends TCPServer {
  override handleStream(stream: IOStream): void {
    stream.close();
  }
}

/** Connections to a listening port that the kernel has taken and the process has not. */
function waiting(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((text) => text.trim().split(/\s+/))
    .find((fields) => fields[1] === address && fields[3] === "0A");
  return Number.parseInt(line?.[4]?.split(":")[1] ?? "", 16);
}

const test = suite("backlog");
const can =
  process.platform === "linux" &&
  process.versions["bun"] === undefined &&
  Number(readFileSync(SOMAXCONN, "utf8")) >= CROWD;

(can ? test : test.skip)("a crowd that comes in one turn is queued, not told to come again", async () => {
  const server = new Closer();
  await server.listen(0, "127.0.0.1");
  const { port } = server;
  const crowd = Array.from({ length: CROWD }, () => net.connect(port, "127.0.0.1").resume());
  const closed = crowd.map((socket) => once(socket, "close"));
  try {
    // They connect in this turn; what accepts them has its turn after it.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.is(waiting(port), CROWD);
    await Promise.all(closed);
  } finally {
    for (const socket of crowd) socket.destroy();
    await server.stop();
  }
});

test.run();
