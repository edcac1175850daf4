/**
 * How long a wait on a lock, a queue or a promise may last: one type for all of them, and how it is read. Decides what the caller may
 * pass; `LimitWatch` applies it.
 */
import { UsageError } from "../../errors.ts";
import { shown } from "../../options-check.ts";
import { durationSeconds } from "../duration.ts";
import type { Duration } from "../duration.ts";

/**
 * How long a wait may last. A number is a deadline in seconds on `IOLoop.time()`, as in Tornado (0: now); an object is a length of
 * time from now; a signal ends the wait when it is aborted.
 */
export type WaitLimit =
  | number
  | AbortSignal
  | (Duration & { readonly signal?: AbortSignal })
  | { readonly signal: AbortSignal };

/** A limit that was read. */
export interface Limit {
  /** From now on; 0 or less: the next turn of the loop. Infinity: no bound in time. */
  readonly seconds: number;
  readonly signal: AbortSignal | undefined;
}

/** Numbers from here on are taken for a deadline: in 2001, before any clock of today. */
const FIRST_DEADLINE = 1e9;

/**
 * Reads a limit. Undefined: none was given.
 * @param owner The call it was given to; the message of an error begins with it.
 * @throws UsageError `ERR_LANDSPOUT_BAD_DEADLINE` for a number that is meant as a length, `ERR_LANDSPOUT_BAD_DURATION` for an object
 *   that is no duration.
 */
export function readLimit(limit: WaitLimit | null | undefined, owner: string): Limit | undefined {
  if (limit === undefined || limit === null) return undefined;
  if (typeof limit === "number") return { seconds: untilDeadline(limit, owner), signal: undefined };
  if (typeof limit !== "object") throw notALimit(limit, owner);
  if (isSignal(limit)) return { seconds: Infinity, signal: limit };
  const { signal, ...duration } = limit as Duration & { readonly signal?: AbortSignal };
  if (signal !== undefined && !isSignal(signal))
    throw new UsageError("ERR_LANDSPOUT_BAD_DEADLINE", `${owner}: signal must be an AbortSignal, not ${shown(signal)}`);
  const hasLength = signal === undefined || Object.keys(duration).length > 0;
  return { seconds: hasLength ? durationSeconds(duration) : Infinity, signal };
}

function untilDeadline(deadline: number, owner: string): number {
  if (Number.isNaN(deadline)) throw notALimit(deadline, owner);
  if (deadline > 0 && deadline < FIRST_DEADLINE) {
    const year = new Date(deadline * 1000).getUTCFullYear();
    throw new UsageError(
      "ERR_LANDSPOUT_BAD_DEADLINE",
      `${owner}: ${deadline} is a deadline in ${year}; for ${deadline} seconds from now pass { seconds: ${deadline} }`,
    );
  }
  return deadline - (performance.timeOrigin + performance.now()) / 1000;
}

function notALimit(limit: unknown, owner: string): UsageError {
  return new UsageError(
    "ERR_LANDSPOUT_BAD_DEADLINE",
    `${owner}: a timeout is { seconds: 5 }, an AbortSignal, or a deadline on IOLoop.time(), not ${shown(limit)}`,
  );
}

/** Signals of another realm and of polyfills count, too. */
function isSignal(value: unknown): value is AbortSignal {
  if (value instanceof AbortSignal) return true;
  if (typeof value !== "object" || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
