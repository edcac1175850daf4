/** Comparing bytes: uvu's `equal` walks typed arrays property by property and prints them whole; this says where they part. */
import * as assert from "uvu/assert";

const WINDOW = 16;

function around(bytes: Uint8Array, at: number): string {
  const part = bytes.subarray(Math.max(0, at - WINDOW), at + WINDOW);
  const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${hex}  ${JSON.stringify(String.fromCharCode(...part))}`;
}

/** Fails where two runs of bytes differ, with the first offset that does and what is around it. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, message?: string): void {
  const shorter = Math.min(actual.length, expected.length);
  let at = 0;
  while (at < shorter && actual[at] === expected[at]) at++;
  if (at === actual.length && at === expected.length) return;
  assert.unreachable(
    `${message === undefined ? "" : `${message}: `}bytes differ at ${at} (lengths ${actual.length} and ${expected.length} expected)\n` +
      `      actual   ${around(actual, at)}\n      expected ${around(expected, at)}`,
  );
}
