/**
 * The three loggers of Tornado's `tornado.log` and the seam to replace them. Everything the package has to say goes through here;
 * nothing else writes to the console.
 *
 * A logger is any object with these four methods, so a pino logger fits as it is.
 */
import { LEVELS, LogFormatter, visibleText } from "./log-formatter.ts";
import type { LoggerName, LogLevel } from "./log-formatter.ts";
import { checkOptions, flag } from "./options-check.ts";
import type { OptionRule, OptionTable } from "./options-check.ts";

export { LogFormatter, visibleText } from "./log-formatter.ts";
export type { LoggerName, LogLevel, LogRecord } from "./log-formatter.ts";

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const PLAIN = new LogFormatter({ color: false });

const record = (level: LogLevel, name: LoggerName, message: string): string =>
  PLAIN.format({ level, logger: name, message, time: new Date() });

/** Writes records of a level and above to standard error. Its functions are its own, so that `{ ...loggers.general, debug }` has them. */
class ConsoleLogger implements Logger {
  readonly #name: LoggerName;
  readonly #lowest: number;
  readonly #formatter: LogFormatter;
  constructor(name: LoggerName, lowest: LogLevel = "info", formatter: LogFormatter = PLAIN) {
    this.#name = name;
    this.#lowest = LEVELS.indexOf(lowest);
    this.#formatter = formatter;
  }
  #write(level: LogLevel, message: string): void {
    if (LEVELS.indexOf(level) >= this.#lowest) console.error(this.#format(level, message));
  }
  /** A formatter of the program's may throw. */
  #format(level: LogLevel, message: string): string {
    try {
      return this.#formatter.format({ level, logger: this.#name, message, time: new Date() });
    } catch (error) {
      const failure = record("error", "general", `The formatter of the log failed\n${describeError(error)}`);
      return `${record(level, this.#name, message)}\n${failure}`;
    }
  }
  readonly debug = (message: string): void => {
    this.#write("debug", message);
  };
  readonly info = (message: string): void => {
    this.#write("info", message);
  };
  readonly warn = (message: string): void => {
    this.#write("warn", message);
  };
  readonly error = (message: string): void => {
    this.#write("error", message);
  };
}

/**
 * A logger of the program's. It gets what a client chose as `visibleText`, with line feeds between the lines of a record. If it throws, or returns a promise that rejects, the record goes to standard error instead, and behind it
 * what the logger failed with: logging is what reports failures, so it must not be one.
 */
