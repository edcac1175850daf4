/**
 * `deploy/server.ts` as it is run in earnest, in the runtime that runs the test, and replaced by its next process: on a socket that a
 * supervisor holds for it, as systemd does, or on a port of its own. Knows nothing of proxies.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { createInterface } from "node:readline";
import { LOADER } from "../_support/loader.ts";

export const root = new URL("../..", import.meta.url);

const SERVER = [...LOADER, "deploy/server.ts", "--quiet"];

/** sd_listen_fds(3): descriptor 3, and the pid it is meant for. One process after the other, one for each line of input. */
const SUPERVISOR = `while read -r order; do
  sh -c 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"' sh "$@" </dev/null
  echo "ended with $?"
done`;

/** Seconds of the ends of the servers, for tests. */
export const TIMES = { DRAIN: "2", DEADLINE: "5", XHEADERS: "1" };

/** Lines a process prints, each given to who waits for it first. */
class Lines {
  readonly #lines: string[] = [];
  #wake: () => void = () => {};
  #over = false;

  constructor(child: ChildProcess) {
    const input = child.stdout;
    if (input === null) throw new Error("the process has no output");
    const reader = createInterface(input);
    reader.on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    reader.on("close", () => {
      this.#over = true;
      this.#wake();
    });
  }
  async next(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const [index, line] of this.#lines.entries()) {
        const found = pattern.exec(line);
        if (found === null) continue;
        this.#lines.splice(index, 1);
        return found;
      }
      if (this.#over) throw new Error(`ended without ${pattern}: ${this.#lines.join("\n")}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** A place for one server process at a time. */
export interface Place {
  readonly port: number;
  /** The process there. */
  pid: number;
  /** What it inherits, or the port. */
  says: string;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<string>;
  start(): Promise<void>;
  /** Nothing is left. */
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** A server on a socket that goes on listening while there is none. */
export async function heldPlace(environment: Record<string, string> = TIMES): Promise<Place> {
  const socket = net.createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address() as net.AddressInfo;
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const supervisor = spawn("sh", ["-c", SUPERVISOR, "sh", process.execPath, ...SERVER], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "inherit", fd],
  });
  const lines = new Lines(supervisor);
  const over = once(supervisor, "exit");
  await once(supervisor, "spawn");
  socket.close();
  const place: Place = {
    port,
    pid: 0,
    says: "",
    start: async () => {
      supervisor.stdin?.write("start\n");
      const [, pid, says = ""] = await lines.next(/^process (\d+) serves (.*)$/);
      Object.assign(place, { pid: Number(pid), says });
    },
    stop: async () => {
      process.kill(place.pid, "SIGTERM");
      const [, status = ""] = await lines.next(/^ended with (\d+)$/);
      place.pid = 0;
      return status;
    },
    close: async () => {
      if (place.pid !== 0) process.kill(place.pid, "SIGKILL");
      supervisor.stdin?.end();
      await over;
    },
  };
  await place.start();
  return place;
}

/** A server that listens on a port of its own. */
export async function ownPlace(environment: Record<string, string> = TIMES): Promise<Place> {
  const port = await freePort();
  let ended: Promise<unknown[]> = Promise.resolve([]);
  const place: Place = {
    port,
    pid: 0,
    says: "",
    start: async () => {
      const child = spawn(process.execPath, SERVER, {
        cwd: root,
        env: { ...process.env, ...environment, PORT: String(port) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      ended = once(child, "exit");
      const [, pid, says = ""] = await new Lines(child).next(/^process (\d+) serves (.*)$/);
      Object.assign(place, { pid: Number(pid), says });
    },
    stop: async () => {
      process.kill(place.pid, "SIGTERM");
      const [status, signal] = await ended;
      place.pid = 0;
      return String(status ?? signal);
    },
    close: async () => {
      if (place.pid !== 0) process.kill(place.pid, "SIGKILL");
      await ended;
    },
  };
  await place.start();
  return place;
}
