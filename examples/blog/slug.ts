/** The name of an entry in its address, made of its title: "Grüße aus Łódź!" is `grusse-aus-lodz`, "你好" stays. */

/** Characters. */
const LONGEST = 80;

/** Letters that are more than a letter with a mark. */
const SPELLED: { readonly [letter: string]: string } = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

export function slugOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    // Marks on Latin letters go; those of other scripts are part of their words.
    .replace(/(?<=\p{Script=Latin})\p{Mark}+/gu, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => SPELLED[letter] ?? letter)
    .replace(/['’]/g, "");
  const words = plain.match(/[\p{Letter}\p{Mark}\p{Number}]+/gu) ?? [];
  const slug = Array.from(words.join("-")).slice(0, LONGEST).join("").replace(/-+$/, "");
  return slug === "" ? "entry" : slug;
}

/** The slug, or with the first number behind it that nobody has. */
export function freeSlug(slug: string, isTaken: (slug: string) => boolean): string {
  if (!isTaken(slug)) return slug;
  for (let number = 2; ; number++) if (!isTaken(`${slug}-${number}`)) return `${slug}-${number}`;
}
