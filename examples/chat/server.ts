/**
 * A chat over WebSockets; where these do not come through, over server-sent events, and where these do not either, by long polling.
 * `npm start`, or `node --import tsx examples/chat/server.ts --port 8888 --address 127.0.0.1 --parser ts --transport copy`.
 */
import { parseArgs } from "node:util";
import { Application } from "landspout";
import type { HTTPServer, HTTPServerOptions } from "landspout";
import type { Route } from "landspout/web";
import { MessagesHandler, RecentHandler, SelfHandler } from "./handlers.ts";
import { closeLive, EventsHandler, SocketHandler } from "./live.ts";
import { pageFile, PageHandler } from "./page-handler.ts";
import { rooms } from "./rooms.ts";

/** Bytes of a POST: the longest name and text as JSON, every character of them escaped, need less. */
const LARGEST_POST = 16_384;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readOptions(): { port: number; address: string; quiet: boolean; options: HTTPServerOptions } {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8888" },
      address: { type: "string", default: "127.0.0.1" },
      parser: { type: "string" },
      transport: { type: "string" },
      quiet: { type: "boolean", default: false },
    },
  });
  const { address, quiet, parser, transport } = values;
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Infinity;
  if (port > 65_535) fail(`--port is a number from 0 (any free port) to 65535, not ${values.port}`);
  const options: HTTPServerOptions = { maxBodySize: LARGEST_POST };
  if (parser === "wasm" || parser === "ts") options.parser = parser;
  else if (parser !== undefined) fail(`--parser is wasm or ts, not ${parser}`);
  if (transport === "zero-copy" || transport === "copy") options.transport = transport;
  else if (transport !== undefined) fail(`--transport is zero-copy or copy, not ${transport}`);
  return { port, address, quiet, options };
}

function report(server: HTTPServer, address: string): void {
  const everywhere = address === "0.0.0.0" || address === "::";
  const host = everywhere || address === "127.0.0.1" ? "localhost" : address.includes(":") ? `[${address}]` : address;
  const bun = process.versions["bun"];
  const why = (reason: string): string => (reason === "" ? "" : ` (${reason})`);
  console.log(
    `The chat is at http://${host}:${server.port}${everywhere ? ", and at every other address of this machine" : ""}`,
  );
  console.log(`  parser     ${server.parser}${why(server.parserReason)}`);
  console.log(`  transport  ${server.transport}${why(server.transportReason)}`);
  console.log(`  runtime    ${bun === undefined ? `Node ${process.versions.node}` : `Bun ${bun}`}`);
}

let settings: ReturnType<typeof readOptions>;
try {
  settings = readOptions();
} catch (error) {
  // parseArgs knows what it does not know.
  fail(error instanceof Error ? error.message : String(error));
}
const { port, address, quiet, options } = settings;

const app = new Application(
  [
    ["/", PageHandler, pageFile("index.html", "text/html")],
    ["/style.css", PageHandler, pageFile("style.css", "text/css")],
    ...["chat.js", "connection.js", "view.js"].map((name): Route => [
      `/${name}`,
      PageHandler,
      pageFile(name, "text/javascript"),
    ]),
    ["/socket", SocketHandler],
    ["/events", EventsHandler],
    ["/messages", MessagesHandler],
    ["/messages/recent", RecentHandler],
    ["/self", SelfHandler],
  ],
  { accessLog: !quiet },
);
const server = app.listen(port, address, options);
try {
  await server.listening;
} catch (error) {
  fail(
    `Cannot serve at ${address} port ${port}: ${(error as Error).message}. Choose another with --port or --address.`,
  );
}
report(server, address);

/** Those who wait are answered, so that nobody has to be cut off. */
function stop(): void {
  rooms.close();
  closeLive();
  void server.shutdown({ deadline: 3 }).then(() => process.exit(0));
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
