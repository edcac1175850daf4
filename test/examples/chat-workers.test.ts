/** Workers of one server of the chat, joined by the channels to their parent. */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { arriveAtTwo, freePort, start, stopAll } from "./_chat-servers.ts";
import { arrive } from "./_chat.ts";

const test = suite("examples/chat, workers", { deadline: 60 });
test.after.each(stopAll);

/** Processes whose parent this is. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

test("two workers are one chat; one that is killed comes back with the history", async () => {
  const port = await freePort();
  const chat = await start("--workers", "2", "--port", String(port));
  assert.match(chat.banner, /^ {2}workers +2$/m);
  const [ada, bob] = await arriveAtTwo(port, "workers");
  for (const one of [ada, bob]) await one.until(() => one.state.people === 2);
  ada.say("Do you hear me?");
  await bob.sees("Do you hear me?");
  bob.type();
  await ada.until(() => ada.state.typing.length === 1);
  bob.say("Yes");
  await ada.sees("Yes");
  const old = [ada.process, bob.process];
  // Whichever it is, its people come back to another.
  process.kill(childrenOf(chat.pid)[0] ?? 0, "SIGKILL");
  for (const one of [ada, bob]) await one.enter(port);
  ada.say("Still here?");
  bob.say("Of course");
  for (const one of [ada, bob]) await one.sees("Still here?", "Of course");
  let cleo = await arrive(port, "workers", "Cleo");
  while (old.includes(cleo.process)) {
    cleo.leave();
    cleo = await arrive(port, "workers", "Cleo");
  }
  await cleo.sees("Do you hear me?", "Yes", "Still here?", "Of course");
  for (const one of [ada, bob, cleo]) {
    assert.equal(one.texts, ada.texts);
    one.leave();
  }
});
test.run();
