/** One run of wrk on core 1, and what it says. */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BENCH } from "./prepare.mjs";
import { CLIENT_CORE } from "./server-process.mjs";

const folder = mkdtempSync(join(tmpdir(), "landspout-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const UNITS = { us: 1e-3, ms: 1, s: 1000, m: 60_000 };

function milliseconds(text, percentile) {
  const match = new RegExp(`^\\s+${percentile}%\\s+([\\d.]+)(us|ms|s|m)$`, "m").exec(text);
  return match ? Number(match[1]) * UNITS[match[2]] : Number.NaN;
}

export async function wrk({ port, workload, connections, seconds }) {
  const file = join(folder, workload.name);
  writeFileSync(file, Buffer.concat(Array.from({ length: workload.depth }, () => workload.request)));
  const args = [
    "-c",
    CLIENT_CORE,
    "wrk",
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--latency",
    "-s",
    join(BENCH, "lib/raw.lua"),
    `http://127.0.0.1:${port}/`,
  ];
  const child = spawn("taskset", args, {
    env: { ...process.env, BENCH_REQUEST_FILE: file },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  const [status] = await once(child, "close");
  const problem = /^\s+Non-2xx.*$|^\s+Socket errors: (?!connect 0, read 0, write 0).*$/m.exec(text);
  // An answer later than two seconds: a busy machine, or a server that lost a request. Said, not hidden.
  const timeouts = Number(/^\s+Socket errors:.*timeout (\d+)/m.exec(text)?.[1] ?? 0);
  if (timeouts > 0) console.log(`${timeouts} answers to "${workload.name}" took longer than 2 s`);
  const total = /^\s+(\d+) requests in ([\d.]+)(ms|s|m),/m.exec(text);
  if (status !== 0 || !total) throw new Error(`wrk failed (status ${status}): ${text.trim()}`);
  if (problem) throw new Error(`wrk saw failures: ${problem[0].trim()}`);
  return {
    requests: Number(total[1]),
    perSecond: Number(/^Requests\/sec:\s+([\d.]+)/m.exec(text)[1]),
    p50: milliseconds(text, 50),
    p99: milliseconds(text, 99),
  };
}
