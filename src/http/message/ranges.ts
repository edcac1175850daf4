/**
 * Byte ranges (RFC 9110 §14). One range is understood; a request for several is answered with everything, as is a field that is
 * malformed: "A server MAY ignore the Range header field".
 */

export interface ByteRange {
  /** First byte; counted from the end where negative. */
  readonly start: number;
  /** The byte behind the last; undefined: to the end. 0 for `bytes=-0`, which asks for nothing. */
  readonly end: number | undefined;
}

/**
 * The range a `Range` field asks for; undefined where it is to be ignored. Stricter than Tornado, which takes all that Python takes for
 * a number.
 *
 * ranges-specifier = "bytes" "=" 1#( int-range / suffix-range ), of which one may be there, and empty elements (§5.6.1.2); int-range = 1*DIGIT "-" [ 1*DIGIT ]; suffix-range = "-" 1*DIGIT
 */
export function parseRequestRange(field: string): ByteRange | undefined {
  const match = /^bytes=[ \t,]*(?:([0-9]+)-([0-9]+)?|-([0-9]+))[ \t,]*$/i.exec(field);
  if (match === null) return undefined;
  const first = position(match[1]);
  const last = position(match[2]);
  const suffix = position(match[3]);
  if (suffix !== undefined) return suffix === 0 ? { start: 0, end: 0 } : { start: -suffix, end: undefined };
  if (first === undefined) return undefined;
  if (last === undefined) return { start: first, end: undefined };
  // "An int-range is invalid if the last-pos value is present and less than first-pos."
  return last < first ? undefined : { start: first, end: last + 1 };
}

/** Clients ask for `0-18446744073709551615`: what is beyond all sizes is as good as the largest. */
function position(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Math.min(Number(digits), Number.MAX_SAFE_INTEGER - 1);
}

/**
 * The part of a content of `size` bytes that a range means, `[start, end)`; undefined where it lies outside (416).
 */
export function resolveRange({ start, end }: ByteRange, size: number): { start: number; end: number } | undefined {
  const from = start < 0 ? Math.max(0, size + start) : start;
  const to = Math.min(end ?? size, size);
  return from >= to ? undefined : { start: from, end: to };
}

/** The value of `Content-Range` for `[start, end)` of `size` bytes; without a range, that of a 416. */
export function contentRange(
  range: { readonly start: number; readonly end: number } | undefined,
  size: number,
): string {
  return range === undefined ? `bytes */${size}` : `bytes ${range.start}-${range.end - 1}/${size}`;
}
