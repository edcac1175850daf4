/** What an HTTPError is made of: a status that is none is found where it is written, with a sentence that says what to write. */
import * as assert from "uvu/assert";
import { inject } from "../../src/testing/index.ts";
import { Application, HTTPError, RequestHandler } from "../../src/web/index.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("HTTPError");

const sentence = (status: unknown): string => {
  try {
    return new HTTPError(status as number).message;
  } catch (error) {
    assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_STATUS_CODE");
    return (error as Error).message;
  }
};

test("a status is a number", () => {
  assert.is(sentence(404), "HTTP 404: Not Found");
  assert.is(sentence("404"), 'a status code is a whole number from 100 to 999; "404" is text: write the number 404');
  for (const status of [0, NaN, 1000, 99, 404.5, -404, Infinity, null, "x", "0404", {}, 404n])
    assert.match(sentence(status), /^a status code is a whole number from 100 to 999; .* is none$/);
});

test("in a handler it is a 500, and the log says where", async () => {
  class Main extends RequestHandler {
    override get(): void {
      throw new HTTPError("404" as unknown as number);
    }
    override post(): void {
      this.setStatus("404" as unknown as number);
    }
  }
  const app = new Application([["/", Main]], { accessLog: false });
  const log = expectLog(/Uncaught exception (?:GET|POST)[^]*write the number 404[^]*http-error\.test/);
  assert.is((await inject(app, "/")).status, 500);
  assert.is((await inject(app, { url: "/", method: "POST" })).status, 500);
  assert.is(log.records.length, 2);
});

test("options are options", () => {
  assert.is(new HTTPError(404, "for the log").logMessage, "for the log");
  assert.throws(() => new HTTPError(404, { reason: 5 } as never), /HTTPError: reason must be text/);
  assert.throws(() => new HTTPError(404, null as never), /HTTPError: the options must be an object/);
});

test.run();
