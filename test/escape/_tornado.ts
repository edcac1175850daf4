/** Tornado's own results for fixed inputs (scripts/make-escape-vectors.py). Bytes are in base64. */
import { readFileSync } from "node:fs";

type Rows<Row> = readonly Readonly<Row>[];

export interface Vectors {
  readonly escaped: Rows<{ text: string; html: string }>;
  readonly unescaped: Rows<{ text: string; plain: string }>;
  readonly everyName: Rows<{ text: string; plain: string }>;
  readonly urls: Rows<{ text: string; plus: boolean; url: string }>;
  readonly urlBytes: Rows<{ bytes: string; plus: boolean; url: string }>;
  readonly fromUrls: Rows<{ url: string; plus: boolean; text: string; bytes: string }>;
  readonly encodedUrls: Rows<{ url: string; encoding: string; text: string }>;
  readonly squeezed: Rows<{ text: string; squeezed: string }>;
  readonly jsons: Rows<{ value: unknown; json: string }>;
  readonly links: Rows<{
    text: string;
    options: {
      shorten?: boolean;
      require_protocol?: boolean;
      extra_params?: string;
      permitted_protocols?: readonly string[];
    };
    html: string;
  }>;
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("tornado-vectors.json", import.meta.url), "utf8"),
) as Vectors;
