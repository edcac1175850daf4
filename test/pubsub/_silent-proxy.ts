/** A TCP proxy that can go silent: it closes nothing, and forwards nothing any more, as a network that drops packets. */
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export class SilentProxy {
  readonly #server = createServer((client) => this.#accept(client));
  readonly #sockets = new Set<Socket>();
  /** Those that have been silenced stay so. */
  readonly #silent = new Set<Socket>();
  readonly #path: string;
  /** New connections are accepted and nothing more. */
  #swallows = false;
  /** Connections accepted up to now. */
  accepted = 0;
  /** Answers to pings that passed. */
  pongs = 0;

  /** @param path Unix socket of the server behind it. */
  constructor(path: string) {
    this.#path = path;
  }
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve()));
  }
  #accept(client: Socket): void {
    this.accepted++;
    this.#sockets.add(client);
    client.on("error", () => undefined);
    if (this.#swallows) {
      client.resume();
      return;
    }
    const upstream = connect(this.#path);
    this.#sockets.add(upstream);
    upstream.on("error", () => undefined);
    const forward = (from: Socket, to: Socket): void => {
      from.on("data", (bytes) => {
        if (this.#silent.has(from)) return;
        if (from === upstream && /PONG|pong/.test(bytes.toString("latin1"))) this.pongs++;
        to.write(bytes);
      });
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.#silent.has(from)) to.destroy();
      });
    };
    forward(client, upstream);
    forward(upstream, client);
  }
  /** Nothing passes on the connections that there are, for ever. `swallows`: nor on new ones, which are accepted, until it is false. */
  goSilent(swallows = false): void {
    for (const socket of this.#sockets) this.#silent.add(socket);
    this.#swallows = swallows;
  }
  recover(): void {
    this.#swallows = false;
  }
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
