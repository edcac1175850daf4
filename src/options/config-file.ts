/** Reads a file of options: JSON, or a module that exports them. Knows which names it has, not which are options. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OptionsError } from "./errors.ts";

/** The names of a file with their values. */
export interface ConfigFile {
  readonly path: string;
  readonly entries: readonly (readonly [name: string, value: unknown])[];
  /** Every name is meant as an option. The named exports of a module may serve the module itself. */
  readonly isStrict: boolean;
}

/** @throws OptionsError on a file that cannot be read, is malformed, or whose module throws; `cause` is why. */
export async function readConfigFile(where: string | URL): Promise<ConfigFile> {
  const path = where instanceof URL ? fileURLToPath(where) : resolve(where);
  try {
    if (path.endsWith(".json")) return entriesOf(path, JSON.parse(await readFile(path, "utf8")), true);
    const exported = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return isObject(exported.default) ? entriesOf(path, exported.default, true) : entriesOf(path, exported, false);
  } catch (cause) {
    if (cause instanceof OptionsError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OptionsError(`${path} cannot be read: ${why}`, undefined, { cause });
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function entriesOf(path: string, value: unknown, isStrict: boolean): ConfigFile {
  if (!isObject(value)) throw new OptionsError(`${path} must hold an object of options`);
  return { path, entries: Object.entries(value), isStrict };
}
