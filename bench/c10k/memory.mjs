/** Memory of processes: what is theirs alone, from /proc. Knows no server. */
import { readFileSync } from "node:fs";

/**
 * Anonymous memory in bytes: heaps and stacks, without the pages of the executable, of which more count as its own the fewer
 * others run it at the moment.
 */
export function anonymousBytes(...pids) {
  let sum = 0;
  for (const pid of pids) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    sum += Number(/^Pss_Anon:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
  }
  return sum;
}
