/** The role of a connection decides who masks, and who ends the connection: not whether it belongs to a server that is shut down. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { IOStream } from "../../src/net/iostream.ts";
import { MemoryTransport } from "../../src/net/memory-transport.ts";
import { createParser } from "../../src/parser/index.ts";
import { WebSocketConnection } from "../../src/websocket/connection.ts";
import { suite } from "../_support/suite.ts";
import { masked, unmasked } from "./_raw.ts";

const test = suite("role of a WebSocket");

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function openConnection(role: "server" | "client") {
  const { parser } = createParser();
  const sent: Buffer[] = [];
  const told: string[] = [];
  const transport = new MemoryTransport(parser, {
    bytes: (chunk) => (sent.push(chunk), 0),
    ended: () => void told.push("ended"),
    closed: () => void told.push("closed"),
  });
  const events = {
    onMessage: (message: string | Buffer) => void told.push(String(message)),
    onPing: () => undefined,
    onPong: () => undefined,
    onClose: (code: number) => void told.push(`close ${code}`),
    onError: () => void told.push("error"),
  };
  const connection = new WebSocketConnection(
    new IOStream(parser, transport),
    events,
    {},
    { websocket: {}, role, name: role },
  );
  connection.opened();
  connection.start();
  return { connection, transport, sent, told };
}

test("a server that nothing shuts down sends unmasked frames, wants masked ones, and ends the connection", async () => {
  const { connection, transport, sent, told } = openConnection("server");
  void connection.write("hello");
  await turn();
  assert.equal(Buffer.concat(sent), unmasked(0x81, "hello"));
  await transport.deliver(masked(0x81, "to a server"));
  await turn();
  assert.equal(told, ["to a server"]);
  sent.length = 0;
  await transport.deliver(masked(0x88, Buffer.from([3, 232])));
  await turn();
  assert.equal(Buffer.concat(sent), unmasked(0x88, Buffer.from([3, 232])));
  // RFC 6455 §7.1.1: the server closes the TCP connection first; the client waits for it.
  assert.ok(told.includes("ended"));
  transport.close();
  await turn();
  assert.ok(told.includes("close 1000"));
});

test("a client masks its frames, wants unmasked ones, and leaves the end to the server", async () => {
  const { connection, transport, sent, told } = openConnection("client");
  void connection.write("hello");
  await turn();
  const frame = Buffer.concat(sent);
  assert.is((frame[1] as number) & 0x80, 0x80);
  assert.is(frame.length, 2 + 4 + 5);
  await transport.deliver(unmasked(0x81, "to a client"));
  await turn();
  assert.equal(told, ["to a client"]);
  await transport.deliver(unmasked(0x88, Buffer.from([3, 232])));
  await turn();
  assert.not.ok(told.includes("ended"));
  transport.close();
  await turn();
  assert.ok(told.includes("close 1000"));
});

test.run();
