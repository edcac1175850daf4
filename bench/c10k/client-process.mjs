/** A process of clients on core 1, commanded over the IPC channel: clients.mjs, or soak-clients.mjs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CLIENT_CORE, RAISE_LIMIT } from "../lib/server-process.mjs";

export class ClientProcess {
  #child;

  constructor(script, args) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(
      "sh",
      ["-c", RAISE_LIMIT, "sh", "taskset", "-c", CLIENT_CORE, process.execPath, path, ...args.map(String)],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
  }

  async ask(message, seconds) {
    this.#child.send(message);
    const [answer] = await once(this.#child, "message", { signal: AbortSignal.timeout(seconds * 1000) });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async end() {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

/** The clients of one kind. */
export class Clients extends ClientProcess {
  constructor(port, kind) {
    super("clients.mjs", [port, kind]);
  }

  #checked(answer) {
    if (answer.lost > 0) throw new Error(`${answer.lost} connections were closed by the server`);
    return answer;
  }
  /** Milliseconds until all stand. */
  async open(count) {
    return this.#checked(await this.ask({ command: "open", count }, 60)).ms;
  }
  /** `[{ first, p50, p99, last }]` in milliseconds. */
  async broadcast(rounds, bytes) {
    return this.#checked(await this.ask({ command: "broadcast", rounds, bytes }, 100)).samples;
  }
  async close() {
    await this.ask({ command: "close" }, 60);
  }
}
