/** `expectLog` (Tornado's `ExpectLog`): what a test provokes is caught and checked, everything else goes to the log as always. */
import { UsageError } from "../errors.ts";
import { checkOptions, flag, oneOf } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { loggers, setLoggers } from "../log.ts";
import type { Logger, LoggerName } from "../log.ts";

export interface ExpectLogOptions {
  /** The test fails if no record matches. Default true. */
  required?: boolean;
  /** Only records of this level count. Default: any. */
  level?: "debug" | "info" | "warn" | "error";
}

const OPTIONS: OptionTable<ExpectLogOptions> = { required: flag, level: oneOf("debug", "info", "warn", "error") };
const LEVELS = ["debug", "info", "warn", "error"] as const;

/**
 * Runs `work`; records of that logger that match are swallowed.
 *
 * @example
 * await expectLog("application", /Uncaught exception/, () => inject(app, "/broken"));
 * @throws UsageError where none matched and one was required.
 */
export async function expectLog<T>(
  name: LoggerName,
  pattern: RegExp | string,
  work: () => Promise<T> | T,
  options: ExpectLogOptions = {},
): Promise<T> {
  checkOptions("expectLog", options, OPTIONS);
  const { required = true, level } = options;
  const matches = (text: string): boolean =>
    typeof pattern === "string"
      ? text.includes(pattern)
      : new RegExp(pattern.source, pattern.flags.replace("g", "")).test(text);
  let matched = 0;
  const before = loggers[name];
  const catching = Object.fromEntries(
    LEVELS.map((one) => [
      one,
      (message: string): void => {
        if ((level === undefined || level === one) && matches(message)) matched++;
        else before[one](message);
      },
    ]),
  ) as unknown as Logger;
  setLoggers({ [name]: catching });
  try {
    const result = await work();
    if (required && matched === 0)
      throw new UsageError("ERR_LANDSPOUT_EXPECT_LOG", `no log record matched ${String(pattern)}`);
    return result;
  } finally {
    setLoggers({ [name]: before });
  }
}
