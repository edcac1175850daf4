/**
 * A chat over WebSockets; where these do not come through, over server-sent events, and where these do not either, by long polling.
 * `npm start`, or `node --import tsx examples/chat/server.ts --port 8888 --address 127.0.0.1 --parser ts --transport copy`.
 *
 * One process needs nothing. Several are one chat: `--workers 4` on this machine (0: one for each processor); `--redis redis://HOST` or
 * `--nats nats://HOST` on any number of machines, behind a balancer (`--xheaders`: believe it about who the client is).
 *
 * The handlers (handlers.ts, live.ts) know the rooms of their process (rooms.ts) and nothing else. Peers (peers.ts) keep the rooms of all
 * processes alike, over the roads that were asked for (roads.ts); with Redis what was said is kept there too (redis-history.ts).
 */
import { createServer } from "node:net";
import { Application, HTTPServer } from "landspout";
import { taskId } from "landspout/process";
import { processDriver, PubSub } from "landspout/pubsub";
import type { Route } from "landspout/web";
import { failToServe } from "../arguments.ts";
import { MessagesHandler, RecentHandler, SelfHandler } from "./handlers.ts";
import { closeLive, EventsHandler, SocketHandler } from "./live.ts";
import { readOptions } from "./options.ts";
import type { ChatOptions } from "./options.ts";
import { pageFile, PageHandler } from "./page-handler.ts";
import { rooms } from "./rooms.ts";

function bannerOf(server: HTTPServer, { address, workers, redis, nats }: ChatOptions): string {
  const everywhere = address === "0.0.0.0" || address === "::";
  const host = everywhere || address === "127.0.0.1" ? "localhost" : address.includes(":") ? `[${address}]` : address;
  const bun = process.versions["bun"];
  const why = (reason: string): string => (reason === "" ? "" : ` (${reason})`);
  const roads = [redis && "Redis", nats && "NATS"].filter(Boolean);
  const lines = [
    `The chat is at http://${host}:${server.port}${everywhere ? ", and at every other address of this machine" : ""}`,
    `  parser     ${server.parser}${why(server.parserReason)}`,
    `  transport  ${server.transport}${why(server.transportReason)}`,
    `  runtime    ${bun === undefined ? `Node ${process.versions.node}` : `Bun ${bun}`}`,
  ];
  if (roads.length > 0) lines.splice(1, 0, `  joined by  ${roads.join(" and ")}`);
  if (workers !== 1) lines.splice(1, 0, `  workers    ${workers === 0 ? "one for each processor" : workers}`);
  return lines.join("\n");
}

/** Whether the port can be had: better seen once, before there are many who fail at it. */
async function tryPort({ address, port }: ChatOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(port, address, () => probe.close(() => resolve()));
  });
}

const app = (quiet: boolean): Application =>
  new Application(
    [
      ["/", PageHandler, pageFile("index.html", "text/html")],
      ["/style.css", PageHandler, pageFile("style.css", "text/css")],
      ...["chat.js", "connection.js", "links.js", "outbox.js", "unsent.js", "view.js"].map((name): Route => [
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

const options = readOptions();
const isMany = options.workers !== 1;
if (isMany && taskId() === undefined)
  await tryPort(options).catch((error: unknown) => failToServe(options.address, options.port, error));

const server = new HTTPServer(app(options.quiet), options.server);
server.bind(options.port, options.address);
const started = await server
  .start(options.workers)
  .catch((error: unknown) => failToServe(options.address, options.port, error));
// With workers this program runs again in each of them; their parent has only to say that the first of them serves.
if (started === undefined) await serve((banner) => console.log(banner));
else {
  const family = new PubSub(processDriver({ name: "family" }));
  if (started.role === "child") await serve((banner) => family.publish("serving", banner));
  else {
    const first = family.subscribe("serving", (banner) => {
      first.cancel();
      console.log(banner);
    });
  }
}

async function serve(tell: (banner: string) => void): Promise<void> {
  const isJoined = isMany || options.redis !== undefined || options.nats !== undefined;
  const peers = isJoined ? await (await import("./roads.ts")).joinPeers(options) : undefined;
  tell(bannerOf(server, options));

  /** Those who wait are answered, so that nobody has to be cut off. */
  let isStopping = false;
  const stop = (): void => {
    // A terminal sends its signal to all processes, and their parent does so too.
    if (isStopping) return;
    isStopping = true;
    rooms.close();
    closeLive();
    peers?.leave();
    void server.shutdown({ deadline: 3 }).then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
