/**
 * What is logged while a test runs: every record is caught; one nobody announced with `expectLog` fails the test. Knows nothing
 * of how tests are run; suite.ts opens a watch before each test and closes it after.
 */
import { setLoggers } from "../../src/log.ts";
import type { Logger, LoggerName } from "../../src/log.ts";

type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogRecord {
  readonly logger: LoggerName;
  readonly level: LogLevel;
  readonly message: string;
}

export interface LogExpectation {
  /** Without it the general and the application logger are meant, not the access log. */
  readonly logger?: LoggerName;
  readonly level?: LogLevel;
  /** Whether the test fails when no such record comes; true unless said otherwise. */
  readonly required?: boolean;
}

/** What `expectLog` gives: the records that matched so far. */
export interface ExpectedLog {
  readonly records: readonly LogRecord[];
}

interface Expectation extends LogExpectation {
  readonly pattern: string | RegExp;
  readonly records: LogRecord[];
}

const text = ({ logger, level, message }: LogRecord): string => `[${level} ${logger}] ${message}`;

/** How a WebSocket was ended is said of each, as the access log does of requests: looked at only where asked for. */
const isEnding = ({ logger, level, message }: LogRecord): boolean =>
  logger === "general" && level === "info" && /^WebSocket \S+ (?:\(\S*\) )?(?:cut|closed with \d+): /.test(message);

function matches({ pattern, logger, level }: Expectation, record: LogRecord): boolean {
  if (logger === undefined ? record.logger === "access" : record.logger !== logger) return false;
  if (level !== undefined && record.level !== level) return false;
  return typeof pattern === "string" ? record.message.includes(pattern) : record.message.search(pattern) >= 0;
}

/** The records of one test, from its construction to `close()`. */
export class LogWatch {
  readonly #records: LogRecord[] = [];
  readonly #expectations: Expectation[] = [];
  readonly #before: { [name in LoggerName]: Logger };

  constructor() {
    this.#before = setLoggers({
      access: this.#recorder("access"),
      application: this.#recorder("application"),
      general: this.#recorder("general"),
    });
  }

  #recorder(logger: LoggerName): Logger {
    const note =
      (level: LogLevel) =>
      (message: string): void => {
        const record = { logger, level, message };
        this.#records.push(record);
        for (const expectation of this.#expectations) {
          if (matches(expectation, record)) expectation.records.push(record);
        }
      };
    return { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  }

  expect(pattern: string | RegExp, options: LogExpectation): ExpectedLog {
    const expectation: Expectation = { ...options, pattern, records: [] };
    expectation.records.push(...this.#records.filter((record) => matches(expectation, record)));
    this.#expectations.push(expectation);
    return expectation;
  }

  /** Puts the loggers back and says what was wrong with the records, one line each. */
  close(): string[] {
    setLoggers(this.#before);
    const unexpected = this.#records.filter(
      (record) =>
        record.logger !== "access" &&
        record.level !== "debug" &&
        !isEnding(record) &&
        !this.#expectations.some((expectation) => matches(expectation, record)),
    );
    const missing = this.#expectations.filter(({ required, records }) => required !== false && records.length === 0);
    return [
      ...unexpected.map((record) => `unexpected log record: ${text(record)}`),
      ...missing.map(
        ({ pattern }) => `no log record matched ${pattern instanceof RegExp ? pattern : JSON.stringify(pattern)}`,
      ),
    ];
  }
}
