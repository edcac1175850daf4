/** Callbacks that a generator has yielded under a key, and waits for later. Keys are compared by identity. */
import { shown } from "../../options-check.ts";
import type { Future } from "../concurrent/future.ts";
import { BadYieldError, KeyReuseError, LeakedCallbackError, UnknownKeyError } from "./errors.ts";

export class Keys {
  readonly #futures = new Map<unknown, Future>();

  add(key: unknown, future: Future): void {
    if (this.#futures.has(key)) throw new KeyReuseError(shown(key));
    this.#futures.set(key, future);
  }
  /** The key is free again afterwards. */
  take(key: unknown): Future {
    const future = this.#futures.get(key);
    if (future === undefined) throw new UnknownKeyError(shown(key));
    this.#futures.delete(key);
    return future;
  }
  /** The error of a generator that ends now; undefined if nothing is left. */
  leaked(): LeakedCallbackError | undefined {
    if (this.#futures.size === 0) return undefined;
    return new LeakedCallbackError(Array.from(this.#futures.keys(), shown).join(", "));
  }
}

/** What runs a generator. */
export interface KeyOwner {
  keys: Keys | undefined;
}

let running: KeyOwner | undefined;

/** From now on keys are those of this owner. Gives the one before. */
export function setRunning(owner: KeyOwner | undefined): KeyOwner | undefined {
  const before = running;
  running = owner;
  return before;
}

/** The keys of the generator that runs. */
export function runningKeys(what: string): Keys {
  if (running === undefined) throw new BadYieldError(`${what} belongs to a generator: yield it there`);
  return (running.keys ??= new Keys());
}
