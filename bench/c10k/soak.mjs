/**
 * The soak (`--soak SECONDS`): hours of joins, leaves, slow readers, silent peers and floods squeezed into waves, and a rest after each, in
 * which nobody is connected. At rest the server has to be what it was: the same sockets and timers, the heap of the first rests; and
 * in the end, when V8 has given back the pages it keeps for itself, nearly the memory it began with. Before that, memory at rest says how
 * busy the busiest moment was.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ServerProcess } from "../lib/server-process.mjs";
import { terminalTable } from "../lib/table.mjs";
import { ClientProcess } from "./client-process.mjs";
import { anonymousBytes, collectGarbage, giveBack } from "./process-tree.mjs";

const WAVE_SECONDS = 12;
/** What a wave needs after its time: whoever is slow or silent has to be cut. */
const WAVE_END_SECONDS = 60;
/** The heap of the last rest, with what lies outside of it, may be that much above the highest of the first rests. */
const FIRST_RESTS = 2;
const HEAP_SLACK = 1.1;
/** Blocks that were freed and that malloc keeps, in bytes: on Node some 25 MB after the waves, with `ws` 50 MB, whatever their number. */
const MALLOC_SLACK = 32e6;

const SCRIPTS = {
  "landspout-node": "soak.mjs",
  ws: "soak-ws.mjs",
  "landspout-bun": "soak.mjs",
  "bun-serve": "soak-bun.mjs",
};

const HEAD = [
  "wave",
  "connections",
  "delivered",
  "lost",
  "cut: slow, silent, floods",
  "left",
  "MB at rest",
  "heap",
  "fds",
];

const sum = (waves, read) => waves.reduce((total, one) => total + read(one), 0);

/** Bytes in use, the program's and those the runtime holds for it. */
const heapOf = ({ memory }) => memory.heapUsed + memory.external;

/** What is wrong, as sentences. */
function complaints(before, waves, bare) {
  const wrong = [];
  const { state } = waves.at(-1);
  const claim = (good, text) => good || wrong.push(text);
  const lost = sum(waves, (one) => one.lost);
  claim(lost === 0, `${lost} messages to steady listeners were lost`);
  for (const { notCut } of waves) claim(notCut.length === 0, `not cut in time: ${[...new Set(notCut)].join(", ")}`);
  const { opened, closed, twice, exceptions } = state.tally;
  claim(opened === closed && twice === 0, `${opened} opened, ${closed} closed, ${twice} of them twice`);
  claim(exceptions === 0, `${exceptions} unhandled rejections`);
  const heaps = waves.map((one) => heapOf(one.state));
  const highest = Math.max(...heaps.slice(0, FIRST_RESTS)) * HEAP_SLACK;
  claim(heaps.at(-1) <= highest, `the heap at rest grew to ${(heaps.at(-1) / 1e6).toFixed(1)} MB`);
  claim(
    bare <= before.bare + MALLOC_SLACK,
    `${(before.bare / 1e6).toFixed(0)} MB before, ${(bare / 1e6).toFixed(0)} after it, without the pages V8 keeps`,
  );
  claim(
    state.descriptors === before.descriptors,
    `${before.descriptors} descriptors before, ${state.descriptors} after it`,
  );
  const resources = (of) => JSON.stringify(Object.entries(of.resources).sort(([a], [b]) => (a < b ? -1 : 1)));
  claim(
    resources(state) === resources(before),
    `active resources before ${resources(before)}, after ${resources(state)}`,
  );
  return wrong;
}

async function waves(running, client, seconds) {
  const done = [];
  const end = Date.now() + seconds * 1000;
  do {
    const wave = await client.ask({ command: "wave", seconds: WAVE_SECONDS }, WAVE_SECONDS + WAVE_END_SECONDS);
    // A tick of the clock that all WebSockets share, and what closes after the last answer.
    await sleep(1500);
    await collectGarbage([running.pid]);
    wave.rest = anonymousBytes([running.pid]);
    wave.state = await client.ask({ command: "state" }, 10);
    done.push(wave);
  } while (Date.now() < end);
  return done;
}

/** Memory when V8 has given back what it keeps to be quick the next time. */
async function bareMemory(pids) {
  await giveBack(pids);
  return anonymousBytes(pids);
}

async function soakOne(server, seconds) {
  const running = await ServerProcess.start(
    { ...server, script: fileURLToPath(new URL(`servers/${SCRIPTS[server.name]}`, import.meta.url)) },
    { flags: server.group === "node" ? ["--expose-gc"] : [] },
  );
  const client = new ClientProcess("soak-clients.mjs", [running.port]);
  try {
    const before = await client.ask({ command: "state" }, 10);
    await collectGarbage([running.pid]);
    before.rest = anonymousBytes([running.pid]);
    before.bare = await bareMemory([running.pid]);
    const start = Date.now();
    const done = await waves(running, client, seconds);
    const took = Math.round((Date.now() - start) / 1000);
    const bare = await bareMemory([running.pid]);
    return { before, done, bare, wrong: complaints(before, done, bare), seconds: took };
  } finally {
    await client.end();
    await running.end();
  }
}

function print(server, { before, done, bare, wrong }) {
  console.log(
    `\nsoak of ${server.label} on ${server.group}; before: ${(before.rest / 1e6).toFixed(1)} MB, ${before.descriptors} descriptors; ` +
      `without pages kept by V8 ${(before.bare / 1e6).toFixed(1)} MB before, ${(bare / 1e6).toFixed(1)} MB after`,
  );
  const rows = done.map(({ connections, delivered, lost, gone, left, rest, state }, i) => [
    String(i + 1),
    String(connections),
    String(delivered),
    String(lost),
    `${gone.slow}, ${gone.silent}, ${gone.floods}`,
    String(left),
    (rest / 1e6).toFixed(1),
    (heapOf(state) / 1e6).toFixed(1),
    String(state.descriptors),
  ]);
  console.log(terminalTable(HEAD, rows));
  const { opened, codes } = done.at(-1).state.tally;
  console.log(`${opened} opened and closed; close codes ${JSON.stringify(codes)}`);
  for (const text of wrong) console.log(`WRONG: ${text}`);
}

/** `{ serverName: figures }`; the exit status says whether all was as it should be with ours. */
export async function soak(servers, seconds) {
  const results = {};
  for (const server of servers.filter(({ name }) => Object.hasOwn(SCRIPTS, name))) {
    const one = await soakOne(server, seconds);
    print(server, one);
    if (one.wrong.length > 0 && server.role === "ours") process.exitCode = 1;
    const { done } = one;
    results[server.name] = {
      seconds: one.seconds,
      connections: sum(done, ({ connections }) => connections),
      delivered: sum(done, ({ delivered }) => delivered),
      lost: sum(done, ({ lost }) => lost),
      slow: sum(done, ({ gone }) => gone.slow),
      silent: sum(done, ({ gone }) => gone.silent),
      floods: sum(done, ({ gone }) => gone.floods),
      left: sum(done, ({ left }) => left),
      before: one.before.rest,
      bareBefore: one.before.bare,
      bare: one.bare,
      rest: done.map(({ rest }) => rest),
      wrong: one.wrong,
    };
  }
  return results;
}
