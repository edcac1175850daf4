/** A real Redis Cluster: three nodes without replicas, on ports of their own. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { pathOf } from "../_support/programs.ts";
import { BrokerServer } from "./_broker-server.ts";

class ClusterNode extends BrokerServer {
  readonly port: number;
  readonly #busPort: number;

  constructor(port: number, busPort: number) {
    super("redis-server");
    this.port = port;
    this.#busPort = busPort;
  }
  protected settings(): string[] {
    const ports = ["--port", `${this.port}`, "--cluster-port", `${this.#busPort}`, "--bind", "127.0.0.1"];
    return [...ports, "--cluster-enabled", "yes", "--save", "", "--appendonly", "no", "--dir", this.folder];
  }
  protected isReady(output: string): boolean {
    return /ready to accept connections/i.test(output);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** redis-cli, or valkey-cli, stands beside the server. */
function cli(port: number, ...args: string[]): string {
  const server = pathOf("redis-server");
  const program = join(dirname(server), server.includes("valkey") ? "valkey-cli" : "redis-cli");
  return spawnSync(program, ["-p", `${port}`, ...args], { encoding: "utf8" }).stdout;
}

export class RedisCluster {
  readonly nodes: readonly ClusterNode[];

  private constructor(nodes: readonly ClusterNode[]) {
    this.nodes = nodes;
  }
  static async start(): Promise<RedisCluster> {
    const ports = await freePorts(6);
    const nodes = [0, 1, 2].map((i) => new ClusterNode(ports[i] ?? 0, ports[i + 3] ?? 0));
    await Promise.all(nodes.map((node) => node.start()));
    const [first] = nodes;
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const made = cli(first?.port ?? 0, "--cluster", "create", ...addresses, "--cluster-replicas", "0", "--cluster-yes");
    if (!made.includes("All 16384 slots covered")) throw new Error(`no cluster\n${made}`);
    // Each node has links to the others of its own.
    for (const { port } of nodes)
      while (!/cluster_state:ok[^]*cluster_known_nodes:3/.test(cli(port, "cluster", "info")))
        await new Promise((resolve) => setTimeout(resolve, 50));
    return new RedisCluster(nodes);
  }
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}
