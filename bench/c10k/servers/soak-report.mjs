/** What every server of the soak shares: its limits, what it fires at slow readers, and the report of everything that is still there. */
import { readdirSync } from "node:fs";
import "./collect.mjs";

/** Seconds and bytes: a silent peer is gone after 3 + 5 s, a slow reader from 256 KB on. */
export const LIMITS = {
  pingInterval: 3,
  pingTimeout: 5,
  closeTimeout: 2,
  maxMessageSize: 65_536,
  maxUnsentSize: 262_144,
};
export const FIRE = "f".repeat(65_536);

/** Opened and closed, of each kind; codes of closes. */
export const tally = { opened: 0, closed: 0, twice: 0, codes: {}, exceptions: 0 };

process.on("unhandledRejection", (error) => {
  tally.exceptions += 1;
  console.error(error);
});

/** `groups`: sets of who is there, by name. */
export function report(groups) {
  const resources = {};
  for (const name of process.getActiveResourcesInfo?.() ?? []) resources[name] = (resources[name] ?? 0) + 1;
  return {
    standing: Object.fromEntries(Object.entries(groups).map(([name, { size }]) => [name, size])),
    tally,
    resources,
    descriptors: readdirSync("/proc/self/fd").length,
    memory: process.memoryUsage(),
  };
}
