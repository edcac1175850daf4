/**
 * Several processes of one program for the servers that bring nothing of the kind: a parent, its children on one port (by node:cluster,
 * or SO_REUSEPORT on Bun), and a message of one child to all others. Each child answers for itself at an address of its own.
 */
import cluster from "node:cluster";
import { spawn } from "node:child_process";
import { ownHost } from "./own-host.mjs";

/** How many; one is this process itself. */
export const processes = Number(process.argv[3] ?? 1);

const CHILD = "C10K_CHILD";
const id = process.env[CHILD];
const bun = process.versions.bun !== undefined;

export const isParent = processes > 1 && id === undefined;
/** Where this process alone answers, if there are others. */
export const ownAddress = id === undefined ? undefined : ownHost(Number(id));

function startChild(number) {
  const env = { ...process.env, [CHILD]: String(number) };
  if (!bun) return cluster.fork(env).process;
  return spawn(process.execPath, process.argv.slice(1), { env, stdio: ["inherit", "inherit", "inherit", "ipc"] });
}

if (isParent) {
  const children = Array.from({ length: processes }, (_, number) => startChild(number));
  for (const child of children) {
    child.on("message", (message) => {
      if (typeof message?.text !== "string") return;
      for (const other of children) if (other !== child) other.send(message);
    });
  }
  process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
}
if (id !== undefined) process.on("disconnect", () => process.exit(0));

/** What another child says. */
export function onText(listener) {
  if (id !== undefined) process.on("message", ({ text }) => text !== undefined && listener(text));
}
export function say(text) {
  if (id !== undefined) process.send({ text });
}
