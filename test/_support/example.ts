/** Starts an example as a user would, on a free port, in the runtime that runs the test; and raw HTTP over a socket. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { createInterface } from "node:readline";
import { LOADER } from "./loader.ts";

const root = new URL("../..", import.meta.url);

export interface Example {
  readonly port: number;
  readonly pid: number;
  /** What it printed when it was ready. */
  readonly banner: string;
  stop(): Promise<void>;
}

/** `path` under examples/; the example prints a line with its URL. `bun`: a Bun to start it in, in place of this runtime. */
export async function startExample(path: string, args: readonly string[] = [], bun?: string): Promise<Example> {
  const loader = bun === undefined ? LOADER : [];
  const child = spawn(bun ?? process.execPath, [...loader, `examples/${path}`, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let banner = "";
  let port = 0;
  for await (const line of createInterface(child.stdout)) {
    banner += `${line}\n`;
    port ||= Number(/http:\/\/[^:/]+:(\d+)/.exec(line)?.[1] ?? 0);
    if (port > 0 && (path.startsWith("hello") || line.includes("runtime"))) break;
  }
  if (port === 0) throw new Error(`examples/${path} ended before it served: ${banner}`);
  return {
    port,
    pid: child.pid ?? 0,
    banner,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Sends bytes and collects all that comes back until the other side closes. */
export async function exchange(port: number, request: string): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  socket.write(request);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
