/** Servers of the chat joined by a real NATS, which is killed and comes back. */
import { NatsServer } from "../pubsub/_nats-server.ts";
import { runJoined } from "./_chat-servers.ts";

const server = new NatsServer();
runJoined("NATS", server, () => ["--nats", `nats://${server.address}`]);
