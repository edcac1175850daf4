/** A real redis-server (or valkey-server) on a socket in a folder of its own. */
import { join } from "node:path";
import { BrokerServer } from "./_broker-server.ts";

export class RedisServer extends BrokerServer {
  readonly path: string = join(this.folder, "socket");
  readonly #appendOnly: boolean;

  /** @param appendOnly Whether it keeps what it is told when it is killed. */
  constructor(appendOnly = false) {
    super("redis-server");
    this.#appendOnly = appendOnly;
  }
  protected settings(): string[] {
    const kept = this.#appendOnly ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
    return ["--port", "0", "--unixsocket", this.path, "--save", "", ...kept, "--dir", this.folder];
  }
  protected isReady(output: string): boolean {
    return /ready to accept connections/i.test(output);
  }
}
