/** A real server for the length of a test (Tornado's `AsyncHTTPTestCase`), for any test runner. */
import * as net from "node:net";
import { once } from "node:events";
import type { RequestCallback } from "../http/delegates.ts";
import { HTTPServer } from "../http/server/httpserver.ts";
import type { HTTPServerOptions } from "../http/server/httpserver.ts";
import type { HTTPServerConnectionDelegate } from "../http/interfaces.ts";

export interface TestServer {
  readonly server: HTTPServer;
  readonly port: number;
  /** Address of a path on it. */
  url(path?: string): string;
  /** `fetch` against it; a path is enough. Redirects are not followed unless asked for. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Closes everything. `withServer` does it for you. */
  close(): Promise<void>;
}

/** Serves on a free port of this machine. Close it yourself; or use `withServer`. */
export async function startServer(
  delegate: HTTPServerConnectionDelegate | RequestCallback,
  options: HTTPServerOptions = {},
): Promise<TestServer> {
  const server = new HTTPServer(delegate, options);
  await server.listen(0, "127.0.0.1");
  const { port } = server;
  const scheme = options.ssl === undefined ? "http" : "https";
  const url = (path = "/"): string => (/^https?:\/\//.test(path) ? path : `${scheme}://127.0.0.1:${port}${path}`);
  return {
    server,
    port,
    url,
    fetch: (path, init) => fetch(url(path), { redirect: "manual", ...init }),
    close: async () => {
      await server.stop();
      await server.closeAllConnections();
    },
  };
}

/**
 * Serves while `use` runs, on a free port of this machine, and closes everything afterwards, whatever happens.
 *
 * @example
 * await withServer(app, async ({ fetch }) => {
 *   assert.equal(await (await fetch("/hello")).text(), "Hello");
 * });
 */
export async function withServer<T>(
  delegate: HTTPServerConnectionDelegate | RequestCallback,
  use: (server: TestServer) => Promise<T> | T,
  options: HTTPServerOptions = {},
): Promise<T> {
  const running = await startServer(delegate, options);
  try {
    return await use(running);
  } finally {
    await running.close();
  }
}

/** A port nobody else gets while it is held. */
export interface BoundPort {
  readonly port: number;
  /** Lets go of it, so that a server can have it. */
  release(): Promise<void>;
}

/** Holds a free port of this machine. */
export async function bindUnusedPort(address = "127.0.0.1"): Promise<BoundPort> {
  const server = net.createServer((socket) => socket.destroy());
  server.listen(0, address);
  await once(server, "listening");
  return {
    port: (server.address() as net.AddressInfo).port,
    release: async () => {
      server.close();
      await once(server, "close");
    },
  };
}
