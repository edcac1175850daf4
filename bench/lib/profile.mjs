/**
 * Where the time goes: one server under one workload with the runtime's own sampling profiler, then the functions
 * with the largest self time. Native work (the kernel, libuv) is counted to the function that called into it.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./prepare.mjs";
import { ServerProcess } from "./server-process.mjs";
import { terminalTable } from "./table.mjs";
import { verify } from "./verify.mjs";
import { CONNECTIONS } from "./workloads.mjs";
import { wrk } from "./wrk.mjs";

const SHOWN = 40;
const INTERVAL_MICROSECONDS = 200;

function place(frame) {
  if (!frame.url) return "(native)";
  const url = frame.url.replace(/^file:\/\//, "").replace(ROOT, "");
  return `${url}:${frame.lineNumber + 1}`;
}

/** Self microseconds per function in the last `seconds` of the process, idle time left out. */
function selfTimes(profile, seconds) {
  const byId = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map();
  const from = profile.endTime - seconds * 1e6;
  let total = 0;
  let now = profile.startTime;
  profile.samples.forEach((id, index) => {
    const frame = byId.get(id);
    const delta = profile.timeDeltas[index];
    now += delta;
    if (now < from || frame.functionName === "(idle)") return;
    const key = `${frame.functionName || "(anonymous)"}\0${place(frame)}`;
    total += delta;
    times.set(key, (times.get(key) ?? 0) + delta);
  });
  return { times: [...times].sort((a, b) => b[1] - a[1]), total };
}

function flagsFor(group, folder) {
  if (group === "python") throw new Error("--profile works for servers on Node and Bun");
  const common = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  return group === "node" ? [...common, `--cpu-prof-interval=${INTERVAL_MICROSECONDS}`] : common;
}

/** The profile of the thread that worked: the largest file written. */
function readProfile(folder) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".cpuprofile"))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  if (files.length === 0) throw new Error("the runtime wrote no profile");
  return JSON.parse(readFileSync(files[0], "utf8"));
}

export async function profile(server, workload, seconds) {
  const folder = mkdtempSync(join(tmpdir(), "landspout-profile-"));
  try {
    const env = { BENCH_REQUEST_BYTES: String(workload.request.length) };
    const running = await ServerProcess.start(server, { flags: flagsFor(server.group, folder), env });
    let requests = 0;
    try {
      await verify(running.port, workload, server.name);
      const result = await wrk({ port: running.port, workload, connections: CONNECTIONS, seconds });
      requests = result.requests;
    } finally {
      await running.end();
    }
    const { times, total } = selfTimes(readProfile(folder), seconds);
    const rows = times.slice(0, SHOWN).map(([key, time]) => {
      const [name, where] = key.split("\0");
      return [`${name}  ${where}`, `${((100 * time) / total).toFixed(1)} %`, (time / requests).toFixed(3)];
    });
    console.log(
      `${server.name}, ${workload.name}: ${requests} requests in ${seconds} s, ${(total / requests).toFixed(2)} µs of JavaScript thread each (profiler on)`,
    );
    console.log(terminalTable(["function", "self", "µs/request"], rows));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
