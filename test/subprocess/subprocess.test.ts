/** Tornado's process_test (its Subprocess half; the other is in test/net/process.test.ts), and what goes wrong with child processes. */
import { Buffer } from "node:buffer";
import { constants, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { TimeoutError } from "../../src/async/timeout-error.ts";
import { PipeIOStream, StreamClosedError } from "../../src/net/streams.ts";
import { CalledProcessError, cpuCount, Subprocess, taskId } from "../../src/subprocess/index.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("Subprocess", { deadline: 240 });
const STREAM: typeof Subprocess.STREAM = Subprocess.STREAM;

async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** Resolves when no process has this id any more. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

// --- Tornado's ---

test("subprocess: a conversation", async () => {
  const child = new Subprocess(["cat", "-u"], { stdin: STREAM, stdout: STREAM });
  await child.stdin?.write("hello\n");
  assert.is(String(await child.stdout?.readUntil("\n")), "hello\n");
  void child.stdin?.write("bye\n");
  assert.is(String(await child.stdout?.readUntil("\n")), "bye\n");
  child.stdin?.close();
  assert.is(String(await child.stdout?.readUntilClose()), "");
  assert.is(await child.waitForExit(), 0);
  assert.is(child.returncode, 0);
});

test("close_stdin: the child sees it", async () => {
  const child = new Subprocess(["sh", "-c", "cat; echo done"], { stdin: STREAM, stdout: STREAM });
  void child.stdin?.write("x\n");
  child.stdin?.end();
  assert.is(String(await child.stdout?.readUntilClose()), "x\ndone\n");
  await child.waitForExit();
});

test("stderr", async () => {
  const child = new Subprocess(["sh", "-c", "printf hello >&2"], { stderr: STREAM });
  assert.is(String(await child.stderr?.readUntilClose()), "hello");
  await child.waitForExit();
});

test("exit callback, exit status, future", async () => {
  const child = new Subprocess(["true"]);
  assert.is(await new Promise<number>((resolve) => child.setExitCallback(resolve)), 0);
  assert.is(await new Promise<number>((resolve) => child.setExitCallback(resolve)), 0, "also behind the exit");
  assert.is(await child.waitForExit(), 0);
});

test("signal: a negative number", async () => {
  const child = new Subprocess(["sleep", "60"]);
  assert.is(child.kill("SIGKILL"), true);
  assert.is(await child.waitForExit({ raiseError: false }), -9);
  assert.is(child.returncode, -9);
  assert.is(child.kill(), false);
});

test("wait_for_exit_raise", async () => {
  const child = new Subprocess(["sh", "-c", "exit 3"]);
  const error = (await failure(child.waitForExit())) as CalledProcessError;
  assert.instance(error, CalledProcessError);
  assert.equal(
    [error.code, error.returncode, error.message],
    ["ERR_LANDSPOUT_CALLED_PROCESS", 3, "sh exited with status 3"],
  );
  assert.is(await child.waitForExit({ raiseError: false }), 3);
});

test("a failure that nothing looks at is logged once, and is no unhandled rejection", async () => {
  const log = expectLog("sh exited with status 3");
  const child = new Subprocess(["sh", "-c", "exit 3"]);
  void child.waitForExit();
  await child.waitForExit({ raiseError: false });
  while (log.records.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(log.records.length, 1);
});

test("an exit callback that throws is logged", async () => {
  const log = expectLog("Uncaught exception in an exit callback");
  const child = new Subprocess(["true"]);
  child.setExitCallback(() => {
    throw new Error("inside");
  });
  while (log.records.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("PipeIOStream over a descriptor: one direction", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-pipe-"));
  const path = join(folder, "fifo");
  try {
    assert.is(await new Subprocess(["mkfifo", path]).waitForExit(), 0);
    const child = new Subprocess(["sh", "-c", `cat > ${path}`], { stdin: STREAM });
    const pipe = new PipeIOStream(openSync(path, constants.O_RDONLY), { mode: "r" });
    void child.stdin?.write("hello");
    child.stdin?.end();
    assert.is(String(await pipe.readUntilClose()), "hello");
    assert.instance(await failure(pipe.write("x")), StreamClosedError);
    await child.waitForExit();
    assert.throws(() => new PipeIOStream(9999, { mode: "r" }), /is not open/);
    assert.throws(() => new PipeIOStream(0, { mode: "rw" } as never), /mode must be "r" or "w"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// --- commands and options ---

test("a command that would need a shell is refused, as is one that is none", () => {
  for (const command of ["ls -l", "a;b", "$HOME", "", "a\0", [], [""], ["a", "b\0"], ["a", 1], 5])
    assert.throws(
      () => new Subprocess(command as string),
      (error: Error & { code: string }) => error.code === "ERR_LANDSPOUT_COMMAND",
    );
  assert.throws(() => new Subprocess(["a", "b"], { shell: true }), /with shell the command is one text/);
  assert.throws(() => new Subprocess("true", { stdOut: STREAM } as object), /did you mean stdout\?/);
  assert.throws(() => new Subprocess("true", { stdout: "pipe" } as object), /stdout must be Subprocess\.STREAM/);
});

test("a shell, a directory, an environment", async () => {
  const child = new Subprocess("echo $A; pwd", { shell: true, stdout: STREAM, cwd: "/", env: { A: "b" } });
  assert.is(String((await child.communicate()).stdout), "b\n/\n");
});

for (const [title, command, options] of [
  ["a program that is not there", ["/nowhere/program"], {}],
  ["a directory that is not there", ["true"], { cwd: "/nowhere" }],
] as const)
  test(`${title}: waitForExit rejects, the streams are closed`, async () => {
    const child = new Subprocess(command, { ...options, stdin: STREAM, stdout: STREAM, stderr: STREAM });
    const error = await failure(child.waitForExit());
    assert.is(error.code, "ERR_LANDSPOUT_SUBPROCESS");
    assert.match(error.message, new RegExp(`^${command[0]} could not be started: .*ENOENT`));
    assert.equal([child.pid, child.returncode, child.kill()], [undefined, 127, false]);
    assert.instance(await failure(child.stdin?.write("x") as Promise<void>), StreamClosedError);
    assert.is((await failure(child.communicate("x"))).code, "ERR_LANDSPOUT_SUBPROCESS");
    assert.is(await new Promise<number>((resolve) => child.setExitCallback(resolve)), 127);
    await child[Symbol.asyncDispose]();
  });

// --- communicate ---

test("communicate: input, both outputs, the status", async () => {
  const child = new Subprocess(["sh", "-c", "cat; printf oops >&2; exit 4"], {
    stdin: STREAM,
    stdout: STREAM,
    stderr: STREAM,
  });
  const { stdout, stderr, returncode, truncated } = await child.communicate("in");
  assert.equal([String(stdout), String(stderr), returncode, truncated], ["in", "oops", 4, false]);
});

test("communicate: more input than a pipe holds, and a child that does not read it", async () => {
  const input = Buffer.alloc(3_000_000, "abc");
  const child = new Subprocess(["cat"], { stdin: STREAM, stdout: STREAM });
  assert.ok((await child.communicate(input)).stdout.equals(input));
  const deaf = new Subprocess(["true"], { stdin: STREAM, stdout: STREAM });
  assert.equal(await deaf.communicate(input), {
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
    returncode: 0,
    truncated: false,
  });
  assert.throws(() => new Subprocess(["true"]).communicate("x"), /input needs the option stdin/);
});

test("communicate ends a child that prints without end, or takes too long", async () => {
  const yes = new Subprocess(["yes"], { stdout: STREAM });
  const error = await failure(yes.communicate(undefined, { maxBuffer: 100_000 }));
  assert.is(error.code, "ERR_LANDSPOUT_SUBPROCESS_OUTPUT");
  assert.ok((await yes.waitForExit({ raiseError: false })) < 0);
  const slow = new Subprocess(["sleep", "60"], { stdout: STREAM });
  assert.instance(await failure(slow.communicate(undefined, { timeout: 0.05 })), TimeoutError);
  assert.is(await slow.waitForExit({ raiseError: false }), -15);
});

test("communicate does not wait for a grandchild that holds the pipe", async () => {
  const child = new Subprocess(["sh", "-c", "sleep 30 & echo $!"], { stdout: STREAM });
  const started = performance.now();
  const { stdout, returncode, truncated } = await child.communicate();
  const pid = Number(String(stdout));
  process.kill(pid, "SIGKILL");
  assert.equal([returncode, truncated, pid > 0], [0, true, true]);
  assert.ok(performance.now() - started < 20_000);
});

test("a child that exits before its output is read loses nothing", async () => {
  const child = new Subprocess(["sh", "-c", "head -c 50000 /dev/zero"], { stdout: STREAM });
  await child.waitForExit();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is((await child.stdout?.readUntilClose())?.length, 50_000);
});

function garbageCollector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(now: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

test("100 MB to a slow reader: the child waits, the memory does not grow", async () => {
  const size = 100_000_000;
  const child = new Subprocess(["head", "-c", String(size), "/dev/zero"], { stdout: STREAM });
  let received = 0;
  let most = 0;
  const collect = garbageCollector();
  collect();
  const before = process.memoryUsage().rss;
  let collected = 0;
  while (received < size) {
    received += (await child.stdout?.readBytes(1_000_000, { partial: true }))?.length ?? 0;
    // What was read is garbage by now; when the runtime collects it is its own affair.
    if (received - collected > 8_000_000) {
      collected = received;
      collect();
    }
    most = Math.max(most, process.memoryUsage().rss);
    if (received % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    if (received < 2_000_000) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.is(received, size);
  assert.ok(most - before < 64_000_000, `${most - before} bytes more`);
  await child.waitForExit();
});

test("a reader that does not read at all holds the child", async () => {
  const child = new Subprocess(["sh", "-c", "head -c 20000000 /dev/zero; echo end >&2"], {
    stdout: STREAM,
    stderr: STREAM,
  });
  const end = child.stderr?.readUntilClose();
  await child.stdout?.readBytes(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(child.returncode, undefined);
  assert.is((await child.stdout?.readUntilClose())?.length, 19_999_999);
  assert.is(String(await end), "end\n");
  await child.waitForExit();
});

// --- ending a child ---

const STUBBORN = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"] as const;

test("an aborted signal ends the child: killSignal, SIGKILL after killTimeout", async () => {
  const controller = new AbortController();
  const child = new Subprocess(STUBBORN, { stdout: STREAM, signal: controller.signal, killTimeout: 0.1 });
  await child.stdout?.readUntil("ready\n");
  const reason = new Error("enough");
  controller.abort(reason);
  assert.is(await failure(child.waitForExit()), reason);
  assert.is(child.returncode, -9);
  child.stdout?.close();
  const never = new Subprocess(["sleep", "60"], { signal: controller.signal });
  assert.is(await failure(never.waitForExit()), reason);
  assert.is(never.pid, undefined);
});

test("the signal of a wait ends the wait only", async () => {
  const child = new Subprocess(["sleep", "60"]);
  const controller = new AbortController();
  const waiting = failure(child.waitForExit({ signal: controller.signal }));
  controller.abort(new Error("enough"));
  assert.is((await waiting).message, "enough");
  assert.is(child.returncode, undefined);
  await child[Symbol.asyncDispose]();
  assert.is(child.returncode, -15);
});

test("asyncDispose ends a stubborn child", async () => {
  const child = new Subprocess(STUBBORN, { stdout: STREAM, killTimeout: 0.1 });
  await child.stdout?.readUntil("ready\n");
  await child[Symbol.asyncDispose]();
  assert.is(child.returncode, -9);
});

test("kill reaches the whole group of a detached child", async () => {
  const child = new Subprocess(["sh", "-c", "sleep 60 & echo $!; wait"], { stdout: STREAM, detached: true });
  const pid = Number(String(await child.stdout?.readUntil("\n")));
  child.kill("SIGKILL");
  assert.is(await child.waitForExit({ raiseError: false }), -9);
  await gone(pid);
  child.stdout?.close();
});

const openFds = (): number => readdirSync("/proc/self/fd").length;

test("1,000 short children leave no descriptor", async () => {
  const batch = async (): Promise<void> => {
    const running = Array.from({ length: 20 }, async (_, i) => {
      const child = new Subprocess(["echo", String(i)], { stdin: STREAM, stdout: STREAM, stderr: STREAM });
      assert.is(String((await child.communicate()).stdout), `${i}\n`);
    });
    await Promise.all(running);
  };
  await batch();
  const before = openFds();
  for (let i = 0; i < 50; i++) await batch();
  for (let i = 0; i < 100 && openFds() > before; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(openFds() <= before, `${before} before, ${openFds()} after`);
});

test("the module has the rest of tornado.process", () => {
  assert.ok(cpuCount() >= 1);
  assert.is(taskId(), undefined);
});

test.run();
