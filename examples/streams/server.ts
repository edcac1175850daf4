/**
 * Feeds that lose nothing, on any number of machines, over Redis Streams:
 *
 *   node --import tsx examples/streams/server.ts --redis redis://localhost:6379 --port 8888      (or the path of a socket)
 *   curl -N localhost:8888/news                    listens; -H 'Last-Event-ID: …' goes on after a message
 *   curl -d 'A storm comes' localhost:8888/news    tells; the answer is the id of the message
 *
 * Start several, with a port each, on one Redis. How nothing is lost: feed.ts. 201 means that Redis has it: as safe as Redis is told to keep
 * its streams (appendonly, appendfsync). After 503 it may have it or not: who tells it again may tell it twice.
 */
import { Application } from "landspout";
import { PubSub, redisDriver } from "landspout/pubsub";
import { EventSourceHandler } from "landspout/web";
import type { ServerSentEvent } from "landspout/web";
import { createClient } from "redis";
import { fail, failToServe, readArguments, readPort } from "../arguments.ts";
import { Feed } from "./feed.ts";

/** Bytes of a message. */
const LARGEST = 64 * 1024;

const values = readArguments({
  redis: { type: "string", default: "redis://localhost:6379" },
  port: { type: "string", default: "8888" },
  quiet: { type: "boolean", default: false },
});
const port = readPort(values.port);
const { redis: url } = values;
if (!/^\/.|^rediss?:\/\/./.test(url)) fail(`--redis is redis://localhost:6379 or the path of a socket, not ${url}`);
const address = url.startsWith("/") ? { socket: { path: url, tls: false } as const } : { url };
// A command fails at once while there is no connection. What is wrong with Redis is told by the driver, which asks the same one.
const ignore = (): void => undefined;
const redis = createClient({ ...address, disableOfflineQueue: true }).on("error", ignore);
redis.connect().catch(ignore);
const wakeUps = new PubSub(redisDriver(redis));

const feeds = new Map<string, Feed>();

class FeedHandler extends EventSourceHandler {
  #feed: Feed | undefined;
  #name = "";

  override async open(name: string): Promise<void> {
    const feed = feeds.get(name) ?? new Feed(redis, wakeUps, name);
    feeds.set((this.#name = name), (this.#feed = feed));
    feed.join(this);
    await feed.active;
  }
  override async *replay(lastEventId: string): AsyncGenerator<ServerSentEvent> {
    try {
      if (this.#feed !== undefined) yield* this.#feed.since(lastEventId, this);
    } catch {
      // Redis has gone in the middle: the client comes back, and goes on where it is.
      this.close();
    }
  }
  override onClose(): void {
    this.#feed?.clients.delete(this);
    if (this.#feed?.clients.size !== 0) return;
    feeds.delete(this.#name);
    this.#feed.close();
  }

  /** An event stream does not end by itself, so neither does this. */
  override async post(name: string): Promise<void> {
    try {
      const id = await Feed.add(redis, wakeUps, name, this.request.body.toString());
      this.setStatus(201);
      void this.finish(`${id}\n`);
    } catch {
      this.setStatus(503);
      this.setHeader("Retry-After", 1);
      void this.finish("Redis is away\n");
    }
  }
}

const app = new Application([[/^\/([a-z0-9-]{1,40})$/, FeedHandler]], { accessLog: !values.quiet });
const server = app.listen(port, "127.0.0.1", { maxBodySize: LARGEST });
await server.listening.catch((error: unknown) => failToServe("127.0.0.1", port, error));
console.log(`Feeds at http://localhost:${server.port}/news`);
console.log(`  runtime    ${"Bun" in globalThis ? "Bun" : "Node"}`);
