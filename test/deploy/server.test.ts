/**
 * How deploy/server.ts begins and ends: sockets it inherits (sd_listen_fds(3)), what it answers while it drains, who is sent away, and
 * what waits for the next process.
 */
import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { suite } from "../_support/suite.ts";
import { ask } from "./_load.ts";
import { heldPlace, ownPlace, TIMES } from "./_server.ts";
import type { Place } from "./_server.ts";

const test = suite("the server of deploy/", { deadline: 30 });

async function at(
  make: (environment: Record<string, string>) => Promise<Place>,
  use: (place: Place) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const place = await make({ ...TIMES, ...environment });
  try {
    await use(place);
  } finally {
    await place.close();
  }
}

test("serves the socket it inherits", () =>
  at(heldPlace, async (place) => {
    assert.is(place.says, "what it inherited");
    const { body } = await ask(place.port, { agent: false });
    assert.is((JSON.parse(body) as { pid: number }).pid, place.pid);
  }));

test("leaves sockets alone that are meant for another process", () =>
  at(
    ownPlace,
    async (place) => {
      assert.is(place.says, `port ${place.port}`);
      assert.is((await ask(place.port, { agent: false })).status, 200);
    },
    { LISTEN_FDS: "1", LISTEN_PID: "1" },
  ));

test("a connection made while there is no process is served by the next", () =>
  at(
    heldPlace,
    async (place) => {
      assert.is(await place.stop(), "0");
      const answer = ask(place.port, { agent: false, method: "POST", body: "early" });
      await place.start();
      assert.is((await answer).body, "early");
    },
    { DRAIN: "0" },
  ));

test("while it drains it is alive and not ready, serves, and takes its leave of each connection", () =>
  at(ownPlace, async (place) => {
    const agent = new http.Agent({ keepAlive: true });
    const first = await ask(place.port, { agent, path: "/ready" });
    assert.is(first.status, 200);
    assert.is.not(first.headers.connection, "close");
    const poll = ask(place.port, { agent: false, path: "/poll" });
    const socket = new WebSocket(`ws://127.0.0.1:${place.port}/echo`);
    await once(socket, "open");
    const events = http.get({ host: "127.0.0.1", port: place.port, path: "/events", agent: false });
    const [stream] = (await once(events, "response")) as [http.IncomingMessage];
    const streamOver = once(stream.resume(), "end");
    const closed = once(socket, "close");

    const ended = place.stop();
    // Who waits or listens is sent away, to come back elsewhere.
    const [code, reason] = (await closed) as [number, Buffer];
    assert.equal([code, String(reason)], [1001, "going away"]);
    await streamOver;
    assert.is((await poll).status, 204);
    for (const [path, status] of [
      ["/ready", 503],
      ["/live", 200],
      ["/", 200],
    ] as const) {
      const answer = await ask(place.port, { agent, path });
      assert.is(answer.status, status, path);
      assert.is(answer.headers.connection, "close", path);
    }
    agent.destroy();
    assert.is(await ended, "0");
  }));

test("lets a request end that has begun", () =>
  at(
    ownPlace,
    async (place) => {
      const socket = net.connect(place.port, "127.0.0.1");
      socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
      await ask(place.port, { agent: false, path: "/live" });
      const ended = place.stop();
      // Sent away once more just before the last connections are closed: by then nothing is accepted.
      for (;;) {
        const refused = await ask(place.port, { agent: false, path: "/live" }).then(
          () => false,
          () => true,
        );
        if (refused) break;
      }
      socket.write("world");
      let answer = "";
      for await (const chunk of socket) answer += String(chunk);
      assert.match(answer, /^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n[^]*helloworld$/);
      assert.is(await ended, "0");
    },
    { DRAIN: "0.2" },
  ));

test("a second signal ends it at once", () =>
  at(
    ownPlace,
    async (place) => {
      const socket = new WebSocket(`ws://127.0.0.1:${place.port}/echo`);
      await once(socket, "open");
      const { pid } = place;
      const ended = place.stop();
      await once(socket, "close");
      process.kill(pid, "SIGTERM");
      assert.is(await ended, "1");
    },
    { DRAIN: "60" },
  ));

test.run();
