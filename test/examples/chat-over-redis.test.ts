/** Servers of the chat joined by a real Redis, which is killed and comes back. */
import { RedisServer } from "../pubsub/_redis-server.ts";
import { runJoined } from "./_chat-servers.ts";

const server = new RedisServer();
runJoined("Redis", server, () => ["--redis", `unix:${server.path}`]);
