/** What stands in a line of Markdown: emphasis, code, links. One pass; a mark that finds no partner is text. */
import { linkify, xhtmlEscape } from "landspout/escape";

/** Characters of a link's text and address. Looking for the end of what is no link takes no longer than that. */
const PIECE = new RegExp(
  [
    // A backslash takes the meaning from the sign behind it; at the end of a line it breaks it, as two blanks do.
    String.raw`\\(?<literal>[!-/:-@[-\x60{-~])`,
    String.raw`(?<br>\\\n|(?<! ) {2,}\n)`,
    "`(?<code>[^`]{1,2000})`",
    String.raw`\[(?<label>[^[\]]{1,500})\]\((?<href>[^\s()<>]{1,2000})\)`,
    String.raw`<?(?<url>https?://[^\s<>"'*]{1,2000})>?`,
    String.raw`(?<mark>\*{1,3}|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}]))`,
  ].join("|"),
  "gu",
);

/** Where a link may lead: pages, mailboxes, places of this blog. Not to code. */
const SAFE = /^(?:https?:\/\/|mailto:|[/#])/i;

interface Opened {
  readonly mark: string;
  /** Where it stands in the output. */
  readonly place: number;
}

const NAMES: { readonly [mark: string]: string } = { "**": "strong", "*": "em", _: "em" };

export function inlineHTML(text: string, links = true): string {
  const output: string[] = [];
  const opened: Opened[] = [];
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    output.push(xhtmlEscape(text.slice(at, match.index)));
    at = match.index + match[0].length;
    const { literal, br, code, label, href, url, mark } = match.groups ?? {};
    if (mark !== undefined) {
      const closes = /\S/.test(text[match.index - 1] ?? " ");
      const opens = /\S/.test(text[at] ?? " ");
      for (const one of single(mark, opened)) emphasis(output, opened, one, { opens, closes });
    } else if (literal !== undefined) output.push(xhtmlEscape(literal));
    else if (br !== undefined) output.push("<br>\n");
    else if (code !== undefined) output.push(`<code>${xhtmlEscape(code)}</code>`);
    else if (label !== undefined && href !== undefined && links && SAFE.test(href))
      output.push(`<a href="${xhtmlEscape(href)}">${inlineHTML(label, false)}</a>`);
    else if (url !== undefined && links) output.push(linkify(url));
    else output.push(xhtmlEscape(match[0]));
  }
  output.push(xhtmlEscape(text.slice(at)));
  return output.join("");
}

/** `***` is two marks, the one that was opened last first. */
function single(mark: string, opened: readonly Opened[]): readonly string[] {
  if (mark !== "***") return [mark];
  return opened.at(-1)?.mark === "*" ? ["*", "**"] : ["**", "*"];
}

/** A mark closes the nearest of its kind that is open, and whatever was opened within stays text; else it opens. */
function emphasis(
  output: string[],
  opened: Opened[],
  mark: string,
  { opens, closes }: { readonly opens: boolean; readonly closes: boolean },
): void {
  // Three kinds of marks, each open once at most: the list is never longer than that.
  const place = opened.findIndex((one) => one.mark === mark);
  if (closes && place >= 0) {
    const [opener] = opened.splice(place);
    if (opener !== undefined) output[opener.place] = `<${NAMES[mark]}>`;
    output.push(`</${NAMES[mark]}>`);
    return;
  }
  if (opens && place < 0) opened.push({ mark, place: output.length });
  output.push(mark);
}
