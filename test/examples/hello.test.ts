/** The smallest program. */
import * as assert from "uvu/assert";
import { exchange, startExample } from "../_support/example.ts";
import { suite } from "../_support/suite.ts";

const test = suite("examples/hello", { deadline: 30 });

test("says hello", async () => {
  const hello = await startExample("hello/server.ts", ["--port", "0"]);
  try {
    const answer = await exchange(hello.port, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.ok(answer.endsWith("\r\n\r\nHello, world"));
  } finally {
    await hello.stop();
  }
});

test.run();
