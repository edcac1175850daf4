/** A real broker in a process of its own and with a folder of its own: it can be killed and comes back at the same address. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathOf } from "../_support/programs.ts";
import type { ProgramName } from "../_support/programs.ts";

const folders = new Set<string>();
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export abstract class BrokerServer {
  readonly folder: string = mkdtempSync(join(tmpdir(), "landspout-broker-"));
  readonly program: ProgramName;
  #process: ChildProcess | undefined = undefined;

  constructor(program: ProgramName) {
    this.program = program;
    folders.add(this.folder);
  }
  protected abstract settings(): string[];
  /** Looks at what it has written up to now; true when it can be used. */
  protected abstract isReady(output: string): boolean;

  async start(): Promise<void> {
    const started = spawn(pathOf(this.program), this.settings(), { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = started;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      const look = (bytes: Buffer): void => {
        output += bytes.toString();
        if (this.isReady(output)) resolve();
      };
      started.stdout.on("data", look);
      started.stderr.on("data", look);
      started.once("error", reject);
      started.once("exit", () => reject(new Error(`${this.program} did not start\n${output}`)));
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
    rmSync(this.folder, { recursive: true, force: true });
  }
}
