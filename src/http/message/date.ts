/**
 * Dates in HTTP (RFC 9110 §5.6.7): any date as IMF-fixdate, the three forms a date may come in, and the `Date` field, made
 * at most once a second.
 */
import { UsageError } from "../../errors.ts";

/**
 * How often within one read the date may be used between two looks at the clock. A look costs as much as 5 % of a response in a
 * pipeline; outside of a read, where responses are rarer, the clock is looked at each time. A timer could not do it: it does not fire
 * while the event loop is busy, and the date would be as old as the loop was busy.
 */
const USES = 8;

let text = "";
/** Milliseconds since 1970 of the second that `text` names. */
let second = -1;
let generation = 0;
let reading = false;
/** Uses left until the clock is looked at. */
let left = 0;

/** A read begins: the clock is looked at when its first response is made. */
export function readBegins(): void {
  reading = true;
  left = 0;
}
export function readEnds(): void {
  reading = false;
  left = 0;
}

function refresh(): void {
  if (left > 0) {
    left--;
    return;
  }
  if (reading) left = USES - 1;
  const now = Date.now();
  if (now >= second && now < second + 1000) return;
  second = now - (now % 1000);
  text = new Date(second).toUTCString();
  generation++;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` for now. */
export function httpDate(): string {
  refresh();
  return text;
}

/** Counts up whenever `httpDate` changes. Code that caches text around the date compares it, and asks for it before the date. */
export function httpDateGeneration(): number {
  refresh();
  return generation;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` of a date, or of seconds since 1970. @throws UsageError where it is neither, or has no year of four digits. */
export function formatTimestamp(time: Date | number): string {
  const date = time instanceof Date ? time : new Date(time * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new UsageError("ERR_LANDSPOUT_TIMESTAMP", `${String(time)} is not a time`);
  return date.toUTCString();
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
// IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT; rfc850-date; asctime-date. "HTTP-date is case sensitive."
const IMF =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;
const RFC850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ([0-9]{2})-([A-Z][a-z]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;
const ASCTIME =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([0-9 ][0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})$/;

/**
 * Milliseconds since 1970 of a date in a field; undefined where it is none. "A recipient [...] MUST accept all three HTTP-date formats."
 * Whether the day of the week is the date's is not looked at.
 * @param now Milliseconds since 1970, which tell the century of a year of two digits.
 */
export function parseHTTPDate(text: string, now: number = Date.now()): number | undefined {
  const imf = IMF.exec(text);
  if (imf !== null) return utc(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const old = RFC850.exec(text);
  if (old !== null) return utc850(old, now);
  const asctime = ASCTIME.exec(text);
  return asctime === null ? undefined : utc(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
}

/**
 * "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST interpret a timestamp that appears to be
 * more than 50 years in the future as representing the most recent year in the past that had the same last two digits."
 */
function utc850([, day, month, digits, hour, minute, second]: RegExpExecArray, now: number): number | undefined {
  const present = new Date(now);
  const year = present.getUTCFullYear() - (present.getUTCFullYear() % 100) + Number(digits);
  const time = utc(year, month, day, hour, minute, second);
  const limit = present.setUTCFullYear(present.getUTCFullYear() + 50);
  return time === undefined || time <= limit ? time : utc(year - 100, month, day, hour, minute, second);
}

type Part = string | number | undefined;

function utc(year: Part, month: Part, day: Part, hour: Part, minute: Part, second: Part): number | undefined {
  const place = MONTHS.indexOf(String(month));
  // second = 2DIGIT, 60 in a leap second, which counts as the second after it.
  if (place < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  // `Date.UTC` would add 1900 to years below 100.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), place, Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(Number(hour), Number(minute), Number(second));
}
