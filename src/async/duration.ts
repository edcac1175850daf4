/**
 * A length of time as an object, the counterpart of Python's `timedelta`. Where Tornado takes "a number or a timedelta" the number is
 * an absolute deadline and the timedelta is relative; the same holds here, so the two cannot be confused at the call site.
 */
import { UsageError } from "../errors.ts";

/** The parts add up; fractions and negative parts are fine. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** Seconds of each part. */
const SECONDS = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1, milliseconds: 0.001 } as const;

/** The length in seconds. An object without any known part, or a part that is no number, is refused. */
export function durationSeconds(duration: Duration): number {
  let total = 0;
  let parts = 0;
  for (const [name, value] of Object.entries(duration) as [string, unknown][]) {
    if (!(name in SECONDS) || typeof value !== "number" || Number.isNaN(value)) {
      throw new UsageError(
        "ERR_LANDSPOUT_BAD_DURATION",
        `A duration has the parts ${Object.keys(SECONDS).join(", ")}, each a number; ${name} is not one`,
      );
    }
    total += value * SECONDS[name as keyof typeof SECONDS];
    parts++;
  }
  if (parts === 0)
    throw new UsageError("ERR_LANDSPOUT_BAD_DURATION", "A duration needs at least one part, such as { seconds: 1 }");
  return total;
}
