/** Tornado's own results for fixed inputs (scripts/make-locale-vectors.py), and the folders they were made from. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Rows<Row> = readonly Readonly<Row>[];

export interface Message {
  code: string;
  context?: string;
  message: string;
  plural?: string;
  count?: number;
  text: string;
}

/** Times are in seconds, offsets in minutes. */
export interface Vectors {
  /** Code, now, date, offset, relative, shorter, full format, text, whether landspout differs. */
  readonly dates: readonly (readonly [string, number, number, number, boolean, boolean, boolean, string, 0 | 1])[];
  readonly days: Rows<{ code: string; date: number; gmtOffset: number; dow: boolean; text: string }>;
  readonly lists: Rows<{ code: string; parts: readonly string[]; text: string }>;
  readonly numbers: Rows<{ code: string; value: number; text: string }>;
  readonly csv: Rows<Message>;
  readonly encodedCsv: Rows<Message & { folder: string; encoding: string }>;
  readonly gettext: Rows<Message>;
  readonly closest: Rows<{ codes: readonly (string | null)[]; code: string }>;
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("tornado-vectors.json", import.meta.url), "utf8"),
) as Vectors;

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
