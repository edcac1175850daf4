/**
 * A server whose clients do not read: it prints its port, waits until `CLIENTS` have come and take no more, publishes `TOTAL` bytes to them
 * in messages of `SIZE`, and prints by how many bytes its memory has grown. Arguments: kind, clients, total, size.
 */
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { PubSub } from "../../src/pubsub/index.ts";
import { EventSourceHandler } from "../../src/web/live/event-source.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { Application } from "../../src/web/application/application.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";

const [kind = "socket", clients = "1", total = "0", size = "1"] = process.argv.slice(2);
const pubsub = new PubSub();
const unread = { maxUnsentSize: 64 * 1024 * 1024 };
/** Hexadecimal digits of chance: zlib halves them, no more. */
const digits = (length: number): string => randomFillSync(Buffer.alloc(length / 2)).toString("hex");
const FILLING = digits(50_000);
let filled = 0;

/** Sends until the system takes no more. */
async function fill(send: () => Promise<void> | void): Promise<void> {
  let calm = 0;
  while (calm < 3) {
    calm = send() === undefined ? 0 : calm + 1;
    await new Promise((resolve) => setTimeout(resolve, calm === 0 ? 0 : 20));
  }
  if (++filled === Number(clients)) await measure();
}

class Socket extends WebSocketHandler {
  override onMessage(): void {}
  override getWebSocketOptions() {
    return { ...unread, pingInterval: 0 };
  }
  override getCompressionOptions() {
    return kind === "compressed" ? { threshold: 100 } : undefined;
  }
  override open(): void {
    pubsub.subscribe("all", this);
    void fill(() => this.writeMessage(FILLING));
  }
}
class Events extends EventSourceHandler {
  override getEventSourceOptions() {
    return { ...unread, keepAlive: 0 };
  }
  override open(): void {
    pubsub.subscribe("all", this);
    void fill(() => this.send(FILLING));
  }
}

async function used(): Promise<number> {
  const { Bun, gc } = globalThis as { Bun?: { gc(now: boolean): void }; gc?: () => void };
  for (let i = 0; i < 5; i++) {
    if (Bun === undefined) gc?.();
    else Bun.gc(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return Bun === undefined ? heapUsed + external : heapUsed;
}

async function measure(): Promise<void> {
  const before = await used();
  const messages = Math.ceil(Number(total) / Number(size));
  for (let i = 0; i < messages; i++) {
    pubsub.publish("all", digits(Number(size)));
    // Some turns publish one message, others more.
    if (i % 3 > 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log(`${(await used()) - before} ${pubsub.subscriberCount("all")}`);
}

const routes: ConstructorParameters<typeof Application>[0] = [
  ["/socket", Socket],
  ["/events", Events],
];
const server = new HTTPServer(new Application(routes, { accessLog: false }));
await server.listen(0, "127.0.0.1");
console.log(server.port);
