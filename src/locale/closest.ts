/**
 * Which of the supported locales comes closest to what was asked for. Codes are compared without regard to case, `-` and `_` are the
 * same: `pt-br` finds `pt_BR`, and where there is none `pt`. Pure.
 */

/** Codes by what they are compared by. */
export const tagsOf = (codes: Iterable<string>): ReadonlyMap<string, string> =>
  new Map(Array.from(codes, (code) => [tagOf(code), code]));

/** The first supported locale that matches one of the codes in their order, wholly or by its language. */
export function closestOf(
  codes: readonly (string | null | undefined)[],
  supported: ReadonlyMap<string, string>,
): string | undefined {
  for (const code of codes) {
    for (const candidate of candidatesFor(tagOf(code ?? ""))) {
      const found = supported.get(candidate);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const tagOf = (code: string): string => code.replaceAll("-", "_").toLowerCase();

/**
 * What may stand for a tag, best first: itself and its language, as in Tornado; and, which Tornado skips, of a tag with a script that of its
 * language and region, as browsers send `zh-Hans-CN` for what is called `zh_CN`, and `zh-Hant` for `zh_TW`.
 */
function candidatesFor(tag: string): string[] {
  const [language = "", script = "", region] =
    /^([a-z]{2,8})_([a-z]{4})(?:_([a-z]{2}|[0-9]{3}))?$/.exec(tag)?.slice(1) ?? [];
  if (script === "") {
    const parts = tag.split("_");
    // Tornado passes over what has three parts: a variant or extension is no reason to take another language.
    return tag === "" ? [] : [tag, parts.slice(0, 2).join("_"), parts[0] ?? ""];
  }
  return [tag, `${language}_${region ?? likelyRegion(language, script)}`, `${language}_${script}`, language];
}

/** Where a language is mostly written in a script; "" if nobody knows. */
function likelyRegion(language: string, script: string): string {
  try {
    return new Intl.Locale(`${language}-${script}`).maximize().region?.toLowerCase() ?? "";
  } catch {
    return "";
  }
}
