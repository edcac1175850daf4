/**
 * Runs a command in a process group of its own: with a deadline, its output kept, and nothing of it left behind — not its
 * children either, and not when this process is interrupted. Knows nothing of tests.
 */
import { spawn } from "node:child_process";
import { ROOT } from "./root.mjs";

/** Seconds that children of a process which has ended may take to end as well. */
const GRACE = 3;

const running = new Set();
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Sends a signal to a whole process group; false if there is none any more. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends a group: first asked, so that a command which has groups of its own can end them, then killed. */
async function stop(pid) {
  signalGroup(pid, "SIGTERM");
  await reap(pid);
}

/** Waits for the group to be empty, then kills what is left of it. Says whether something was left. */
async function reap(pid) {
  for (let waited = 0; waited < GRACE; waited += 0.05) {
    if (!signalGroup(pid, 0)) return false;
    await wait(0.05);
  }
  return signalGroup(pid, "SIGKILL");
}

for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
]) {
  process.on(signal, async () => {
    await Promise.all([...running].map(stop));
    process.exit(128 + number);
  });
}

/**
 * Resolves once the command has ended, with `status` (undefined where a signal ended it), `seconds`, its `output` (both streams),
 * whether it was `late` and killed, and whether it left `orphans`. `echo` passes the output through as it comes.
 */
export async function runProcess(command, args, { deadline = 600, env = process.env, cwd = ROOT, echo = false } = {}) {
  const began = performance.now();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (echo) process.stdout.write(text);
    });
  }
  const closed = new Promise((resolve) => child.once("close", resolve));
  const ended = new Promise((resolve) => {
    child.once("exit", (status) => resolve(status ?? undefined));
    child.once("error", (error) => {
      output += `${error.message}\n`;
      resolve(undefined);
    });
  });
  if (child.pid === undefined) return { status: await ended, seconds: 0, output, late: false, orphans: false };

  running.add(child.pid);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void stop(child.pid);
  }, deadline * 1000);
  const status = await ended;
  clearTimeout(timer);
  const seconds = (performance.now() - began) / 1000;
  const orphans = (await reap(child.pid)) && !late;
  running.delete(child.pid);
  // What was written before the end may still be in the pipes. They keep this process alive, the timer must not.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, GRACE * 1000).unref())]);
  return { status, seconds, output, late, orphans };
}
