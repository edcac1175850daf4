/**
 * Who is in the room: every page polls under a name it made up, and is there while it polls and for a moment between two polls.
 * It must not know HTTP.
 */
import { IOLoop } from "landspout";

/** Seconds a page may take from an answer to its next poll. */
const GRACE = 3;

export class People {
  readonly #polls: Map<string, number> = new Map();
  readonly #changed: () => void;

  /** @param changed Called when somebody came or went. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#polls.size;
  }

  /** A poll begins. */
  arrive(who: string): void {
    const polls = this.#polls.get(who);
    this.#polls.set(who, (polls ?? 0) + 1);
    if (polls === undefined) this.#changed();
  }

  /** A poll was answered: the page comes back soon, or has gone. */
  answered(who: string): void {
    IOLoop.current().callLater(GRACE, () => this.depart(who));
  }

  /** A poll was given up: the page has gone. */
  depart(who: string): void {
    const polls = (this.#polls.get(who) ?? 0) - 1;
    if (polls > 0) {
      this.#polls.set(who, polls);
    } else {
      this.#polls.delete(who);
      this.#changed();
    }
  }
}
