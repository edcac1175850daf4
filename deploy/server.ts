/**
 * The server that everything in this folder runs: a WebSocket, an event stream and a long poll behind a proxy, and an end that loses no
 * request. Configured by its environment, as services and containers are:
 *
 *   PORT, ADDRESS       where to listen (8888, 127.0.0.1), unless sockets are inherited (LISTEN_FDS, sd_listen_fds(3))
 *   XHEADERS=1          believe the proxy about who the client is; TRUSTED names further proxies, with commas
 *   DRAIN               seconds from SIGTERM until it stops accepting (6): more than the balancer takes to see that /ready fails, and more
 *                       than the proxy keeps idle connections
 *   DEADLINE            seconds running requests may take after that, then they are cut (10)
 */
import { parseArgs } from "node:util";
import { Application, HTTPServer, IOLoop, RequestHandler, WebSocketHandler } from "landspout";
import { EventSourceHandler } from "landspout/web";
import type { Writable } from "landspout/web";

/** Seconds a poll is held: less than any proxy waits for an answer. */
const HOLD = 25;
const { env } = process;

/** A number of seconds from the environment. */
function seconds(name: string, otherwise: number): number {
  const value = Number(env[name] ?? otherwise);
  if (!(value >= 0)) throw new Error(`${name} must be a number of seconds, not ${env[name]}`);
  return value;
}
const DRAIN = seconds("DRAIN", 6);
const DEADLINE = seconds("DEADLINE", 10);

/** Seconds in which a request follows on a connection that has just been made. */
const LAST = 1;

/** Since SIGTERM: not ready, and each answer is the last of its connection. */
let draining = false;

function setFields(handler: RequestHandler): void {
  handler.setHeader("X-Served-By", process.pid);
  // The proxy takes no connection into its pool that is about to be closed.
  if (draining) handler.setHeader("Connection", "close");
}

class Handler extends RequestHandler {
  override setDefaultHeaders(): void {
    setFields(this);
    this.setHeader("Cache-Control", "no-store");
    // What somebody sent is no page of ours.
    this.setHeader("Content-Type", "text/plain; charset=UTF-8");
    this.setHeader("X-Content-Type-Options", "nosniff");
  }
  /** It may have begun before the process was told to end. */
  override finish(chunk?: Writable): Promise<void> | void {
    if (!this.headersWritten) setFields(this);
    return super.finish(chunk);
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
    if (draining) this.setStatus(503);
    this.write(draining ? "draining\n" : "ready\n");
  }
}

/** Everybody who hears what is said; `undefined` sends them away, to come back to another process. */
const audience = new Set<(text: string | undefined) => void>();

function tell(text: string | undefined): number {
  const heard = [...audience];
  for (const hear of heard) hear(text);
  return heard.length;
}

class SayHandler extends Handler {
  override post(): void {
    this.setHeader("Content-Type", "application/json");
    this.write({ heard: tell(this.request.body.toString()) });
  }
}

/** A long poll: 200 with what was said next, 204 where it is to be asked again. */
class PollHandler extends Handler {
  override async get(): Promise<void> {
    const { signal } = this.request;
    const text = await new Promise<string | undefined>((resolve) => {
      if (signal.aborted) return resolve(undefined);
      const end = (said: string | undefined): void => {
        audience.delete(end);
        timer.cancel();
        resolve(said);
      };
      const timer = holdFor(HOLD, () => end(undefined));
      audience.add(end);
      signal.addEventListener("abort", () => end(undefined), { once: true });
    });
    if (text === undefined) this.setStatus(204);
    else this.write(text);
  }
}

function holdFor(time: number, over: () => void): { cancel(): void } {
  const loop = IOLoop.current();
  const timer = loop.callLater(time, over);
  return { cancel: () => loop.removeTimeout(timer) };
}

class EventsHandler extends EventSourceHandler {
  #hear = (text: string | undefined): void => {
    if (text === undefined) this.close();
    else void this.send(text);
  };
  override setDefaultHeaders(): void {
    setFields(this);
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
  #hear = (text: string | undefined): void => {
    // RFC 6455 §7.4.1: 1001 is "going away, such as a server going down".
    if (text === undefined) this.close(1001, "restart");
  };
  override open(): void {
    audience.add(this.#hear);
  }
  override onMessage(message: string | Uint8Array): void {
    void this.writeMessage(message);
  }
  override onClose(): void {
    audience.delete(this.#hear);
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

const pause = (time: number): Promise<void> => new Promise((resolve) => holdFor(time, resolve));

/**
 * Ends without losing a request. While it drains everything is served still, each answer the last of its connection; connections that
 * stay idle are closed by the proxy, so that none is closed here while a request is on its way.
 */
async function end(server: HTTPServer): Promise<void> {
  // Asked again: at once.
  if (draining) process.exit(1);
  draining = true;
  tell(undefined);
  await pause(DRAIN);
  // From here on connections are refused, or wait for the next process on a socket that outlives this one.
  await server.stop();
  tell(undefined);
  await pause(LAST);
  await server.shutdown({ deadline: DEADLINE });
  process.exit(0);
}

const { values } = parseArgs({ options: { quiet: { type: "boolean", default: false } } });
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
  { accessLog: !values.quiet },
);
const server = new HTTPServer(app, {
  xheaders: env["XHEADERS"] === "1",
  ...(env["TRUSTED"] === undefined ? {} : { trustedDownstream: env["TRUSTED"].split(",") }),
});
const sockets = inheritedSockets();
if (sockets.length > 0) await server.addSockets(sockets);
else await server.listen(Number(env["PORT"] ?? 8888), env["ADDRESS"] ?? "127.0.0.1");
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(server));
console.log(`process ${process.pid} serves ${sockets.length > 0 ? "what it inherited" : `port ${server.port}`}`);
