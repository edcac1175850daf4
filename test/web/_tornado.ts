/** Tornado's own results for fixed inputs (scripts/make-tornado-vectors.py), and Tornado itself, where it is installed, as a reader of ours. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMissing, pathOf } from "../_support/programs.ts";

type Pair = readonly [string, string];
type Rows<Row> = readonly Readonly<Row>[];

/** Bytes are in base64. */
export interface Vectors {
  readonly keys: { readonly [version: string]: string };
  readonly signed: Rows<{
    secret: string;
    name: string;
    value: string;
    clock: number;
    version: number;
    text: string;
  }>;
  readonly keyed: Rows<{ keyVersion: number; clock: number; text: string; readVersion: number }>;
  readonly aged: Rows<{ text: string; clock: number; maxAgeDays: number; minVersion: number; value: string | null }>;
  readonly altered: Rows<{ text: string; value: string | null }>;
  readonly xsrf: Rows<{ text: string; token: string | null }>;
  readonly xsrfMade: Rows<{ mask: string; version: 1 | 2; token: string; time: number; text: string }>;
  readonly cookies: Rows<{ header: string; cookies: { readonly [name: string]: string } }>;
  readonly setCookies: Rows<{
    name: string;
    value: string;
    options: { readonly [option: string]: unknown };
    line: string;
    read: string;
  }>;
  readonly refusedCookies: Rows<{ name: string; value: string }>;
  readonly urls: Rows<{ url: string; args: readonly Pair[]; result: string }>;
  readonly ranges: Rows<{ text: string; range: readonly (number | null)[] | null }>;
  readonly contentRanges: Rows<{ start: number; end: number; total: number; text: string }>;
  readonly dates: Rows<{ time: number; text: string; read: number }>;
  readonly hosts: Rows<{ text: string; split: readonly [string, number | null] }>;
  readonly lines: Rows<{ text: string; parsed: readonly (string | number)[] }>;
  readonly passwords: Rows<{ user: string; password: string; encoded: string }>;
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("tornado-vectors.json", import.meta.url), "utf8"),
) as Vectors;

/** What landspout made, for Tornado to read; missing lists are empty. */
export interface Made {
  readonly signed?: readonly object[];
  readonly xsrf?: readonly object[];
  readonly cookies?: readonly object[];
  readonly dates?: readonly object[];
  readonly urls?: readonly object[];
}

/** What Tornado has against what landspout made; "" where it reads all of it, or is not installed: the vectors must do then. */
export function complaintsOfTornado(made: Made): string {
  const script = fileURLToPath(new URL("../../scripts/make-tornado-vectors.py", import.meta.url));
  const input = JSON.stringify({ signed: [], xsrf: [], cookies: [], dates: [], urls: [], ...made });
  if (isMissing("tornado")) return "";
  const python = spawnSync(pathOf("tornado"), [script, "--check"], { input, encoding: "utf8" });
  return python.stdout === "ok\n" ? "" : `${python.stdout}${python.stderr}`;
}
