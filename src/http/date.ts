/**
 * Dates in HTTP (RFC 9110 §5.6.7): any date as IMF-fixdate, the three forms a date may come in, and the `Date` field, made once a
 * second and only while somebody answers.
 */
import { UsageError } from "../errors.ts";

let text = "";
let timer: NodeJS.Timeout | undefined;

/** `Sun, 06 Nov 1994 08:49:37 GMT` for now; up to a second old. */
export function httpDate(): string {
  if (text !== "") return text;
  const now = Date.now();
  text = new Date(now).toUTCString();
  // Forget it at the turn of the second. The timer is not kept going: an idle process has none.
  timer = setTimeout(forget, 1000 - (now % 1000));
  timer.unref();
  return text;
}

/** Counts up whenever `httpDate` changes: who caches text around the date compares it. */
let generation = 0;
export function httpDateGeneration(): number {
  return generation;
}

function forget(): void {
  text = "";
  generation++;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` of a date, or of seconds since 1970. @throws UsageError where it is neither. */
export function formatTimestamp(time: Date | number): string {
  const date = time instanceof Date ? time : new Date(time * 1000);
  if (Number.isNaN(date.getTime())) throw new UsageError("ERR_LANDSPOUT_TIMESTAMP", `${String(time)} is not a time`);
  return date.toUTCString();
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
// IMF-fixdate, rfc850-date and asctime-date.
const IMF = /^[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;
const RFC850 = /^[A-Z][a-z]{5,8}, ([0-9]{2})-([A-Z][a-z]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9 ][0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})$/;

/** Milliseconds since 1970 of a date in a field; undefined where it is none. "A recipient MUST accept all three HTTP-date formats." */
export function parseHTTPDate(text: string): number | undefined {
  const imf = IMF.exec(text);
  if (imf !== null) return utc(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const old = RFC850.exec(text);
  if (old !== null) return utc(fullYear(Number(old[3])), old[2], old[1], old[4], old[5], old[6]);
  const asctime = ASCTIME.exec(text);
  return asctime === null ? undefined : utc(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
}

/** "a timestamp that appears to be more than 50 years in the future [is] the most recent year in the past that had the same last two digits" */
function fullYear(digits: number): number {
  const present = new Date().getUTCFullYear();
  const year = present - (present % 100) + digits;
  return year > present + 50 ? year - 100 : year;
}

type Part = string | number | undefined;

function utc(year: Part, month: Part, day: Part, hour: Part, minute: Part, second: Part): number | undefined {
  const place = MONTHS.indexOf(String(month));
  const time = Date.UTC(Number(year), place, Number(day), Number(hour), Number(minute), Number(second));
  const valid = place >= 0 && new Date(time).getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60;
  return valid && Number(second) <= 60 ? time : undefined;
}
