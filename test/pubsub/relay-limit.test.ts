/** The bound on what waits for a process that does not read (`MAX_RELAY_UNSENT`): a child is stopped by a signal, the other goes on. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { MAX_RELAY_UNSENT } from "../../src/process/relay.ts";
import { attachChild, processDriver, PubSub } from "../../src/pubsub/index.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("pub/sub between processes, one does not read", { deadline: 60 });

const MEBIBYTE = 1024 * 1024;
/** Messages published while it does not read, each of a mebibyte. */
const COUNT = 300;

interface Heard {
  readonly name: string;
  readonly size: number;
  readonly mark: string;
}

function startReader(name: string): ChildProcess {
  const child = fork(fileURLToPath(new URL("fixtures/reader.ts", import.meta.url)), [name], {
    execArgv: process.execArgv,
  });
  attachChild(child);
  return child;
}

test("above 16 MiB it gets no more, memory stays bounded, the others get all; then it gets what is new", async () => {
  const pubsub = new PubSub(processDriver());
  const children: ChildProcess[] = [];
  const heard: Heard[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await turn();
  };
  const marksOf = (name: string): string[] => heard.filter((one) => one.name === name).map(({ mark }) => mark);
  try {
    pubsub.subscribe("heard", (message) => void heard.push(JSON.parse(String(message)) as Heard));
    const [stopped, lively] = [startReader("stopped"), startReader("lively")];
    children.push(stopped, lively);
    await until(() => heard.length === 2);

    const said = expectLog(`child process ${stopped.pid} does not read: messages to it are dropped`);
    stopped.kill("SIGSTOP");
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let i = 0; i < COUNT; i++) {
      const mark = `${i} `;
      pubsub.publish("room", mark + "x".repeat(MEBIBYTE - mark.length));
      await until(() => marksOf("lively").length === i + 2);
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    assert.is(said.records.length, 1);
    // Each waits as a string and as the bytes of it at most, and garbage takes its time; all of them would be 300.
    assert.ok(most < 150 * MEBIBYTE, `${Math.round(most / MEBIBYTE)} MiB more`);

    stopped.kill("SIGCONT");
    const kept = MAX_RELAY_UNSENT / MEBIBYTE;
    await until(() => marksOf("stopped").length >= 1 + kept);
    while (!marksOf("stopped").includes("again")) {
      pubsub.publish("room", "again");
      await turn();
    }
    const large = heard.filter(({ name, size }) => name === "stopped" && size === MEBIBYTE);
    // What was on its way already may be more than what waits.
    assert.ok(large.length >= kept && large.length <= kept + 2, `${large.length} messages`);
    assert.equal(
      large.map(({ mark }) => Number.parseInt(mark, 10)),
      large.map((_, i) => i),
    );
    await until(() => marksOf("lively").includes("again"));
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await pubsub.close();
  }
});

test.run();
