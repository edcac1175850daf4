/**
 * The text of an entry as HTML: the part of Markdown one writes letters with. Headings, paragraphs, lists, quotes, code, rules; emphasis, links.
 * No HTML gets through, whatever is not markup is escaped, and links lead to pages and mailboxes only. Takes time in proportion to the text.
 */
import { xhtmlEscape } from "landspout/escape";
import { inlineHTML } from "./markdown-inline.ts";

/** Quotes in quotes beyond this are text. */
const DEEPEST = 5;

const FENCE = /^```\s*([\w+#-]*)\s*$/;
const HEADING = /^(#{1,3})\s+(\S.*)$/;
const RULE = /^(?:(?:-\s*){3,}|(?:\*\s*){3,})$/;
const QUOTE = /^>\s?/;
const BULLET = /^[-*+]\s+(?=\S)/;
const NUMBER = /^(\d{1,9})[.)]\s+(?=\S)/;

interface Block {
  readonly kind: "paragraph" | "other";
  readonly html: string;
}

/** All of it. */
export function markdownToHTML(text: string): string {
  return blocksOf(text.split(/\r\n?|\n/), 0)
    .map(({ html }) => html)
    .join("\n");
}

/** How it begins: the first paragraph, or what there is instead; and whether there is more. */
export function markdownBeginning(text: string): { readonly html: string; readonly more: boolean } {
  const blocks = blocksOf(text.split(/\r\n?|\n/), 0);
  const first = blocks.find(({ kind }) => kind === "paragraph") ?? blocks[0];
  return { html: first?.html ?? "", more: blocks.length > 1 };
}

/** Lines taken one block after the other. */
class Lines {
  readonly #lines: readonly string[];
  #at = 0;
  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }
  get next(): string | undefined {
    return this.#lines[this.#at];
  }
  take(): string {
    return this.#lines[this.#at++] ?? "";
  }
  /** Those from here on that fit. */
  takeWhile(fits: (line: string) => boolean): string[] {
    const taken: string[] = [];
    while (this.next !== undefined && fits(this.next)) taken.push(this.take());
    return taken;
  }
}

function blocksOf(source: readonly string[], depth: number): Block[] {
  const lines = new Lines(source);
  const blocks: Block[] = [];
  for (let line = lines.next; line !== undefined; line = lines.next) {
    if (line.trim() === "") lines.take();
    else blocks.push(blockAt(lines, line, depth));
  }
  return blocks;
}

function blockAt(lines: Lines, line: string, depth: number): Block {
  const heading = HEADING.exec(line);
  if (heading !== null) {
    lines.take();
    // The title of the entry is the first heading of the page.
    const level = (heading[1] ?? "").length + 1;
    return other(`<h${level}>${inlineHTML(heading[2] ?? "")}</h${level}>`);
  }
  if (FENCE.test(line)) return codeAt(lines);
  if (RULE.test(line)) {
    lines.take();
    return other("<hr>");
  }
  if (QUOTE.test(line) && depth < DEEPEST) {
    const quoted = lines.takeWhile((one) => QUOTE.test(one)).map((one) => one.replace(QUOTE, ""));
    const inner = blocksOf(quoted, depth + 1).map(({ html }) => html);
    return other(`<blockquote>${inner.join("\n")}</blockquote>`);
  }
  if (BULLET.test(line)) return other(`<ul>${itemsAt(lines, BULLET)}</ul>`);
  const number = NUMBER.exec(line);
  if (number !== null) {
    const start = Number(number[1]);
    return other(`<ol${start === 1 ? "" : ` start="${start}"`}>${itemsAt(lines, NUMBER)}</ol>`);
  }
  const first = lines.take();
  const rest = lines.takeWhile((one) => one.trim() !== "" && !beginsBlock(one, depth));
  return { kind: "paragraph", html: `<p>${inlineHTML([first, ...rest].join("\n").trim())}</p>` };
}

const other = (html: string): Block => ({ kind: "other", html });

function beginsBlock(line: string, depth: number): boolean {
  if (QUOTE.test(line)) return depth < DEEPEST;
  // A number at the beginning of a line within a paragraph is rarely a list, unless it is the first.
  return [HEADING, FENCE, RULE, BULLET, /^1[.)]\s+\S/].some((pattern) => pattern.test(line));
}

/** Up to the next fence, or to the end. */
function codeAt(lines: Lines): Block {
  lines.take();
  const code = lines.takeWhile((line) => !FENCE.test(line));
  lines.take();
  return other(`<pre><code>${xhtmlEscape(code.map((line) => `${line}\n`).join(""))}</code></pre>`);
}

/** An item goes on in the lines that are indented. A blank line between two items does not end the list. */
function itemsAt(lines: Lines, mark: RegExp): string {
  let items = "";
  while (lines.next !== undefined && mark.test(lines.next)) {
    const first = lines.take().replace(mark, "");
    const rest = lines.takeWhile((line) => /^\s+\S/.test(line)).map((line) => line.trimStart());
    items += `<li>${inlineHTML([first, ...rest].join("\n"))}</li>`;
    lines.takeWhile((line) => line.trim() === "");
  }
  return items;
}
