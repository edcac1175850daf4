/**
 * Python's named placeholders in translated text, so that translations made for Tornado serve as they are: `%(name)s` for anything,
 * `%(count)d` for a whole number, `%%` for a percent sign. The rest of Python's `%` is not here.
 */

export interface PlaceholderValues {
  readonly [name: string]: string | number | bigint;
}

/**
 * The text with its placeholders filled in. One without a value stays as it is: a translator's slip shows on the page but does not
 * break it. (Python raises.)
 *
 * @example
 * interpolate(locale.translate("%(name)s liked this"), { name: "Ada" });
 */
export function interpolate(text: string, values: PlaceholderValues): string {
  return text.replace(/%(?:%|\(([^()]*)\)([sd]))/g, (found: string, name?: string, type?: string) => {
    if (name === undefined) return "%";
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return found;
    return type === "d" && typeof value === "number" ? wholeNumber(value) : String(value);
  });
}

const DIGITS = new Intl.NumberFormat("en-US", { useGrouping: false, maximumFractionDigits: 0 });

/** All digits of a number without its fraction; never an exponent. */
export const wholeNumber = (value: number): string =>
  Number.isFinite(value) ? DIGITS.format(Math.trunc(value) + 0) : String(value);
