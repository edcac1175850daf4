/** The Date field is the time at which the response was made, also where the event loop was busy meanwhile. */
import * as assert from "uvu/assert";
import { httpDate, httpDateGeneration, readBegins, readEnds } from "../../src/http/message/date.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";
import { serving, SETUPS, withPeer } from "../_support/wire.ts";

/** Keeps the event loop busy until the next second has begun. */
function busy(): void {
  const until = (Math.floor(Date.now() / 1000) + 1) * 1000 + 20;
  while (Date.now() < until);
}

class Busy extends RequestHandler {
  override get(): void {
    if (this.getArgument("busy", "") !== "") busy();
    this.write("hello");
  }
}
class BusyLater extends RequestHandler {
  override async get(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    busy();
    this.write("hello");
  }
}

for (const [name, setup] of SETUPS.slice(0, 1)) {
  const test = suite(`Date · ${name}`, { deadline: 30 });
  const app = new Application(
    [
      ["/", Busy],
      ["/later", BusyLater],
    ],
    { accessLog: false },
  );
  const age = (date: string | undefined): number => Math.floor(Date.now() / 1000) - Date.parse(date ?? "") / 1000;

  for (const path of ["/?busy=1", "/later", "/nowhere"]) {
    test(`${path}: is not as old as the loop was busy`, () =>
      serving(app, setup, (port) =>
        withPeer(port, async (peer) => {
          // The date has been made, and what is cached around it.
          for (let i = 0; i < 2; i++) {
            peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await peer.answer();
          }
          if (path === "/nowhere") busy();
          peer.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
          const { headers } = await peer.answer();
          assert.is(age(headers["date"]), 0);
        }),
      ));
  }
  test.run();
}

const clock = suite("the clock behind Date");
clock("is looked at at the first use of a read, and then at every eighth", () => {
  const { now } = Date;
  let looks = 0;
  try {
    Date.now = () => {
      looks++;
      return 1_000_000_000_000;
    };
    readBegins();
    for (let i = 0; i < 16; i++) httpDateGeneration();
    assert.is(looks, 2);
    readBegins();
    httpDate();
    assert.is(looks, 3);
    readEnds();
    for (let i = 0; i < 5; i++) httpDate();
    assert.is(looks, 8, "outside of a read each time");
  } finally {
    Date.now = now;
  }
});
clock("goes back when the clock does", () => {
  const { now } = Date;
  try {
    Date.now = () => 1_000_000_000_999;
    const before = httpDateGeneration();
    assert.is(httpDate(), "Sun, 09 Sep 2001 01:46:40 GMT");
    Date.now = () => 999_999_999_000;
    assert.is(httpDate(), "Sun, 09 Sep 2001 01:46:39 GMT");
    assert.is.not(httpDateGeneration(), before);
  } finally {
    Date.now = now;
  }
});
clock.run();
