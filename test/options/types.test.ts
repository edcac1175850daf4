/** What the compiler knows of options: this file compiles (`npm run types`). */
import * as assert from "uvu/assert";
import { Duration, OptionParser } from "../../src/options/index.ts";
import type { Option } from "../../src/options/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("types of options");

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(yes: Same<A, B>): void => assert.ok(yes);

test("a value has the type of its definition", () => {
  const parser = new OptionParser();
  const port = parser.define("port", { default: 8888 });
  same<typeof port, Option<number>>(true);
  const config = parser.defineAll({
    name: {},
    host: { default: "localhost" },
    debug: { default: false },
    rate: { type: Number },
    workers: { type: "int", default: 4 },
    since: { type: Date },
    wait: { type: Duration, default: { seconds: 5 } },
    home: { type: URL },
    words: { type: (text: string): string[] => text.split(" ") },
    tags: { multiple: true },
    ids: { multiple: true, type: "int" },
    ports: { multiple: true, default: [80, 443] },
  });
  same<typeof config.name, string | undefined>(true);
  same<typeof config.host, string>(true);
  same<typeof config.debug, boolean>(true);
  same<typeof config.rate, number | undefined>(true);
  same<typeof config.workers, number>(true);
  same<typeof config.since, Date | undefined>(true);
  same<typeof config.wait, Duration>(true);
  same<typeof config.home, URL | undefined>(true);
  same<typeof config.words, string[] | undefined>(true);
  same<typeof config.tags, string[]>(true);
  same<typeof config.ids, number[]>(true);
  same<typeof config.ports, number[]>(true);
  config.workers = 8;
  assert.is(parser.get("workers"), 8);
  config.ports = [1];
  port.value = 80;
  assert.equal([port.value, config.ports, config.host], [80, [1], "localhost"]);
});

test.run();
