/**
 * How the processes of the chat reach each other, as the command line says: over the channels of this machine, over Redis, over NATS, or by
 * several of these at once, so that workers of one machine hear each other while a broker is away. Without any the chat is one process,
 * and nothing of this is loaded.
 */
import { natsDriver, processDriver, PubSub, redisDriver } from "landspout/pubsub";
import { fail } from "../arguments.ts";
import type { ChatOptions } from "./options.ts";
import { Peers } from "./peers.ts";
import { redisAt } from "./redis-client.ts";
import { RedisHistory } from "./redis-history.ts";
import { rooms } from "./rooms.ts";

/** In front of all that the chat has at a broker. */
const NAME = "landspout-chat";

async function natsRoad(address: string): Promise<PubSub> {
  const { connect } = await import("@nats-io/transport-node").catch(() =>
    fail("--nats needs the package @nats-io/transport-node: npm install @nats-io/transport-node", 1),
  );
  // The package takes neither from an address.
  const { host, protocol, username, password } = new URL(address);
  const settings = {
    servers: host,
    ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(protocol === "tls:" ? { tls: {} } : {}),
  };
  return new PubSub(natsDriver(connect, settings, { prefix: `${NAME}.` }));
}

/** Joins this process to the others. */
export async function joinPeers({ workers, redis, nats }: ChatOptions): Promise<Peers> {
  const roads: PubSub[] = [];
  if (workers !== 1) roads.push(new PubSub(processDriver({ name: NAME })));
  if (redis !== undefined) {
    const client = await redisAt(redis);
    roads.push(new PubSub(redisDriver(client.pattern, { prefix: `${NAME}:` })));
    new RedisHistory(client, rooms);
  }
  if (nats !== undefined) roads.push(await natsRoad(nats));
  return new Peers(roads, rooms);
}
