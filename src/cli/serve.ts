/** `landspout serve`: a server for one folder, from its arguments to its end. */
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { basename, resolve } from "node:path";
import type { HTTPServer } from "../http/server/httpserver.ts";
import { FolderHandler } from "../serve/folder-handler.ts";
import type { FolderOptions } from "../serve/folder-handler.ts";
import { isLoopback } from "../serve/local-names.ts";
import { Application } from "../web/application/application.ts";

export interface ServeArguments {
  readonly folder: string;
  readonly port: number;
  readonly address: string;
  readonly listing: boolean;
  readonly singlePage: boolean;
  readonly hidden: boolean;
  readonly quiet: boolean;
}

/** Seconds that answers under way are given when the server stops. */
const LAST_SECONDS = 3;

/** Serves until the process is told to end. @throws Error with a sentence for people. */
export async function serve(given: ServeArguments): Promise<void> {
  const { port, address, listing, singlePage, hidden, quiet } = given;
  const path = resolve(given.folder);
  const found: Stats | undefined = await stat(path).catch(() => undefined);
  if (found === undefined) throw failure(`there is no folder ${given.folder}`);
  if (!found.isDirectory()) throw failure(`${given.folder} is not a folder`);
  const options: FolderOptions = {
    path,
    title: basename(path) || path,
    listing: listing && !singlePage,
    singlePage,
    dotfiles: hidden,
    localOnly: isLoopback(address),
  };
  const app = new Application([["/*", FolderHandler, options]], { accessLog: !quiet });
  // Nothing here has a use for content.
  const server = app.listen(port, address, { maxBodySize: 0 });
  try {
    await server.listening;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(`cannot serve at ${address} port ${port}: ${reason}. Choose another with --port or --address.`);
  }
  report(server, path, address);
  stopOnSignal(server);
}

/** For whoever reads the terminal; no program sees it. */
const failure = (message: string): Error => new Error(message);

function report(server: HTTPServer, path: string, address: string): void {
  const [first, ...others] = urlsOf(address, server.port);
  console.log(`Serving ${path} at ${first}`);
  for (const url of others) console.log(`  and at ${url}`);
  console.log("  Ctrl+C stops it.");
}

/** Addresses by which browsers reach a server that listens at one. */
function urlsOf(address: string, port: number): string[] {
  const url = (host: string): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}/`;
  if (address === "127.0.0.1") return [url("localhost")];
  const both = address === "::";
  if (!both && address !== "0.0.0.0") return [url(address)];
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((found) => found !== undefined && !found.internal)
    // A link-local address says nothing without its interface.
    .filter((found) => (found?.family === "IPv4" || both) && found?.address.startsWith("fe80") === false)
    .map((found) => url(found?.address ?? ""));
  return [url("localhost"), ...others];
}

function stopOnSignal(server: HTTPServer): void {
  const stop = (): void => {
    void server.shutdown({ deadline: LAST_SECONDS }).then(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}
