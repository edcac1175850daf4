/**
 * A language and region: its translations, and dates, lists and numbers in its words. Text is looked up by what it is in the language of
 * the source, so a translation of `%(month_name)s %(day)s` or `Monday` is all a date needs. Where translations come from,
 * the subclasses know; which locale a request gets, registry.ts.
 */
import { UsageError } from "../errors.ts";
import { anything, checkOptions, flag } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { LOCALE_NAMES } from "./names.ts";
import { interpolate, wholeNumber } from "./placeholders.ts";

export interface FormatDateOptions {
  /** Minutes west of UTC of whoever reads it, as `Date.prototype.getTimezoneOffset` tells in a browser; 0. */
  readonly gmtOffset?: number;
  /** "2 minutes ago" and "yesterday" where it is not long ago; true. */
  readonly relative?: boolean;
  /** Without the time of day; false. */
  readonly shorter?: boolean;
  /** With day, month and year in any case; false. */
  readonly fullFormat?: boolean;
  /** The present, for which there is the clock. A Date, or seconds since 1970. */
  readonly now?: Date | number;
}

export interface FormatDayOptions {
  /** As in `FormatDateOptions`. */
  readonly gmtOffset?: number;
  /** With the day of the week; true. */
  readonly dow?: boolean;
}

/** What a date is, and how far an offset may go, is checked where they become one. */
const DATE_OPTIONS: OptionTable<FormatDateOptions> = {
  gmtOffset: anything,
  relative: flag,
  shorter: flag,
  fullFormat: flag,
  now: anything,
};
const DAY_OPTIONS: OptionTable<FormatDayOptions> = { gmtOffset: anything, dow: flag };

const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
/** From Sunday on, as JavaScript counts. */
const WEEKDAYS: readonly string[] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Written from right to left. Tornado knows ar, fa and he only, and takes what begins with these letters for them. */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"]);

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Dates so near in the future are taken for now, since clocks differ. Seconds. */
const CLOCK_SKEW = MINUTE;
/** Beyond this many days the year is told: eleven months, so that nobody takes it for the same month of this year. */
const SAME_YEAR = 334;

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });

export abstract class Locale {
  /** As in `pt_BR`. */
  readonly code: string;
  /** What the language calls itself; "Unknown" if it is not in `LOCALE_NAMES`. */
  readonly name: string;
  /** Whether it is written from right to left. */
  readonly rtl: boolean;

  constructor(code: string) {
    this.code = code;
    this.name = (Object.hasOwn(LOCALE_NAMES, code) ? LOCALE_NAMES[code]?.name : undefined) ?? "Unknown";
    this.rtl = RIGHT_TO_LEFT.has(code.split(/[-_@.]/, 1)[0] ?? "");
  }

  /**
   * The translation of a message, or the message itself where there is none. With a plural message the form for the count is
   * chosen, which must be given then. Placeholders stay; `interpolate` fills them in.
   */
  abstract translate(message: string, pluralMessage?: string, count?: number): string;

  /** As `translate`, for a message that means different things in different places. */
  abstract pgettext(context: string, message: string, pluralMessage?: string, count?: number): string;

  /**
   * A date in words, such as "2 minutes ago", "yesterday at 3:00 pm" or "July 10, 1980 at 3:00 pm": a Date, or seconds (not
   * milliseconds) since 1970. Meant for the past: what is more than a minute in the future has all its parts.
   *
   * Unlike Tornado's: half a minute or hour is rounded up, not to the even number (150 s are "3 minutes ago", there 2); a date some
   * days and a few seconds in the future is not taken for now.
   */
  formatDate(date: Date | number, options: FormatDateOptions = {}): string {
    checkOptions("formatDate", options, DATE_OPTIONS);
    const { gmtOffset = 0, relative = true, shorter = false } = options;
    const now = options.now === undefined ? Date.now() / 1000 : secondsOf(options.now);
    let time = secondsOf(date);
    let fullFormat = options.fullFormat ?? false;
    if (time > now) {
      if (relative && time - now < CLOCK_SKEW) time = now;
      else fullFormat = true;
    }
    const age = Math.floor(now - time);
    if (relative && !fullFormat && age < DAY) return this.#ago(age);
    const local = localDate(time, gmtOffset);
    const isYesterday =
      relative && age < 2 * DAY && local.getUTCDate() === localDate(now - DAY, gmtOffset).getUTCDate();
    const format = dateFormat(fullFormat ? Infinity : age, isYesterday, shorter);
    return interpolate(this.translate(format), {
      ...this.#dayWords(local),
      year: String(local.getUTCFullYear()),
      time: this.#clock(local),
    });
  }

