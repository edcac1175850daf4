/**
 * What the system must allow for so many connections: checked before anything starts, raised where we may, put back at the end. Descriptors
 * of a process are raised to its hard limit where it is started (RAISE_LIMIT).
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

/** Descriptors a process needs besides its connections; and no system spreads connections quite evenly. */
const SPARE = 200;
const UNEVEN = 1.06;

const read = (path) => readFileSync(path, "utf8").trim();

function hardLimit() {
  const text = spawnSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).stdout.trim();
  return text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text);
}

/** Makes room for `count` connections, both ends of which are here; prints what was raised, throws where there is no room. */
export function makeRoom(count, processes) {
  const limit = hardLimit();
  const room = (limit - SPARE) / (processes === 1 ? 1 : UNEVEN);
  if (count / processes > room)
    throw new Error(
      `a process may have ${limit} descriptors, so ${count} clients need --processes ${Math.ceil((count * UNEVEN) / (limit - SPARE))}`,
    );
  const wanted = { "/proc/sys/fs/file-max": count * 2 + 100_000, "/proc/sys/net/core/somaxconn": 128 };
  for (const [path, least] of Object.entries(wanted)) {
    const before = read(path);
    if (Number(before) >= least) continue;
    try {
      writeFileSync(path, String(least));
    } catch (error) {
      throw new Error(`${path} is ${before}, ${least} is needed, and only root may raise it`, { cause: error });
    }
    process.on("exit", () => writeFileSync(path, before));
    console.log(`${path}: ${before} raised to ${least}, and put back at the end`);
  }
}
