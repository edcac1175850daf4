/** A short run of `npm run fuzz:memory` and `npm run fuzz:isolation`; longer ones are commands of their own. */
import * as assert from "uvu/assert";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { SETUPS } from "../_support/wire.ts";
import { fuzzStreams } from "./_fuzz-streams.ts";
import { fuzzWays } from "./_fuzz-ways.ts";
import { runIsolation } from "./_isolation.ts";

const test = suite("the memory all connections share", { deadline: 60 });

for (const kind of ["wasm", "ts"] as const) {
  test(`streams whose runtimes and consumers do anything, ${kind}`, () => fuzzStreams(kind, 1, 40));
}
for (const [name, setup] of SETUPS) {
  for (const secure of [false, true]) {
    const pair = secure ? certificate("localhost") : undefined;
    const title = `${name}${secure ? ", TLS" : ""}`;
    test(`every way in, with reads of every size, ${title}`, () => fuzzWays(setup, pair, 7, 1));
    test(`nobody's bytes appear under another's name, ${title}`, async () => {
      const { messages, requests, answers, cuts } = await runIsolation(setup, pair, 1, 40);
      assert.ok(messages > 100 && requests > 100 && answers > 100 && cuts > 5, "it was a run worth its name");
    });
  }
}

test.run();