  #ago(age: number): string {
    if (age < 50) {
      return interpolate(this.translate("1 second ago", "%(seconds)d seconds ago", age), { seconds: age });
    }
    if (age < 50 * MINUTE) {
      const minutes = Math.round(age / MINUTE);
      return interpolate(this.translate("1 minute ago", "%(minutes)d minutes ago", minutes), { minutes });
    }
    const hours = Math.round(age / HOUR);
    return interpolate(this.translate("1 hour ago", "%(hours)d hours ago", hours), { hours });
  }

  /** The time of day: of twelve hours in English and in `zh_CN`, else of twenty-four. */
  #clock(local: Date): string {
    const hours = local.getUTCHours();
    const minutes = String(local.getUTCMinutes()).padStart(2, "0");
    const hoursOfTwelve = hours % 12 === 0 ? 12 : hours % 12;
    if (this.code === "zh_CN") return `${hours < 12 ? "上午" : "下午"}${hoursOfTwelve}:${minutes}`;
    if (this.#isEnglish) return `${hoursOfTwelve}:${minutes} ${hours < 12 ? "am" : "pm"}`;
    return `${hours}:${minutes}`;
  }

  get #isEnglish(): boolean {
    return this.code === "en" || this.code === "en_US";
  }

  #dayWords(local: Date): { readonly month_name: string; readonly weekday: string; readonly day: string } {
    return {
      month_name: this.translate(MONTHS[local.getUTCMonth()] ?? ""),
      weekday: this.translate(WEEKDAYS[local.getUTCDay()] ?? ""),
      day: String(local.getUTCDate()),
    };
  }

  /** A day such as "Monday, January 22": of a Date, or of seconds since 1970. */
  formatDay(date: Date | number, options: FormatDayOptions = {}): string {
    checkOptions("formatDay", options, DAY_OPTIONS);
    const { gmtOffset = 0, dow = true } = options;
    const format = dow ? "%(weekday)s, %(month_name)s %(day)s" : "%(month_name)s %(day)s";
    return interpolate(this.translate(format), this.#dayWords(localDate(secondsOf(date), gmtOffset)));
  }

  /** "A, B and C", "A and B", "A"; "" of nothing. */
  list(parts: readonly string[]): string {
    const last = parts.at(-1) ?? "";
    if (parts.length < 2) return last;
    const commas = parts.slice(0, -1).join(this.code.startsWith("fa") ? " و " : ", ");
    return interpolate(this.translate("%(commas)s and %(last)s"), { commas, last });
  }

  /**
   * A number as it is read: with commas in `en` and `en_US`, its plain digits elsewhere. Negative numbers and fractions are right
   * (Tornado makes `-,123,456` of -123456).
   */
  friendlyNumber(value: number | bigint): string {
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (this.#isEnglish) return GROUPED.format(value === 0 ? 0 : value);
    return typeof value === "number" && Number.isInteger(value) ? wholeNumber(value) : String(value);
  }
}

/** The count that goes with a plural message. @throws UsageError if there is none */
export function countOf(count: number | undefined): number {
  if (count !== undefined) return count;
  throw new UsageError("ERR_LANDSPOUT_PLURAL_COUNT", "A message with a plural needs the count");
}

/** By age in seconds; Infinity: with all its parts. */
function dateFormat(age: number, isYesterday: boolean, shorter: boolean): string {
  if (age < DAY) return "%(time)s";
  if (age < 2 * DAY && isYesterday) return shorter ? "yesterday" : "yesterday at %(time)s";
  if (age < 5 * DAY) return shorter ? "%(weekday)s" : "%(weekday)s at %(time)s";
  if (age < SAME_YEAR * DAY) return shorter ? "%(month_name)s %(day)s" : "%(month_name)s %(day)s at %(time)s";
  return shorter ? "%(month_name)s %(day)s, %(year)s" : "%(month_name)s %(day)s, %(year)s at %(time)s";
}

function secondsOf(date: Date | number): number {
  const seconds = date instanceof Date ? date.getTime() / 1000 : date;
  if (Math.abs(seconds) <= 8.64e12) return seconds;
  throw new UsageError("ERR_LANDSPOUT_TIMESTAMP", `Not a date: ${String(date)}`);
}

/** A date whose UTC parts are those of the reader's clock. */
function localDate(time: number, gmtOffset: number): Date {
  const local = new Date((time - gmtOffset * MINUTE) * 1000);
  if (!Number.isNaN(local.getTime())) return local;
  throw new UsageError("ERR_LANDSPOUT_TIMESTAMP", `Not a date: ${time} seconds at an offset of ${gmtOffset} minutes`);
}
