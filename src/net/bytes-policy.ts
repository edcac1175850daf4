/** Who may change bytes that are given to be sent, and when: the option `bytes` of every call that sends some. */
import { checkOptions, oneOf } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

/**
 * What becomes of bytes that are given to be sent.
 * - `"copy"`, the default: the caller may change them once the call has returned.
 * - `"lend"`: they are not copied; the caller must not change them before the promise of the call has settled.
 * - `"keep"`: they are not copied; they must never be changed again.
 */
export type BytesPolicy = "copy" | "lend" | "keep";

/** Of every call that sends bytes. */
export interface WriteOptions {
  /** Who may change the bytes, and when. Default `"copy"`: the caller, once the call has returned. */
  bytes?: BytesPolicy;
}

export const WRITE_OPTIONS: OptionTable<WriteOptions> = { bytes: oneOf("copy", "lend", "keep") };

/**
 * The policy among options, `"copy"` where there is none. `owner` is the call they are of.
 * @throws UsageError (`ERR_LANDSPOUT_OPTION`) on options that are none.
 */
export function policyOf(owner: string, options: WriteOptions | undefined): BytesPolicy {
  if (options === undefined) return "copy";
  checkOptions(owner, options, WRITE_OPTIONS);
  return options.bytes ?? "copy";
}
