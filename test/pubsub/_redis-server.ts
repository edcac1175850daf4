/** A real redis-server on a socket in a folder of its own: it can be killed and comes back at the same address. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FOLDERS = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/bin"];
/** Path of redis-server (or valkey-server); REDIS_SERVER names another. */
export const REDIS_SERVER: string | undefined =
  process.env["REDIS_SERVER"] ??
  ["redis-server", "valkey-server"]
    .flatMap((name) => FOLDERS.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));

export class RedisServer {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "landspout-redis-"));
  readonly path: string = join(this.#folder, "socket");
  #process: ChildProcess | undefined = undefined;

  async start(): Promise<void> {
    const settings = [
      "--port",
      "0",
      "--unixsocket",
      this.path,
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      this.#folder,
    ];
    const started = spawn(REDIS_SERVER ?? "redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = started;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      started.stdout?.on("data", (bytes: Buffer) => {
        output += bytes.toString();
        if (/ready to accept connections/i.test(output)) resolve();
      });
      started.once("error", reject);
      started.once("exit", () => reject(new Error(`redis-server did not start\n${output}`)));
    });
  }
  /** It stands still, and does not even refuse; `SIGCONT` lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal);
  }
  /** As a machine that is switched off. */
  async kill(): Promise<void> {
    const killed = this.#process;
    this.#process = undefined;
    if (killed === undefined || killed.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      killed.once("exit", () => resolve());
      killed.kill("SIGKILL");
    });
  }
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
