/** A server and its children, seen from outside through /proc: who they are, what is theirs alone, the time they took. Knows no workload. */
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** USER_HZ is 100 on every Linux that people run. */
const TICK_MICROSECONDS = 10_000;

/** The process and all that descend from it. */
export function processesOf(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processesOf)];
}

const sum = (pids, read) => pids.reduce((total, pid) => total + read(pid), 0);

/**
 * Anonymous memory in bytes: heaps and stacks, without the pages of the executable, of which more count as its own the fewer
 * others run it at the moment.
 */
export function anonymousBytes(pids) {
  return sum(pids, (pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss_Anon:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
  });
}

/** User and system time of all threads of all, in microseconds; resolution 10 ms for each process. */
export function cpuMicroseconds(pids) {
  return sum(pids, (pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
  });
}

async function signal(pids, name) {
  for (let round = 0; round < 3; round++) {
    for (const pid of pids) process.kill(pid, name);
    await sleep(400 + 200 * (pids.length - 1));
  }
}

/** An ordinary garbage collection (servers/collect.mjs). */
export const collectGarbage = (pids) => signal(pids, "SIGWINCH");
/** Everything collected, and spare pages given back (../servers/process.mjs). */
export const giveBack = (pids) => signal(pids, "SIGUSR2");
