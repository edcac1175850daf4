/** The text of `--help`. */
import { basename } from "node:path";
import { shown } from "../options-check.ts";
import { commandLineName } from "./names.ts";
import type { Option } from "./option.ts";

/** Columns of the whole text, and where descriptions begin. */
const WIDTH = 79;
const INDENT = 35;

/** All options, by group and name. */
export function helpText(options: Iterable<Option>): string {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const members = groups.get(option.group) ?? [];
    groups.set(option.group, [...members, option]);
  }
  const lines = [`Usage: ${basename(process.argv[1] ?? "program")} [OPTIONS]`, "", "Options:", ""];
  for (const [group, members] of [...groups].sort(byFirst)) {
    if (group !== "") lines.push("", `${group} options:`, "");
    for (const option of members.sort((a, b) => compare(commandLineName(a.name), commandLineName(b.name))))
      lines.push(...described(option));
  }
  return `${lines.join("\n")}\n\n`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byFirst = (a: readonly [string, unknown], b: readonly [string, unknown]): number => compare(a[0], b[0]);

function described(option: Option): string[] {
  const name = `  --${commandLineName(option.name)}${option.isFlag ? "" : `=${option.metavar}`}`;
  const words = [option.help, defaultOf(option)].filter((part) => part !== "").join(" ");
  const [first = "", ...rest] = wrap(words, WIDTH - INDENT);
  const beside = name.length < INDENT - 1;
  const lines = beside ? [`${name.padEnd(INDENT)}${first}`.trimEnd()] : [name];
  for (const line of beside || first === "" ? rest : [first, ...rest]) lines.push(`${" ".repeat(INDENT)}${line}`);
  return lines;
}

function defaultOf(option: Option): string {
  const value: unknown = option.default;
  if (option.secret || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "";
  return `(default ${inText(value)})`;
}

/** As it would be written on the command line. */
function inText(value: unknown): string {
  if (Array.isArray(value)) return value.map(inText).join(",");
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return String(value);
  const text = String(value as { toString(): string });
  if (text !== "[object Object]") return text;
  const parts = Object.entries(value).map(([name, part]) => `${String(part)} ${name}`);
  return parts.length === 0 ? shown(value) : parts.join(" ");
}

function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
