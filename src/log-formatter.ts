/**
 * What a record of the log looks like (Tornado's `LogFormatter`): `[I 260708 12:00:00 landspout.access] text`. Knows nothing of loggers, nor
 * of where records are written.
 */
import { checkOptions, flag, group, text as textRule } from "./options-check.ts";
import type { OptionTable } from "./options-check.ts";

/** Which of the three: one line per request, errors of the application, everything else. */
export type LoggerName = "access" | "application" | "general";

export type LogLevel = "debug" | "info" | "warn" | "error";
/** Lowest first. */
export const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

export interface LogRecord {
  readonly level: LogLevel;
  readonly logger: LoggerName;
  readonly message: string;
  readonly time: Date;
}

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

export interface LogFormatterOptions {
  /** Colours where standard error is a terminal and `NO_COLOR` is not set. Default true. */
  readonly color?: boolean;
  /** The codes that begin a colour, by level. Default: blue, green, yellow, red, as Tornado. */
  readonly colors?: { readonly [level in LogLevel]?: string };
}

const COLORS = { debug: "\x1b[34m", info: "\x1b[32m", warn: "\x1b[33m", error: "\x1b[31m" } as const;
const END_OF_COLOR = "\x1b[0m";
const OPTIONS: OptionTable<LogFormatterOptions> = {
  color: flag,
  colors: group<{ [level in LogLevel]?: string }>({ debug: textRule, info: textRule, warn: textRule, error: textRule }),
};

const isColorTerminal = (): boolean => process.stderr.isTTY && (process.env["NO_COLOR"] ?? "") === "";

/** Makes the text of a record. A subclass may override `format`; it should show what clients have sent by `visibleText`. */
export class LogFormatter {
  readonly #colors: { readonly [level in LogLevel]?: string };

  /** @throws UsageError on an unknown option. */
  constructor(options: LogFormatterOptions = {}) {
    checkOptions("LogFormatter", options, OPTIONS);
    this.#colors = options.color !== false && isColorTerminal() ? { ...COLORS, ...options.colors } : {};
  }

  /** One record. Further lines of the text are indented, so that no input can forge a record. */
  format({ level, logger, message, time }: LogRecord): string {
    const day = `${pad(time.getFullYear() % 100)}${pad(time.getMonth() + 1)}${pad(time.getDate())}`;
    const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
    const prefix = `[${level.charAt(0).toUpperCase()} ${day} ${clock} landspout.${logger}]`;
    const color = this.#colors[level];
    const shownPrefix = color === undefined ? prefix : `${color}${prefix}${END_OF_COLOR}`;
    return `${shownPrefix} ${visibleText(message).replace(/\r?\n|\r/g, "\n    ")}`;
  }
}
