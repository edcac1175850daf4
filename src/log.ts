/**
 * The three loggers of Tornado's `tornado.log` and the seam to replace them. Everything the package has to say goes through here;
 * nothing else writes to the console.
 *
 * A logger is any object with these four methods, so a pino logger fits as it is.
 */
import { checkOptions } from "./options-check.ts";
import type { OptionRule } from "./options-check.ts";

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Which of the three: one line per request, errors of the application, everything else. */
export type LoggerName = "access" | "application" | "general";

type Level = "debug" | "info" | "warn" | "error";

const pad = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/**
 * What a terminal or a viewer would obey instead of showing it: control characters (ESC and NEL among them), U+2028 and U+2029, marks that
 * turn the direction of text (U+202E) or have no width, halves of surrogate pairs. Line breaks and tabs are not among them.
 */
const INVISIBLE = /[^\P{Cc}\n\r\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) as number;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
};

/** A text with everything visible, as it stands in a record: `\x1b`, `\u202e`. A client chooses much of what is logged. */
export const visibleText = (text: string): string => text.replace(INVISIBLE, escaped);

/** `[I 260708 12:00:00 landspout.access] text`; further lines of the text are indented, so that no input can forge a record. */
function record(level: Level, name: LoggerName, message: string): string {
  const now = new Date();
  const day = `${pad(now.getFullYear() % 100)}${pad(now.getMonth() + 1)}${pad(now.getDate())}`;
  const time = `${pad(now.getHours())}:${pad(now.getMinutes())}:${pad(now.getSeconds())}`;
  return `[${level.charAt(0).toUpperCase()} ${day} ${time} landspout.${name}] ${visibleText(message).replace(/\r?\n|\r/g, "\n    ")}`;
}

/** Writes records of level info and above to standard error. Its functions are its own, so that `{ ...loggers.general, debug }` has them. */
class ConsoleLogger implements Logger {
  readonly #name: LoggerName;
  constructor(name: LoggerName) {
    this.#name = name;
  }
  readonly debug = (_message: string): void => {};
  readonly info = (message: string): void => {
    console.error(record("info", this.#name, message));
  };
  readonly warn = (message: string): void => {
    console.error(record("warn", this.#name, message));
  };
  readonly error = (message: string): void => {
    console.error(record("error", this.#name, message));
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
  #log(level: Level, message: string): void {
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
