/** The files of deploy/ fit each other: times that must be longer than others, names that must be the server's; units as systemd reads them. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import * as assert from "uvu/assert";
import { pathOf } from "../_support/programs.ts";
import { suite } from "../_support/suite.ts";
import { root } from "./_server.ts";

const test = suite("files of deploy/");
const read = (name: string): string => readFileSync(new URL(`deploy/${name}`, root), "utf8");
const server = read("server.ts");

/** The number after a pattern. */
function number(text: string, before: RegExp): number {
  const found = new RegExp(`${before.source}"?(\\d+)`).exec(text)?.[1];
  assert.ok(found !== undefined, `nothing says ${before.source}`);
  return Number(found);
}

/** Seconds that closing itself may take. */
const SPARE = 2;

/** Seconds after SIGTERM in which the process has ended, but for what it takes to end. */
function lifetime(name: string): number {
  const text = read(name);
  const value = (variable: string): number =>
    number(text, name.endsWith(".yaml") ? new RegExp(`name: ${variable}, value: `) : new RegExp(`${variable}=`));
  return value("DRAIN") + value("DEADLINE");
}

test("nobody is killed before its deadline", () => {
  assert.ok(number(read("landspout@.service"), /TimeoutStopSec=/) > lifetime("landspout@.service") + SPARE);
  assert.ok(number(read("kubernetes.yaml"), /terminationGracePeriodSeconds: /) > lifetime("kubernetes.yaml") + SPARE);
  assert.ok(number(read("Containerfile"), /podman stop --time /) > lifetime("Containerfile") + SPARE);
});

test("the proxies have noticed before it stops", () => {
  const drain = number(server, /seconds\("DRAIN", /);
  assert.ok(number(read("nginx.conf"), /\n    keepalive_timeout /) < drain);
  const haproxy = read("haproxy.cfg");
  assert.ok(number(haproxy, /inter /) * number(haproxy, /fall /) + number(haproxy, /timeout check /) < drain);
  const kubernetes = read("kubernetes.yaml");
  const [readiness = ""] = /readinessProbe:[^]*?resources:/.exec(kubernetes) ?? [];
  const noticed = number(readiness, /periodSeconds: /) * number(readiness, /failureThreshold: /);
  assert.ok(noticed < number(kubernetes, /name: DRAIN, value: /));
});

test("the proxies wait longer than a poll is held", () => {
  const hold = number(server, /const HOLD = /);
  assert.ok(number(read("nginx.conf"), /proxy_read_timeout /) > hold);
  assert.ok(number(read("haproxy.cfg"), /timeout server /) > hold);
});

test("probes ask for what there is, variables are those the server reads", () => {
  const asked = ["kubernetes.yaml", "Containerfile", "haproxy.cfg"].flatMap((name) => [
    ...read(name).matchAll(/(?:path: |uri |:8888)(\/\w+)/g),
  ]);
  assert.is(asked.length, 5);
  for (const [, path = ""] of asked) assert.ok(server.includes(`["${path}", `), path);
  const set = [
    ...[...read("kubernetes.yaml").matchAll(/name: ([A-Z]+), value/g)].map(([, name = ""]) => name),
    ...["Containerfile", "landspout@.service"].flatMap((name) => read(name).match(/\b[A-Z_]+(?==)/g) ?? []),
  ].filter((name) => !["NODE_ENV", "HEALTHCHECK"].includes(name));
  assert.ok(set.length > 8);
  for (const name of set) assert.ok(new RegExp(`env\\["${name}"\\]|(?:seconds|number)\\("${name}"`).test(server), name);
});

test("the server runs where nothing is compiled, as the unit and the container start it", async () => {
  // Node 22.18 and later take the types out by themselves; Bun always did.
  if (!("Bun" in globalThis) && (process.features as { typescript?: unknown }).typescript !== "strip") {
    console.log("skipped: this Node cannot run TypeScript");
    return;
  }
  const child = spawn(process.execPath, ["deploy/server.ts", "--quiet"], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: "", PORT: "0", DRAIN: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  assert.match(String(said), /^process \d+ serves port \d+\n$/);
  child.kill("SIGTERM");
  assert.equal(await ended, [0, null]);
});

test("the container is built of what is there, and starts the program itself", () => {
  const lines = read("Containerfile")
    .split("\n")
    .filter((line) => /^[A-Z]/.test(line));
  const of = (instruction: string): string[] =>
    lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));
  assert.match(of("FROM")[0] ?? "", /^node:2[4-9]-slim$/);
  assert.ok(of("COPY")[0]?.includes("package-lock.json"), "npm ci needs it");
  assert.ok(of("RUN")[0]?.startsWith("npm ci --omit=dev"));
  // Installed by root, run by somebody who can change none of it.
  assert.ok(
    lines.findIndex((line) => line.startsWith("USER node")) > lines.findLastIndex((line) => /^(RUN|COPY) /.test(line)),
  );
  assert.equal(of("STOPSIGNAL"), ["SIGTERM"]);
  // In the form without a shell, which would get the signal.
  const [command] = of("CMD");
  assert.equal(JSON.parse(command ?? ""), ["node", "server.ts"]);
  assert.ok(of("COPY").some((files) => files.startsWith("server.ts ")));
  const [, check = ""] = /CMD (\[.*\])$/.exec(of("HEALTHCHECK")[0] ?? "") ?? [];
  const [node, , script] = JSON.parse(check) as string[];
  assert.is(node, "node");
  assert.not.throws(() => new Script(script ?? ""));
  assert.is(number(script ?? "", /127\.0\.0\.1:/), Number(/PORT=(\d+)/.exec(of("ENV")[0] ?? "")?.[1]));
});

test.needing(["systemd-analyze"], "systemd reads the units", () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-units-"));
  for (const name of readdirSync(new URL("deploy/", root)).filter((each) => each.startsWith("landspout@"))) {
    // It looks whether the program is there.
    writeFileSync(join(folder, name), read(name).replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"));
  }
  const { stdout, stderr } = spawnSync(pathOf("systemd-analyze"), ["verify", join(folder, "landspout@8001.service")], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true, force: true });
  // It complains of the units of the system too.
  const complaints = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("landspout"));
  assert.equal(complaints, []);
});

test.run();
