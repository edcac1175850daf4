/** `landspout/pubsub`: messages to many, in one process and between several. */
export { MAX_TOPIC_SIZE, PubSub } from "./pubsub.ts";
export type { Subscription } from "./pubsub.ts";
export type { PubSubDriver, PubSubMessage, Receive } from "./driver.ts";
export { attachChild, processDriver } from "./process-driver.ts";
export type { ProcessDriverOptions } from "./process-driver.ts";
export { MAX_NATS_PREFIX_SIZE, natsDriver } from "./nats-driver.ts";
export type { NatsDriverOptions } from "./nats-driver.ts";
export type { NatsCallback, NatsConnection, NatsSubscription } from "./nats-link.ts";
export { redisDriver } from "./redis-driver.ts";
export type { RedisDriverOptions } from "./redis-driver.ts";
export type { RedisClient } from "./redis-client.ts";
export type { ToEvent } from "./publication.ts";
export type {
  EventSourceSubscriber,
  MessageCallback,
  SubscribeOptions,
  Subscriber,
  WebSocketSubscriber,
} from "./subscriber.ts";
