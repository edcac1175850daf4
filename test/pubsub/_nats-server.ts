/** A real nats-server on a port of 127.0.0.1, the same one each time it comes back. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BrokerServer } from "./_broker-server.ts";

export class NatsServer extends BrokerServer {
  readonly #file: string = join(this.folder, "nats.conf");
  #port = 0;

  /** @param configuration In the form of its own configuration file. */
  constructor(configuration = "") {
    super("nats-server");
    this.configure(configuration);
  }
  /** From its next start on. */
  configure(configuration: string): void {
    writeFileSync(this.#file, configuration);
  }
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }
  protected settings(): string[] {
    // -1 is any free port.
    return ["--addr", "127.0.0.1", "--port", String(this.#port || -1), "--config", this.#file];
  }
  protected isReady(output: string): boolean {
    this.#port ||= Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(output)?.[1] ?? 0);
    return /Server is ready/.test(output);
  }
}
