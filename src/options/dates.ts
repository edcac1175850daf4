/** Dates of options, in the ten formats of Tornado and that of ISO 8601 with a zone. Without a zone they are local. */

const DATE_AND_TIME: RegExp =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[-+]\d\d:?\d\d)?)?$/;
const TIME_ALONE: RegExp = /^(\d\d?):(\d\d)(?::(\d\d))?$/;
/** `Mon Dec 31 23:59:59 2026`, of the C library. */
const C_LIBRARY: RegExp = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d\d?) (\d\d?):(\d\d):(\d\d) (\d{4})$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The date that a text names. Undefined: it names none, such as the 30th of February. A time alone is that of 1 January 1900, as in Tornado. */
export function parseDate(text: string): Date | undefined {
  const trimmed = text.trim();
  const full = DATE_AND_TIME.exec(trimmed);
  if (full !== null) {
    const [year, month, day, hour, minute, second] = full.slice(1, 7).map((part) => Number(part ?? 0)) as Six;
    const millisecond = Number((full[7] ?? "").padEnd(3, "0"));
    return make([year, month - 1, day, hour, minute, second], millisecond, full[8]);
  }
  const time = TIME_ALONE.exec(trimmed);
  if (time !== null) {
    const [hour, minute, second] = time.slice(1, 4).map((part) => Number(part ?? 0)) as [number, number, number];
    return make([1900, 0, 1, hour, minute, second], 0, undefined);
  }
  const [, month = "", ...rest] = C_LIBRARY.exec(trimmed) ?? [];
  if (rest.length === 0 || !MONTHS.includes(month)) return undefined;
  const [day, hour, minute, second, year] = rest.map(Number) as [number, number, number, number, number];
  return make([year, MONTHS.indexOf(month), day, hour, minute, second], 0, undefined);
}

type Six = [year: number, month: number, day: number, hour: number, minute: number, second: number];

/** Refuses what `Date` would carry over: a 13th month, a 61st second. */
function make(
  [year, month, day, hour, minute, second]: Six,
  millisecond: number,
  zone: string | undefined,
): Date | undefined {
  const utc = new Date(0);
  utc.setUTCFullYear(year, month, day);
  if (utc.getUTCMonth() !== month || utc.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined;
  if (zone === undefined) {
    const local = new Date(0);
    local.setFullYear(year, month, day);
    local.setHours(hour, minute, second, millisecond);
    return local;
  }
  utc.setUTCHours(hour, minute, second, millisecond);
  const [, sign = "+", hours = "0", minutes = "0"] = /^([-+])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(utc.getTime() - (sign === "-" ? -offset : offset));
}
