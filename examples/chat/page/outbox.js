/**
 * Messages on their way to the server: one after the other, in the order they were written, whatever the answers take. What was too fast is
 * sent again when the server says it may be. It must not know what is shown, nor how a message is sent.
 */
import { RefusedError } from "./connection.js";

/** Messages that may wait at once. */
const MOST = 20;
/** Times a message that was too fast is sent. */
const MOST_TRIES = 20;

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export class Outbox {
  /** What hears of a message: `sending`, `slowed` with the refusal, `sent`, `failed` with the error. */
  #hears;
  #waiting = [];
  #isRunning = false;

  constructor(hears) {
    this.#hears = hears;
  }

  get isFull() {
    return this.#waiting.length >= MOST;
  }

  /** `send()` sends the message, however often it is called: it arrives once. */
  add(message, send) {
    this.#waiting.push({ message, send });
    this.#hears.sending(message);
    if (!this.#isRunning) void this.#run();
  }

  async #run() {
    this.#isRunning = true;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#send(next);
        this.#hears.sent(next.message);
      } catch (error) {
        this.#hears.failed(next.message, error);
      }
      this.#waiting.shift();
    }
    this.#isRunning = false;
  }

  async #send({ message, send }) {
    for (let tries = 1; ; tries++) {
      try {
        return await send();
      } catch (error) {
        const mayComeAgain = error instanceof RefusedError && error.retryAfter !== undefined && tries < MOST_TRIES;
        if (!mayComeAgain) throw error;
        this.#hears.slowed(message, error);
        await pause(error.retryAfter);
      }
    }
  }
}