class GuardedLogger implements Logger {
  readonly inner: Logger;
  readonly #name: LoggerName;
  constructor(name: LoggerName, inner: Logger) {
    this.inner = inner;
    this.#name = name;
  }
  #log(level: LogLevel, message: string): void {
    const failed = (error: unknown): void => {
      console.error(record(level, this.#name, message));
      console.error(record("error", "general", `The ${this.#name} logger failed\n${describeError(error)}`));
    };
    try {
      const result: unknown = this.inner[level](visibleText(message).replace(/\r\n?/g, "\n"));
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
  readonly debug = (message: string): void => {
    this.#log("debug", message);
  };
  readonly info = (message: string): void => {
    this.#log("info", message);
  };
  readonly warn = (message: string): void => {
    this.#log("warn", message);
  };
  readonly error = (message: string): void => {
    this.#log("error", message);
  };
}

/**
 * The loggers in use. Read them at the moment of logging: they may be replaced at any time. Calling one never throws, whatever a logger
 * of the program's does.
 */
export const loggers: { readonly [name in LoggerName]: Logger } = {
  access: new ConsoleLogger("access"),
  application: new ConsoleLogger("application"),
  general: new ConsoleLogger("general"),
};

const isLogger: OptionRule = (value) =>
  typeof value === "object" &&
  value !== null &&
  ["debug", "info", "warn", "error"].every((level) => typeof (value as Record<string, unknown>)[level] === "function")
    ? undefined
    : "an object with debug, info, warn and error";
const LOGGERS = { access: isLogger, application: isLogger, general: isLogger };

/**
 * Replaces one or more of the loggers and returns those in use before, to be put back.
 * @throws UsageError on a name that is none of the three, and on what is no logger.
 */
export function setLoggers(replacements: { [name in LoggerName]?: Logger }): { [name in LoggerName]: Logger } {
  checkOptions("setLoggers", replacements, LOGGERS);
  const inUse = loggers as { [name in LoggerName]: Logger };
  const before = { ...loggers };
  for (const name of ["access", "application", "general"] as const) {
    const logger = inUse[name];
    if (logger instanceof GuardedLogger) before[name] = logger.inner;
    const replacement = replacements[name];
    if (replacement === undefined) continue;
    const trusted = replacement instanceof ConsoleLogger || replacement instanceof GuardedLogger;
    inUse[name] = trusted ? replacement : new GuardedLogger(name, replacement);
  }
  return before;
}

/** The options `logging` and `logToStderr`, as `landspout/options` defines them. */
export interface PrettyLoggingOptions {
  /** The lowest level that is written, in any letter case; `"none"` or null leaves the loggers as they are. Default `"info"`. */
  readonly logging?: string | null;
  /** True: loggers that the program has set are replaced, too. False: nothing is replaced. Default: those of the package are. */
  readonly logToStderr?: boolean;
  /** Makes the text of each record. Default: `new LogFormatter()`. */
  readonly formatter?: LogFormatter;
}

/** The words for the option `logging`; `warning` is Tornado's spelling of `warn`. */
export const LOGGING_LEVELS: readonly string[] = ["debug", "info", "warning", "warn", "error", "none"];
const isLoggingLevel: OptionRule = (value) =>
  value === null || (typeof value === "string" && LOGGING_LEVELS.includes(value.toLowerCase()))
    ? undefined
    : `one of ${LOGGING_LEVELS.join(", ")}`;
const PRETTY: OptionTable<PrettyLoggingOptions> = {
  logging: isLoggingLevel,
  logToStderr: flag,
  formatter: (value) => (value instanceof LogFormatter ? undefined : "a LogFormatter"),
};

/**
 * Writes records of a level and above to standard error, with colours where that is a terminal (Tornado's `enable_pretty_logging`). Called
 * by itself when `landspout/options` has parsed a command line whose options say so.
 *
 * Loggers that the program has set decide about levels themselves, and stay in place unless `logToStderr` is true.
 * @throws UsageError on a level that does not exist.
 */
export function enablePrettyLogging(options: PrettyLoggingOptions = {}): void {
  checkOptions("enablePrettyLogging", options, PRETTY);
  const word = options.logging === null ? "none" : (options.logging ?? "info").toLowerCase();
  if (word === "none" || options.logToStderr === false) return;
  const formatter = options.formatter ?? new LogFormatter();
  const level = word === "warning" ? "warn" : (word as LogLevel);
  for (const name of ["access", "application", "general"] as const) {
    if (options.logToStderr === true || loggers[name] instanceof ConsoleLogger)
      setLoggers({ [name]: new ConsoleLogger(name, level, formatter) });
  }
}

/** Causes of causes beyond this many are not described: they may go round in a circle. */
const MOST_CAUSES = 10;

/** Text of anything that was thrown: the stack of an error with its causes, else the value as a string. Never throws. */
export function describeError(error: unknown): string {
  return described(error, 0);
}
function described(error: unknown, depth: number): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const text = error.stack ?? `${error.name}: ${error.message}`;
    const { cause } = error;
    return cause === undefined || depth === MOST_CAUSES ? text : `${text}\ncaused by: ${described(cause, depth + 1)}`;
  } catch {
    // A Proxy or a getter that throws, an object without toString.
    return "(a value that has no text)";
  }
}
