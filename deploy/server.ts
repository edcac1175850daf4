/**
 * The server that everything in this folder runs: a WebSocket, an event stream and a long poll behind a proxy, and an end that loses no
 * request. Configured by its environment, as services and containers are:
 *
 *   PORT, ADDRESS       where to listen (8888, 127.0.0.1), unless sockets are inherited (LISTEN_FDS, sd_listen_fds(3))
 *   XHEADERS=1          believe the proxy about who the client is; TRUSTED names further proxies, with commas
 *   DRAIN               seconds from SIGTERM until it stops accepting (6): more than the balancer takes to see that /ready fails, and more
 *                       than the proxy keeps idle connections
 *   DEADLINE            seconds running requests may take after that, then they are cut (10)
 *
 * On SIGTERM polls are answered, event streams end and WebSockets are closed with 1001 (HTTPServer.shutdown): clients come back elsewhere.
 */
import { Application, HTTPServer, RequestHandler, WebSocketHandler } from "landspout";
import { EventSourceHandler } from "landspout/web";

/** Seconds a poll is held: less than any proxy waits for an answer. */
const HOLD = 25;
const { env } = process;

/** Ends a program that was started wrongly with a sentence: its code is not what is wrong. */
function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** A number from the environment. */
function number(name: string, otherwise: number, what: string, most: number): number {
  const value = Number(env[name] ?? otherwise);
  return value >= 0 && value <= most ? value : fail(`${name} must be ${what}, not ${env[name]}`);
}
const seconds = (name: string, otherwise: number): number => number(name, otherwise, "a number of seconds", 86_400);
const DRAIN = seconds("DRAIN", 6);
const DEADLINE = seconds("DEADLINE", 10);

class Handler extends RequestHandler {
  override setDefaultHeaders(): void {
    this.setHeader("X-Served-By", process.pid);
    this.setHeader("Cache-Control", "no-store");
    // What somebody sent is no page of ours.
    this.setHeader("Content-Type", "text/plain; charset=UTF-8");
    this.setHeader("X-Content-Type-Options", "nosniff");
  }
}

class MainHandler extends Handler {
  override get(): void {
    const { remoteIp, protocol, host } = this.request;
    this.setHeader("Content-Type", "application/json");
    this.write({ pid: process.pid, ip: remoteIp, protocol, host });
  }
  override post(): void {
    this.write(this.request.body);
  }
}

/** The process works: else it is to be killed. True while it drains. */
class LiveHandler extends Handler {
  override get(): void {
    this.write("live\n");
  }
}

/** New requests are welcome: else they are to be sent elsewhere. */
class ReadyHandler extends Handler {
  override get(): void {
    if (server.closing) this.setStatus(503);
    this.write(server.closing ? "draining\n" : "ready\n");
  }
}

/** Everybody who hears what is said. */
const audience = new Set<(text: string) => void>();

class SayHandler extends Handler {
  override post(): void {
    const heard = [...audience];
    for (const hear of heard) hear(this.request.body.toString());
    this.setHeader("Content-Type", "application/json");
    this.write({ heard: heard.length });
  }
}

/** A long poll: 200 with what was said next, 204 where it is to be asked again. */
class PollHandler extends Handler {
  #end: (text?: string) => void = () => {};

  override async get(): Promise<void> {
    const text = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => this.#end(), HOLD * 1000);
      this.#end = (said) => {
        clearTimeout(timer);
        audience.delete(this.#end);
        resolve(said);
      };
      audience.add(this.#end);
    });
    if (text === undefined) this.setStatus(204);
    else this.write(text);
  }
  override onConnectionClose(): void {
    this.#end();
  }
  override onShutdown(): void {
    this.#end();
  }
}

class EventsHandler extends EventSourceHandler {
  #hear = (text: string): void => void this.send(text);

  override setDefaultHeaders(): void {
    this.setHeader("X-Served-By", process.pid);
  }
  override open(): void {
    audience.add(this.#hear);
    void this.send({ event: "open", data: String(process.pid) });
  }
  override onClose(): void {
    audience.delete(this.#hear);
  }
}

class EchoHandler extends WebSocketHandler {
  override onMessage(message: string | Uint8Array): void {
    void this.writeMessage(message);
  }
}

/**
 * Descriptors of sockets that systemd listens on. sd_listen_fds(3): they begin at 3, there are LISTEN_FDS of them, and they are
 * meant for this process where LISTEN_PID names it.
 */
function inheritedSockets(): number[] {
  const { LISTEN_FDS: count, LISTEN_PID: pid } = env;
  // Programs that this one starts shall not think they are meant.
  for (const name of ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"]) delete env[name];
  if (count === undefined || Number(pid) !== process.pid) return [];
  return Array.from({ length: Number(count) }, (_, index) => 3 + index);
}

/** Ends without losing a request; asked again, at once. */
function end(): void {
  if (server.closing) process.exit(1);
  void server.shutdown({ drain: DRAIN, deadline: DEADLINE }).then(() => process.exit(0));
}

const quiet = process.argv[2] === "--quiet";
const stranger = process.argv[quiet ? 3 : 2];
if (stranger !== undefined)
  fail(`There is one option, --quiet; all else is configured by the environment, not by ${stranger}`);
const app = new Application(
  [
    ["/", MainHandler],
    ["/live", LiveHandler],
    ["/ready", ReadyHandler],
    ["/say", SayHandler],
    ["/poll", PollHandler],
    ["/events", EventsHandler],
    ["/echo", EchoHandler],
  ],
  { accessLog: !quiet },
);
const server = new HTTPServer(app, {
  xheaders: env["XHEADERS"] === "1",
  ...(env["TRUSTED"] === undefined ? {} : { trustedDownstream: env["TRUSTED"].split(",") }),
});
const sockets = inheritedSockets();
if (sockets.length > 0) await server.addSockets(sockets);
else {
  const port = number("PORT", 8888, "a port from 0 to 65535", 65_535);
  const address = env["ADDRESS"] ?? "127.0.0.1";
  await server
    .listen(port, address)
    .catch((error: unknown) => fail(`Cannot serve at ${address} port ${port}: ${(error as Error).message}`));
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
console.log(`process ${process.pid} serves ${sockets.length > 0 ? "what it inherited" : `port ${server.port}`}`);
