/**
 * The page that lists a folder, and the page of an error beside it. Names are whatever somebody called a file: they become text and
 * links here, and nothing else. No script; the one style is allowed by its hash.
 */
import { createHash } from "node:crypto";
import { STYLE } from "./page-style.ts";
import { sortEntries } from "./read-folder.ts";
import type { FolderContent, FolderEntry, Order, SortKey } from "./read-folder.ts";

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
/** RFC 3986 §4.2: "a path segment that contains a colon character" must not begin a reference: so `./` does. */
const linkTo = (name: string): string => `./${encodeURIComponent(name).replaceAll("'", "%27")}`;

/** 1234567 as "1.2 MB". */
function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

const pad = (value: number): string => String(value).padStart(2, "0");
/** As `ls` would say it, in the time zone of the server. */
function dateText(time: number): string {
  const date = new Date(time);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

let policy: string | undefined;
/** For `Content-Security-Policy`: this style, the icon, nothing else. */
export function pagePolicy(): string {
  const hash = (): string => createHash("sha256").update(STYLE).digest("base64");
  return (policy ??= `default-src 'none'; style-src 'sha256-${hash()}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M4 6h24M8 12h18M11 18h12M14 24h6' stroke='%230b7285' stroke-width='3.5' stroke-linecap='round'/%3E%3C/svg%3E";

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
${body}</body>
</html>
`;

/** Drawn once, used by every row. */
const SHAPES = `<svg hidden><symbol id="d" viewBox="0 0 20 20"><path d="M2 5.5A1.5 1.5 0 0 1 3.5 4h4l2 2h7A1.5 1.5 0 0 1 18 7.5v7a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 2 14.5z"/></symbol><symbol id="u" viewBox="0 0 20 20"><path d="M10 16V5m0 0L5 10m5-5 5 5"/></symbol><symbol id="f" viewBox="0 0 20 20"><path d="M5.5 2.5h6l4 4v10a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zm6 0v4h4"/></symbol></svg>`;

const queryOf = ({ key, descending }: Order): string =>
  key === "name" && !descending ? "" : `?sort=${key}&amp;order=${descending ? "desc" : "asc"}`;

/** What somebody reads at the top of a column sorts by it; read again, the other way round. */
function heading(key: SortKey, text: string, order: Order): string {
  const current = order.key === key;
  const next = { key, descending: current ? !order.descending : key !== "name" };
  const sort = current ? ` aria-sort="${order.descending ? "descending" : "ascending"}"` : "";
  // `./` alone takes the order away.
  return `<th class="${key}" scope="col"${sort}><a href="./${queryOf(next)}">${text}</a></th>`;
}

function row({ name, isFolder, size, modified }: FolderEntry, query: string): string {
  const text = escapeText(name);
  const link = `${linkTo(name)}${isFolder ? `/${query}` : ""}`;
  const icon = `<svg class="${isFolder ? "folder" : "file"}" aria-hidden="true"><use href="#${isFolder ? "d" : "f"}"/></svg>`;
  const bytes = isFolder
    ? `<td class="size"></td>`
    : `<td class="size" title="${size.toLocaleString("en")} bytes">${sizeText(size)}</td>`;
  return `<tr><td class="name"><a href="${link}">${icon}<bdi>${text}</bdi>${isFolder ? "/" : ""}</a></td>${bytes}<td class="date"><time datetime="${new Date(modified).toISOString()}">${dateText(modified)}</time></td></tr>\n`;
}

/** The folders above, each a link; the last is the one that is shown. */
function trail(title: string, parts: readonly string[], query: string): string {
  const all = [title, ...parts];
  const crumbs = all.map((part, depth) => {
    const up = all.length - 1 - depth;
    const text = `<bdi>${escapeText(part)}</bdi>`;
    return up === 0
      ? `<li aria-current="page"><h1>${text}</h1></li>`
      : `<li><a href="${"../".repeat(up)}${query}">${text}</a></li>`;
  });
  return `<nav aria-label="Folders"><ol>${crumbs.join("")}</ol></nav>`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function summary({ entries, more }: FolderContent): string {
  const folders = entries.filter(({ isFolder }) => isFolder).length;
  const files = entries.length - folders;
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  const counted = [
    folders > 0 ? plural(folders, "folder") : "",
    files > 0 ? `${plural(files, "file")}, ${sizeText(size)}` : "",
  ];
  const text = counted.filter((part) => part !== "").join(", ");
  if (more) return `The first ${text}. There are more than this page shows.`;
  return text === "" ? "This folder is empty." : text;
}

/**
 * @param title What the folder at the top is called.
 * @param parts Names of the folders from there to the one that is shown.
 */
export function listingPage(title: string, parts: readonly string[], content: FolderContent, order: Order): string {
  const query = queryOf(order);
  const rows = sortEntries(content.entries, order).map((entry) => row(entry, query));
  const up =
    parts.length === 0
      ? ""
      : `<tr class="up"><td class="name"><a href="../${query}"><svg class="up" aria-hidden="true"><use href="#u"/></svg>..<span> (up)</span></a></td><td></td><td></td></tr>\n`;
  const head = `<tr>${heading("name", "Name", order)}${heading("size", "Size", order)}${heading("date", "Changed", order)}</tr>`;
  const table =
    rows.length === 0 && up === ""
      ? ""
      : `<table>\n<thead>${head}</thead>\n<tbody>\n${up}${rows.join("")}</tbody>\n</table>\n`;
  const name = parts.at(-1) ?? title;
  return page(
    name,
    `${SHAPES}
<header>${trail(title, parts, query)}</header>
<main>
${table}<p class="sum">${summary(content)}</p>
</main>
`,
  );
}

export function errorPage(status: number, reason: string): string {
  const title = `${status}: ${reason}`;
  return page(
    title,
    `<main class="error">
<h1>${status}</h1>
<p>${escapeText(reason)}</p>
<p><a href="/">To the top</a></p>
</main>
`,
  );
}
