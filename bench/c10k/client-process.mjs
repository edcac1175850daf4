/** A process of clients on core 1, commanded over the IPC channel: clients.mjs (through fleet.mjs), or soak-clients.mjs. */
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
