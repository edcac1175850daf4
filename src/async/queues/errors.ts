/** What queues throw, and what waits on them reject with. */
import { LandspoutError } from "../../errors.ts";

/** `getNowait` on an empty queue. */
export class QueueEmpty extends LandspoutError {
  constructor() {
    super("ERR_LANDSPOUT_QUEUE_EMPTY", "The queue is empty; await get() waits for an item");
  }
}

/** `putNowait` on a full queue. */
export class QueueFull extends LandspoutError {
  constructor() {
    super("ERR_LANDSPOUT_QUEUE_FULL", "The queue is full; await put() waits for room");
  }
}

/** The queue was closed: it takes no item, and has none left. */
export class QueueClosed extends LandspoutError {
  constructor() {
    super("ERR_LANDSPOUT_QUEUE_CLOSED", "The queue is closed");
  }
}
