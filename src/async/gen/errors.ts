/** What is thrown into generators that yield, or leave behind, what they must not. */
import { UsageError } from "../../errors.ts";

/** What was yielded cannot be waited for. */
export class BadYieldError extends UsageError {
  constructor(message: string) {
    super("ERR_LANDSPOUT_GEN_YIELD", message);
  }
}

/** `Callback` with a key whose callback has not been waited for yet. */
export class KeyReuseError extends UsageError {
  constructor(key: string) {
    super("ERR_LANDSPOUT_GEN_KEY_REUSED", `The key ${key} is in use: yield Wait for it first, or take another key`);
  }
}

/** `Wait` for a key of which there is no callback. */
export class UnknownKeyError extends UsageError {
  constructor(key: string) {
    super("ERR_LANDSPOUT_GEN_KEY_UNKNOWN", `There is no callback with the key ${key}: yield Callback with it first`);
  }
}

/** The generator has ended without waiting for all its callbacks. */
export class LeakedCallbackError extends UsageError {
  constructor(keys: string) {
    super("ERR_LANDSPOUT_GEN_CALLBACK_LEAKED", `The generator ended without waiting for its callbacks: ${keys}`);
  }
}
