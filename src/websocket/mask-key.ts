/** Keys that clients mask their frames with (RFC 6455 §5.3): unpredictable, drawn by the thousand. */
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

const POOL = Buffer.alloc(4096);
let used = POOL.length;

/** Four random bytes; drawn by the thousand. */
export function nextKey(): Uint8Array {
  if (used >= POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += 4;
  return POOL.subarray(used - 4, used);
}
