/** What every proxy of deploy/ must let through, and a rolling restart behind it. */
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { certificate } from "../_support/certificates.ts";
import { ask, Load } from "./_load.ts";
import type { Place } from "./_server.ts";

type Through = (port: number) => Promise<void>;

/** Says something again and again until it has arrived: the proxy chooses a process, and not always the one that is listened to. */
async function sayUntil(port: number, text: string, arrived: Promise<unknown>): Promise<void> {
  let over = false;
  const done = arrived.finally(() => (over = true));
  while (!over) {
    const { status } = await ask(port, { method: "POST", path: "/say", body: text });
    assert.is(status, 200);
  }
  await done;
}

export const webSocketEcho: Through = async (port) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, { origin: `http://127.0.0.1:${port}` });
  await once(socket, "open");
  for (const text of ["hello", "é".repeat(50_000)]) {
    socket.send(text);
    const [message] = (await once(socket, "message")) as [Buffer];
    assert.is(String(message), text);
  }
  socket.close(1000);
  const [code] = (await once(socket, "close")) as [number];
  assert.is(code, 1000);
};

/** Reads from an open answer until it has this text. */
async function readUntil(answer: http.IncomingMessage, text: string): Promise<void> {
  let seen = "";
  while (!seen.includes(text)) {
    const chunk = answer.read() as Buffer | null;
    if (chunk === null) await once(answer, "readable");
    else seen += String(chunk);
  }
}

export const events: Through = async (port) => {
  const request = http.get({ host: "127.0.0.1", port, path: "/events", agent: false });
  const [answer] = (await once(request, "response")) as [http.IncomingMessage];
  assert.match(answer.headers["content-type"] ?? "", /^text\/event-stream/);
  // Each arrives while the answer goes on.
  await readUntil(answer, "event: open\n");
  for (const text of ["one", "two"]) {
    await sayUntil(port, text, readUntil(answer, `data: ${text}\n\n`));
  }
  request.destroy();
  await nobodyListens(port);
};

/** The server has noticed that its client left: whichever process is asked, and one after the other is, nobody hears it. */
async function nobodyListens(port: number): Promise<void> {
  for (let silent = 0; silent < 4;) {
    const { body } = await ask(port, { method: "POST", path: "/say", body: "anybody?" });
    silent = (JSON.parse(body) as { heard: number }).heard === 0 ? silent + 1 : 0;
  }
}

export const longPoll: Through = async (port) => {
  const answer = ask(port, { path: "/poll", agent: false });
  await sayUntil(port, "news", answer);
  assert.is((await answer).body, "news");
};

/** What a client claims of itself is replaced by what the proxy knows. */
export const forwarded: Through = async (port) => {
  const lies = { "X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.8", "X-Scheme": "https" };
  for (const headers of [
    { Host: "example.com:8080" },
    { Host: "example.com:8080", ...lies, "X-Forwarded-Proto": "https" },
  ]) {
    const { body } = await ask(port, { headers, localAddress: "127.0.0.9" });
    const { pid: _pid, ...about } = JSON.parse(body) as { pid: number };
    assert.equal(about, { ip: "127.0.0.9", protocol: "http", host: "example.com:8080" });
  }
};

/** TLS ends at the proxy, and the server is told. */
export const secure: Through = async (port) => {
  const options = { host: "127.0.0.1", port, ca: certificate("localhost").cert, agent: false } as const;
  const request = https.get({ ...options, headers: { "X-Forwarded-Proto": "http", "X-Scheme": "http" } });
  const [answer] = (await once(request, "response")) as [http.IncomingMessage];
  let body = "";
  for await (const chunk of answer) body += String(chunk);
  const { ip, protocol } = JSON.parse(body) as { ip: string; protocol: string };
  assert.equal([ip, protocol], ["127.0.0.1", "https"]);
};

/** A client that stands, and comes back when it is sent away: as a browser does, and as a page does with a WebSocket. */
class Standing {
  readonly #connect: (over: () => void) => () => void;
  #leave: () => void = () => undefined;
  #left = false;
  /** Times it has been sent away. */
  back = 0;

  constructor(connect: (over: () => void) => () => void) {
    this.#connect = connect;
    this.#begin();
  }
  #begin(): void {
    this.#leave = this.#connect(() => {
      if (this.#left) return;
      this.back++;
      setTimeout(() => this.#left || this.#begin(), 50);
    });
  }
  leave(): void {
    this.#left = true;
    this.#leave();
  }
}

/** Hears events; `failures` is told of an end that is none: in the middle of a chunk, an error status. */
const listener = (port: number, failures: string[]): Standing =>
  new Standing((over) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/events", agent: false }, (answer) => {
      if (answer.statusCode !== 200) failures.push(`events: ${answer.statusCode}`);
      answer.resume().on("close", () => {
        if (!answer.complete && !request.destroyed) failures.push("events were cut");
        over();
      });
    });
    request.on("error", (error) => request.destroyed || failures.push(`events: ${error.message}`));
    return () => request.destroy();
  });

const socket = (port: number, failures: string[]): Standing =>
  new Standing((over) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    let leaving = false;
    ws.on("error", (error) => leaving || failures.push(`socket: ${error.message}`));
    ws.on("close", (code: number) => {
      if (code !== 1001 && !leaving) failures.push(`socket closed with ${code}`);
      over();
    });
    return () => {
      leaving = true;
      ws.terminate();
    };
  });

/** One after the other is replaced under load; the next when the one before is at work. Who stands is sent away, and comes back. */
export async function rollingRestart(port: number, places: readonly Place[]): Promise<void> {
  const load = new Load(port, 6);
  const cut: string[] = [];
  const standing = [listener, listener, socket, socket].map((make) => make(port, cut));
  try {
    for (const place of places) await load.served(place.pid);
    for (const place of places) {
      const old = place.pid;
      assert.is(await place.stop(), "0");
      await place.start();
      assert.is.not(place.pid, old);
      await load.served(place.pid);
    }
  } finally {
    for (const each of standing) each.leave();
    await load.stop();
  }
  assert.equal(load.failures, []);
  assert.equal(cut, []);
  for (const { back } of standing) assert.ok(back > 0, "each was with a process that was replaced");
  assert.ok(load.answered > 100, `${load.answered} answers`);
}
