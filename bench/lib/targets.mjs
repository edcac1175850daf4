/** The ratios this project promises, computed from one run. What was not measured is said to be so, never taken over. */
import { figures } from "./numbers.mjs";

const KB = 1000;

function ratio(numerator, denominator) {
  return numerator === undefined || denominator === undefined ? undefined : numerator / denominator;
}

/** Each line: what is promised, in words; what was measured; whether that keeps the promise. */
export function targets({ throughput = {}, memory = {}, latency = {} }) {
  const cpu = (workload, server) => throughput[workload]?.[server]?.cpu;
  const times = (value) => `${value.toFixed(2)}×`;
  const lines = [];
  const atLeast = (title, wanted, value) =>
    lines.push({
      title,
      wanted: `at least ${wanted}×`,
      measured: value && times(value),
      met: value && value >= wanted,
    });
  const atMost = (title, wanted, value) =>
    lines.push({ title, wanted: `at most ${wanted}×`, measured: value && times(value), met: value && value <= wanted });
  const bytes = (title, limit, value) =>
    lines.push({
      title,
      wanted: `at most ${limit} KB`,
      measured: value && `${figures(value / KB)} KB`,
      met: value && value <= limit * KB,
    });

  const node = "landspout-node";
  const bun = "landspout-bun";
  atLeast(
    "Node, hello: CPU per request of node:http over ours",
    2.3,
    ratio(cpu("hello", "node-http"), cpu("hello", node)),
  );
  atLeast("Node, pipelined ×16: the same", 13, ratio(cpu("pipelined", "node-http"), cpu("pipelined", node)));
  atLeast("Node, browser headers: the same", 2.7, ratio(cpu("browser", "node-http"), cpu("browser", node)));
  atMost(
    "Node, hello: ours over the fixed-bytes control",
    1.1,
    ratio(cpu("hello", node), cpu("hello", "control-node")),
  );
  atLeast("Bun, hello: CPU per request of Bun.serve over ours", 1, ratio(cpu("hello", "bun-serve"), cpu("hello", bun)));
  atLeast("Bun, pipelined ×16: the same", 4, ratio(cpu("pipelined", "bun-serve"), cpu("pipelined", bun)));
  bytes("Node: memory per idle connection", 5, memory[node]?.perConnection);
  bytes("Bun: memory per idle connection", 2, memory[bun]?.perConnection);
  for (const [name, server] of [
    ["Node", node],
    ["Bun", bun],
  ]) {
    const found = latency[server];
    atMost(`${name}: p99 at 10,000 standing over p99 at 64, paced load`, 2, ratio(found?.many.p99, found?.few.p99));
    atMost(`${name}: the same, full load`, 2, ratio(found?.manyFull.p99, found?.fewFull.p99));
  }
  return lines;
}

export const TARGET_HEAD = ["target", "wanted", "measured", "met"];

export function targetRows(results) {
  return targets(results).map(({ title, wanted, measured, met }) => [
    title,
    wanted,
    measured ?? "not measured",
    measured ? (met ? "yes" : "**no**") : "–",
  ]);
}
