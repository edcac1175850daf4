/**
 * The error page of an application in debug: the exception with its causes, the source lines it came through, and the request.
 * Never shown unless the setting `serveTraceback` is on.
 */
import { resolve } from "node:path";
import { ParseError, positionOf } from "../../template/index.ts";
import { framesOf } from "../../template/stack.ts";
import type { Frame } from "../../template/stack.ts";
import { notPromise } from "../../user-code.ts";
import type { RequestHandler } from "./class-types.ts";
import { programSource, sourceBelow } from "./source-files.ts";

/** Source lines shown before and after the one that failed. */
const AROUND = 4;
/** Fields whose values are not shown, so that a page that is passed on gives nothing away. */
const SECRET = /^(?:authorization|cookie|proxy-authorization|x-xsrf-?token|x-csrf-?token)$/i;

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
:root { color-scheme: light dark; --dim: #667; --line: #8884; --mark: #fd38; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; } h2 { font-size: 1rem; margin-top: 2rem; }
p.place, th { color: var(--dim); } pre, code, td { font: 13px/1.5 ui-monospace, monospace; }
pre { border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; padding: .6rem; }
pre b { background: var(--mark); display: block; font-weight: inherit; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .15rem 1rem .15rem 0; overflow-wrap: anywhere; }
th { font-weight: normal; white-space: nowrap; }`;

export function debugPage(handler: RequestHandler, status: number, error: unknown): string {
  const { request } = handler;
  const rows = [
    ["method", request.method],
    ["address", request.uri],
    ["client", request.remoteIp],
    ["handler", handler.constructor.name],
    ...request.headers.getAll().map(([name, value]) => [name, SECRET.test(name) ? "(not shown)" : value] as const),
  ];
  const table = rows
    .map(([name, value]) => `<tr><th>${escapeText(name ?? "")}<td>${escapeText(value ?? "")}`)
    .join("\n");
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${status}: ${escapeText(titleOf(error))}</title><style>${STYLE}</style>
${chain(error)
  .map((one, place) => section(handler, one, place))
  .join("\n")}
<h2>Request</h2><table>${table}</table></html>`;
}

const titleOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** An error and its causes, at most ten. */
function chain(error: unknown): unknown[] {
  const errors = [error];
  let last = error;
  while (last instanceof Error && last.cause !== undefined && errors.length < 10) {
    last = last.cause;
    errors.push(last);
  }
  return errors;
}

/** The line of the template an exception came from, where templates are files. */
function templateSource(handler: RequestHandler, error: Error): string {
  const position =
    positionOf(error) ?? (error instanceof ParseError ? { name: error.filename ?? "", line: error.line } : undefined);
  const root = notPromise(handler.getTemplatePath(), "getTemplatePath") ?? undefined;
  if (position === undefined || root === undefined) return "";
  const file = resolve(root, position.name);
  return sourceLines({ file, line: position.line }, sourceBelow(root, file));
}

function section(handler: RequestHandler, error: unknown, place: number): string {
  const title = `<h1>${place === 0 ? "" : "caused by "}${escapeText(titleOf(error))}</h1>`;
  if (!(error instanceof Error) || error.stack === undefined) return title;
  const source = templateSource(handler, error) || programLines(error);
  const stack = error.stack.split("\n").filter((line) => /^\s+at /.test(line));
  return `${title}\n${source}<h2>Stack</h2><pre>${escapeText(stack.join("\n"))}</pre>`;
}

/** The innermost frame in a file of the program that is no dependency's; else the innermost in any file of the program's folder. */
function programLines(error: Error): string {
  const frames = framesOf(error);
  const isOwn = ({ file }: Frame): boolean => !/[\\/]node_modules[\\/]/.test(file);
  for (const frame of [...frames.filter(isOwn), ...frames.filter((one) => !isOwn(one))]) {
    const source = programSource(frame.file);
    if (source !== undefined) return sourceLines(frame, source);
  }
  return "";
}

function sourceLines({ file, line }: Frame, text: string | undefined): string {
  if (text === undefined) return "";
  const lines = text.split("\n");
  const from = Math.max(0, line - 1 - AROUND);
  const shown = lines.slice(from, line + AROUND).map((content, i) => {
    const number = from + i + 1;
    const row = `${String(number).padStart(5)}  ${escapeText(content.slice(0, 400))}`;
    return number === line ? `<b>${row}</b>` : `${row}\n`;
  });
  return `<p class="place">${escapeText(file)}:${line}</p><pre>${shown.join("")}</pre>`;
}
