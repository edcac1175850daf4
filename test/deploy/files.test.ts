/** The files of deploy/ fit each other: times that must be longer than others, names that must be the server's; units as systemd reads them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
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
  for (const name of set) assert.ok(new RegExp(`env\\["${name}"\\]|seconds\\("${name}"`).test(server), name);
});

test("systemd reads the units", () => {
  if (spawnSync("systemd-analyze", ["--version"]).status !== 0) {
    console.log("skipped: there is no systemd-analyze");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "landspout-units-"));
  for (const name of readdirSync(new URL("deploy/", root)).filter((each) => each.startsWith("landspout@"))) {
    // It looks whether the program is there.
    writeFileSync(join(folder, name), read(name).replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"));
  }
  const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", join(folder, "landspout@8001.service")], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true, force: true });
  // It complains of the units of the system too.
  const complaints = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("landspout"));
  assert.equal(complaints, []);
});

test.run();
