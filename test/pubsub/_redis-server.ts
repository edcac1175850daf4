/** A real redis-server (or valkey-server) on a socket in a folder of its own. */
import { join } from "node:path";
import { BrokerServer, findProgram } from "./_broker-server.ts";

/** Its path; REDIS_SERVER names another. */
export const REDIS_SERVER: string | undefined =
  process.env["REDIS_SERVER"] ?? findProgram("redis-server", "valkey-server");

export class RedisServer extends BrokerServer {
  readonly path: string = join(this.folder, "socket");
  readonly #appendOnly: boolean;

  /** @param appendOnly Whether it keeps what it is told when it is killed. */
  constructor(appendOnly = false) {
    super(REDIS_SERVER ?? "redis-server");
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
