/** The loggers: their format, and pino in their place as it is. */
import { Writable } from "node:stream";
import pino from "pino";
import * as assert from "uvu/assert";
import { loggers, setLoggers } from "../../src/log.ts";
import { inject } from "../../src/testing/index.ts";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("log", { deadline: 20 });

class Main extends RequestHandler {
  override get() {
    this.write("x");
  }
}

test("pino fits in as it is", async () => {
  const lines: { level: number; name: string; msg: string }[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as { level: number; name: string; msg: string });
      done();
    },
  });
  const before = setLoggers({
    access: pino({ name: "access" }, sink),
    application: pino({ name: "application" }, sink),
    general: pino({ name: "general" }, sink),
  });
  try {
    const app = new Application([["/", Main]]);
    await inject(app, "/a?b");
    await inject(app, "/");
    loggers.general.error("text");
  } finally {
    setLoggers(before);
  }
  assert.equal(
    lines.map(({ level, name, msg }) => [level, name, msg.replace(/[0-9.]+ms$/, "?ms")]),
    [
      [40, "access", "404 GET /a?b (127.0.0.1) ?ms"],
      [30, "access", "200 GET / (127.0.0.1) ?ms"],
      [50, "general", "text"],
    ],
  );
});

test.run();
