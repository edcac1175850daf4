/**
 * uvu's `suite` with the guards every test of ours has: a deadline that names the test, failure on log records nobody expected,
 * on unhandled rejections and on uncaught exceptions, and on whatever keeps the process alive once all tests are done. The same
 * shape as uvu's: callable, `before`, `after` and their `each`, `only`, `skip`, `run`. Node and Bun.
 */
import { inspect } from "node:util";
import * as uvu from "uvu";
import { describeError } from "../../src/log.ts";
import { LogWatch } from "./logs.ts";
import type { ExpectedLog, LogExpectation } from "./logs.ts";
import { isMissing } from "./programs.ts";
import type { ProgramName } from "./programs.ts";

export interface SuiteOptions {
  /** Seconds a test may take with its `each` hooks, and a `before` or `after` hook by itself. */
  readonly deadline?: number;
  /** Programs without which all its tests are skipped, and its hooks do not run. */
  readonly needs?: readonly ProgramName[];
}

export interface Suite extends uvu.Test {
  /** A test that is skipped where one of these programs is missing. */
  needing(programs: readonly ProgramName[], title: string, body: Body): void;
}

type Context = Parameters<Parameters<uvu.Test>[1]>[0];
type Body = (context: Context) => unknown;

/** Seconds the process may live on after the last test before it is told what holds it. */
const LINGER = 5;

// A test may replace the timers; the guards must not notice.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

let watch: LogWatch | undefined;
let pendingSuites = 0;

/**
 * Announces a record the running test causes. Without it any record of the general and the application logger at info or above
 * fails the test; the access log is looked at only where asked for by `logger`.
 */
export function expectLog(pattern: string | RegExp, options: LogExpectation = {}): ExpectedLog {
  if (watch === undefined) throw new Error("expectLog() must be called while a test runs");
  return watch.expect(pattern, options);
}

/** uvu prints name, message and stack of what was thrown, and breaks on anything that lacks them. */
function toProtocolError(thrown: unknown): Error {
  const { name, stack } = (thrown ?? {}) as Partial<Error>;
  if (typeof name === "string" && typeof stack === "string") return thrown as Error;
  return new Error(`thrown, but no error: ${inspect(thrown)}`);
}

/** Runs a function; fails if it takes longer than the deadline or if an error escapes to the process meanwhile. */
async function guarded(title: string, deadline: number, run: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let escaped: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_resolve, reject) => {
    escaped = reject;
    timer = setTimeout(() => reject(new Error(`not done after ${deadline} s: ${title}`)), deadline * 1000);
  });
  failure.catch(() => {});
  process.on("unhandledRejection", escaped);
  process.on("uncaughtException", escaped);
  try {
    await Promise.race([run(), failure]);
    // One turn of the loop, so that what escapes last is still noticed as this test's.
    await Promise.race([new Promise((resolve) => setImmediate(resolve)), failure]);
  } finally {
    clearTimeout(timer);
    process.off("unhandledRejection", escaped);
    process.off("uncaughtException", escaped);
  }
}

/** Fails the process if something keeps it alive after the last test. */
function watchForLeftovers(): void {
  setTimeout(() => {
    if (pendingSuites > 0) return;
    const open = process.getActiveResourcesInfo?.().join(", ") ?? "unknown";
    console.error(`Still running ${LINGER} s after the last test; something was left open: ${open}`);
    process.exit(1);
  }, LINGER * 1000).unref();
}

/** A suite as uvu's, guarded. */
export function suite(name: string, { deadline = 30, needs = [] }: SuiteOptions = {}): Suite {
  const inner = uvu.suite(name);
  const hooks: { before: Body[]; beforeEach: Body[]; afterEach: Body[]; after: Body[] } = {
    before: [],
    beforeEach: [],
    afterEach: [],
    after: [],
  };
  /** What a `before` hook threw: uvu would skip the tests in silence, here each of them fails with it. */
  let broken: Error | undefined;

  /** Whether one of these is missing; where none may be, a test of that name fails. */
  const lacks = (programs: readonly ProgramName[]): boolean => {
    try {
      return programs.filter(isMissing).length > 0;
    } catch (error) {
      inner(`needs ${programs.join(", ")}`, () => Promise.reject(error));
      return true;
    }
  };
  const isSkipped = lacks(needs);

  const withHooks = async (context: Context, body: Body): Promise<void> => {
    try {
      for (const hook of hooks.beforeEach) await hook(context);
      await body(context);
    } finally {
      for (const hook of hooks.afterEach) await hook(context);
    }
  };

  const guardedTest = (title: string, body: Body) => async (context: Context) => {
    if (broken !== undefined) throw broken;
    const records = (watch = new LogWatch());
    try {
      await guarded(title, deadline, () => withHooks(context, body));
    } catch (thrown) {
      const error = toProtocolError(thrown);
      if (error.cause !== undefined) console.error(describeError(error));
      for (const line of records.close()) console.error(line);
      throw error;
    } finally {
      watch = undefined;
    }
    const complaints = records.close();
    if (complaints.length > 0) throw new Error(complaints.join("\n    "));
  };

  inner.before(async (context) => {
    if (isSkipped) return;
    try {
      for (const hook of hooks.before) await guarded(`before hook of ${name}`, deadline, () => hook(context));
    } catch (thrown) {
      broken = toProtocolError(thrown);
    }
  });
  inner.after(async (context) => {
    try {
      for (const hook of isSkipped ? [] : hooks.after)
        await guarded(`after hook of ${name}`, deadline, () => hook(context));
    } catch (thrown) {
      // uvu has counted already: nothing but the end of the process can still fail the file.
      console.error(describeError(thrown));
      process.exit(1);
    }
    if (--pendingSuites === 0) watchForLeftovers();
  });

  const before = (hook: Body): void => void hooks.before.push(hook);
  const after = (hook: Body): void => void hooks.after.push(hook);
  before.each = (hook: Body): void => void hooks.beforeEach.push(hook);
  after.each = (hook: Body): void => void hooks.afterEach.push(hook);
  const test = (title: string, body: Body): void =>
    isSkipped ? inner.skip(title) : inner(title, guardedTest(title, body));
  test.only = (title: string, body: Body): void =>
    isSkipped ? inner.skip(title) : inner.only(title, guardedTest(title, body));
  test.needing = (programs: readonly ProgramName[], title: string, body: Body): void =>
    lacks(programs) ? inner.skip(title) : test(title, body);
  test.skip = (title?: string): void => inner.skip(title);
  test.before = before;
  test.after = after;
  test.run = (): void => {
    pendingSuites++;
    inner.run();
  };
  return test;
}
