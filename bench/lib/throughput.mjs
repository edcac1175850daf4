/**
 * Requests per second and CPU per request of every server under one workload. Each server runs alone: the others are
 * not started yet, ended, or stopped by SIGSTOP. Within a round every server gets its turn, so that a machine that gets slower or
 * faster with time does it to all of them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ServerProcess } from "./server-process.mjs";
import { median } from "./numbers.mjs";
import { verify } from "./verify.mjs";
import { CONNECTIONS } from "./workloads.mjs";
import { wrk } from "./wrk.mjs";

/** Compilers settle during this; not measured. */
const WARM_UP_SECONDS = 1;
/** After a run, so that a server has seen its clients leave before it sleeps or is measured again. */
const SETTLE_MS = 100;

async function startFor(server, workload) {
  const env = { BENCH_REQUEST_BYTES: String(workload.request.length) };
  const running = await ServerProcess.start(server, { env });
  try {
    await verify(running.port, workload, server.name);
    await wrk({ port: running.port, workload, connections: CONNECTIONS, seconds: WARM_UP_SECONDS });
    await sleep(SETTLE_MS);
  } catch (error) {
    await running.end();
    throw error;
  }
  return running;
}

async function measure(running, workload, seconds) {
  await verify(running.port, workload, running.server.name);
  const before = running.cpuMicroseconds();
  const result = await wrk({ port: running.port, workload, connections: CONNECTIONS, seconds });
  const cpu = (running.cpuMicroseconds() - before) / result.requests;
  await sleep(SETTLE_MS);
  return { perSecond: result.perSecond, cpu, p99: result.p99 };
}

function summary(samples, workload) {
  return {
    perSecond: median(samples.map((sample) => sample.perSecond)),
    cpu: median(samples.map((sample) => sample.cpu)),
    p99: workload.depth === 1 ? median(samples.map((sample) => sample.p99)) : null,
    samples,
  };
}

/** Gives `{ serverName: { perSecond, cpu, p99, samples } }`; a server that fails is reported and left out. */
export async function measureWorkload(workload, servers, { rounds, seconds, fresh, progress }) {
  const entries = servers
    .filter((server) => workload.control || server.role !== "control")
    .map((server) => ({ server, running: undefined, samples: [], failed: undefined }));
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const entry of entries) {
        if (entry.failed) continue;
        progress(`${workload.name}: round ${round} of ${rounds}, ${entry.server.name}`);
        try {
          entry.running ??= await startFor(entry.server, workload);
          entry.running.wake();
          entry.samples.push(await measure(entry.running, workload, seconds));
          if (fresh) {
            await entry.running.end();
            entry.running = undefined;
          } else entry.running.sleep();
        } catch (error) {
          entry.failed = error;
          await entry.running?.end();
          console.log(`${entry.server.name} left out of ${workload.name}: ${error.message}`);
        }
      }
    }
  } finally {
    await Promise.all(entries.map((entry) => entry.running?.end()));
  }
  return Object.fromEntries(
    entries.filter((entry) => !entry.failed).map((entry) => [entry.server.name, summary(entry.samples, workload)]),
  );
}
