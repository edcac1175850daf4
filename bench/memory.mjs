/**
 * What a request without a socket of ours costs: `app.fetch`, `toNodeListener` under `node:http`, `inject` with `wire: false`. CPU per
 * request in microseconds, the least of several rounds, beside the same response made by the runtime alone ("runtime"), which is what
 * `Response` and `node:http` cost by themselves.
 *
 *   node bench/memory.mjs                        this tree's build
 *   BENCH_LANDSPOUT=/other/build/index.js node … another build
 *   BENCH_BEFORE=/other/build/index.js node …    another build beside this one, with the ratio
 *
 * Each build runs in processes of its own, in turns.
 */
import { execFileSync } from "node:child_process";
import http from "node:http";
import { Duplex } from "node:stream";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const TRIES = Number(process.env.BENCH_TRIES ?? 3);
const ROUNDS = 8;
const onBun = "Bun" in globalThis;

const GET = { method: "GET", path: "/" };
const PARAMS = { method: "GET", path: "/json/7?a=b&c=d" };
const POST = { method: "POST", path: "/post", body: "x".repeat(1024) };
const FIELDS = { "user-agent": "bench", accept: "*/*", "accept-encoding": "gzip, br", cookie: "a=b; c=d" };
const WORKLOADS = { get: GET, params: PARAMS, post: POST };

async function load(build) {
  const at = (name) => import(pathToFileURL(`${build}/${name}`).href);
  const { Application, RequestHandler } = await at("index.js");
  const { toNodeListener } = await at("adapters/index.js");
  const { inject } = await at("testing/index.js");
  const app = new Application(
    [
      [
        "/",
        class extends RequestHandler {
          get() {
            this.write("Hello, world");
          }
        },
      ],
      [
        "/json/:id",
        class extends RequestHandler {
          get(id) {
            this.write({ id, a: this.getQueryArgument("a", "") });
          }
        },
      ],
      [
        "/post",
        class extends RequestHandler {
          post() {
            this.write(String(this.request.body.length));
          }
        },
      ],
    ],
    { accessLog: false },
  );
  return { app, toNodeListener, inject };
}

/** Microseconds of CPU per call, the least of the rounds. */
async function measure(count, run) {
  await run(count);
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    const before = process.cpuUsage();
    await run(count);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / count);
  }
  return best;
}

/** The response that the application gives, as the runtime makes it. */
const HEAD = [
  ["Server", "landspout"],
  ["Content-Type", "text/html; charset=UTF-8"],
  ["Date", new Date().toUTCString()],
  ["Content-Length", "12"],
  ["Etag", '"b1946ac92492d2347c6235b4d2611184"'],
];

function requestOf({ path, ...more }) {
  return new Request(`http://localhost:8888${path}`, { ...more, headers: FIELDS });
}

/** `fetch`: a request is made and its response taken, in turn. */
async function fetching(fetch, workload, count) {
  for (let i = 0; i < count; i++) {
    const response = await fetch(requestOf(workload));
    if (response.status !== 200) throw new Error(`status ${response.status}`);
  }
}

/** A server of `node:http` on a connection without a socket, 16 requests at a time. */
async function listening(listener, { method, path, body = "" }, count) {
  const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
  const fields = Object.entries(FIELDS)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  const one = `${method} ${path} HTTP/1.1\r\nHost: localhost:8888\r\n${fields}${length}\r\n${body}`;
  const batch = Buffer.from(one.repeat(16));
  let answered = 0;
  let wake;
  const server = http.createServer((request, response) => {
    response.on("finish", () => {
      answered++;
      if (answered % 16 === 0) wake();
    });
    listener(request, response);
  });
  const connection = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done();
    },
    writev(_chunks, done) {
      done();
    },
  });
  connection.setTimeout = () => connection;
  connection.setNoDelay = () => connection;
  connection.setKeepAlive = () => connection;
  server.emit("connection", connection);
  while (answered < count) {
    await new Promise((resolve) => {
      wake = resolve;
      connection.push(batch);
    });
  }
  connection.destroy();
}

async function injecting(inject, app, { method, path, body }, way, count) {
  for (let i = 0; i < count; i++) await inject(app, { method, url: path, body, headers: FIELDS, ...way });
}

/** As the runtime alone answers. */
const TEXT = "Hello, world";
const runtimeFetch = async (request) => {
  if (request.method !== "GET") await request.text();
  return new Response(TEXT, { status: 200, statusText: "OK", headers: HEAD });
};
function runtimeListener(request, response) {
  const answer = () => {
    response.writeHead(200, "OK", HEAD.flat());
    response.end(TEXT);
  };
  if (request.method === "GET") return answer();
  request.resume();
  request.on("end", answer);
}

const KINDS = onBun ? ["fetch", "inject"] : ["fetch", "node:http", "inject"];
const COUNT = 8000;

/** One figure. `build` is "runtime" for what the runtime costs alone. */
async function figure(build, kind, name) {
  const workload = WORKLOADS[name];
  if (build === "runtime") {
    if (kind === "inject") return 0;
    return kind === "fetch"
      ? measure(COUNT, (count) => fetching(runtimeFetch, workload, count))
      : measure(COUNT, (count) => listening(runtimeListener, workload, count));
  }
  const { app, toNodeListener, inject } = await load(build);
  if (kind === "fetch") return measure(COUNT, (count) => fetching((request) => app.fetch(request), workload, count));
  if (kind === "node:http") {
    const listener = toNodeListener(app);
    return measure(COUNT, (count) => listening(listener, workload, count));
  }
  // A build without the option has one way only.
  const direct = await inject(app, { url: "/", wire: false }).then(
    () => ({ wire: false }),
    () => ({}),
  );
  return measure(COUNT, (count) => injecting(inject, app, workload, direct, count));
}

const own = fileURLToPath(new URL("../build/index.js", import.meta.url));
const self = fileURLToPath(import.meta.url);
const inChild = (...what) =>
  Number(execFileSync(process.execPath, [...(onBun ? [] : ["--expose-gc"]), self, ...what], { encoding: "utf8" }));

if (process.argv[2] !== undefined) {
  const [, , build, kind, name] = process.argv;
  console.log(await figure(build, kind, name));
  process.exit(0);
}

const builds = [process.env.BENCH_BEFORE, process.env.BENCH_LANDSPOUT ?? own]
  .filter((index) => index !== undefined)
  .map((index) => dirname(resolve(index)));
const compared = builds.length > 1;
const show = (value) => value.toFixed(2).padStart(9);
console.log(`${onBun ? `Bun ${Bun.version}` : `Node ${process.version}`}, CPU µs per request`);
console.log(
  `${"".padEnd(18)}${compared ? "   before" : ""}    build  runtime own part${compared ? "    ratio own ratio" : ""}`,
);
for (const kind of KINDS) {
  for (const name of Object.keys(WORKLOADS)) {
    const costs = [...builds, "runtime"].map(() => Infinity);
    for (let i = 0; i < TRIES; i++)
      [...builds, "runtime"].forEach((build, at) => (costs[at] = Math.min(costs[at], inChild(build, kind, name))));
    const floor = costs.at(-1);
    const cost = costs.at(-2);
    const ratios = compared ? show(cost / costs[0]) + show((cost - floor) / (costs[0] - floor)) : "";
    const before = compared ? show(costs[0]) : "";
    console.log(`${`${kind} ${name}`.padEnd(18)}${before}${show(cost)}${show(floor)}${show(cost - floor)}${ratios}`);
  }
}
