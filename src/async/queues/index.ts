/**
 * `landspout/queues` (Tornado's `tornado.queues`): from producers to consumers within one thread. No item is lost, and none is given twice,
 * when a wait times out or is aborted.
 */
export { LifoQueue } from "./lifo-queue.ts";
export { PriorityQueue } from "./priority-queue.ts";
export { Queue } from "./queue.ts";
export { QueueClosed, QueueEmpty, QueueFull } from "./errors.ts";
export { TimeoutError } from "../timeout-error.ts";
export type { Duration } from "../duration.ts";
export type { WaitLimit } from "../waiting/wait-limit.ts";
