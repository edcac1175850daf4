/** The options of the log, as Tornado's: `--logging` and `--log-to-stderr`. */
import { enablePrettyLogging, LOGGING_LEVELS } from "../log.ts";
import type { OptionParser } from "./parser.ts";

/**
 * Defines `logging` and `logToStderr`, and applies them after each parse by `enablePrettyLogging`. `options` has them from the beginning.
 *
 * Until a parse, and with `--logging=none`, the log is as the program has set it.
 */
export function defineLoggingOptions(parser: OptionParser): void {
  const logging = parser.define("logging", {
    default: "info",
    type: readLevel,
    help: "lowest level of the log; none leaves the log as the program has set it",
    metavar: "debug|info|warning|error|none",
  });
  const logToStderr = parser.define("logToStderr", {
    type: Boolean,
    help: "write the log to standard error in place of the program's own loggers; by default only where it has none",
  });
  parser.addParseCallback(() => {
    const toStderr = logToStderr.value;
    enablePrettyLogging({
      logging: logging.value ?? null,
      ...(toStderr === undefined ? {} : { logToStderr: toStderr }),
    });
  });
}

function readLevel(text: string): string {
  if (LOGGING_LEVELS.includes(text.toLowerCase())) return text.toLowerCase();
  throw new Error(`there is ${LOGGING_LEVELS.join(", ")}`);
}
