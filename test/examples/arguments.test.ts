/** Examples that are started wrongly end with a sentence that says what to do, without a stack. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { LOADER } from "../_support/loader.ts";
import { suite } from "../_support/suite.ts";

const test = suite("arguments of examples", { deadline: 60 });
const cwd = fileURLToPath(new URL("../..", import.meta.url));

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stderr } = spawnSync(process.execPath, [...LOADER, program, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  assert.not.match(stderr, /^ +at /m, "no stack");
  return `${status} ${stderr}`;
}

const WRONG: readonly (readonly [program: string, args: readonly string[], said: string])[] = [
  ["hello/server.ts", ["--port", "http"], "2 --port is a number from 0 (any free port) to 65535, not http\n"],
  ["hello/server.ts", ["--prot", "1"], "2 unknown option --prot; did you mean --port?\n"],
  ["hello/server.ts", ["80"], "2 Unexpected argument '80'. --help lists the options.\n"],
  ["files/server.ts", ["/tmp"], "2 Unexpected argument '/tmp'. There is --folder, --port, --quiet.\n"],
  ["files/server.ts", ["--folder", "/nowhere"], "2 --folder is a folder that is there, not /nowhere\n"],
  ["files/server.ts", ["--folder", "package.json"], "2 --folder is a folder that is there, not package.json\n"],
  [
    "files/server.ts",
    ["--folder"],
    "2 Option '--folder <value>' argument missing. There is --folder, --port, --quiet.\n",
  ],
  ["upload/server.ts", ["--folder", "/nowhere"], "2 --folder is a folder that is there, not /nowhere\n"],
  ["upload/server.ts", ["--room", "much"], "2 --room is a number of bytes, or of k, M, G or T of them, not much\n"],
  ["upload/upload.ts", [], "2 Usage: upload.ts FILE… [--to http://localhost:8888]\n"],
  [
    "streams/server.ts",
    ["--redis", "localhost"],
    "2 --redis is redis://localhost:6379 or the path of a socket, not localhost\n",
  ],
  ["fetch/server.ts", ["--port", "-1"], "2 "],
  ["fetch/bun.ts", ["--port", "99999"], "2 --port is a number from 0 (any free port) to 65535, not 99999\n"],
];

for (const [program, args, said] of WRONG) {
  test(`${program} ${args.join(" ")}`, () => {
    const answer = run(`examples/${program}`, args);
    if (said === "2 ") assert.match(answer, /^2 Option '--port' argument is ambiguous\./);
    else assert.is(answer, said);
  });
}

test("a port that is taken is said in a sentence", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  for (const program of ["hello/server.ts", "files/server.ts", "fetch/server.ts", "upload/server.ts"]) {
    const answer = run(`examples/${program}`, ["--port", String(port)]);
    assert.ok(answer.startsWith(`1 Cannot serve at 127.0.0.1 port ${port}: `), answer);
  }
  assert.match(run("deploy/server.ts", [], { PORT: String(port) }), `2 Cannot serve at 127.0.0.1 port ${port}: `);
  taken.close();
});

test("deploy/server.ts says what is wrong with its environment and its arguments", () => {
  assert.is(run("deploy/server.ts", [], { PORT: "http" }), "2 PORT must be a port from 0 to 65535, not http\n");
  assert.is(run("deploy/server.ts", [], { DRAIN: "soon" }), "2 DRAIN must be a number of seconds, not soon\n");
  assert.match(run("deploy/server.ts", ["--port", "1"]), "2 There is one option, --quiet");
});

test.run();
