/**
 * Templates compiled ahead of time to modules, for places where a program may not make code of text (a Content-Security-Policy, hosts at
 * the edge), and for bundles without files.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checkOptions, listOf, text } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { generate } from "./generator.ts";
import { Loader, LOADER_OPTIONS } from "./loader.ts";
import type { LoaderOptions } from "./loader.ts";

export interface PrecompileOptions extends LoaderOptions {
  /** Which files are templates. Default: `.html`, `.xml`, `.txt`, `.js`, `.css`, `.svg`. */
  extensions?: readonly string[];
}

const OPTIONS: OptionTable<PrecompileOptions> = { ...LOADER_OPTIONS, extensions: listOf(text, "endings of names") };

const EXTENSIONS = [".html", ".xml", ".txt", ".js", ".css", ".svg"];

/**
 * The text of one ES module that holds all templates of a directory, for a `PrecompiledLoader`:
 *
 * @example
 * writeFileSync("templates.js", precompile("templates"));
 * // and in the program
 * import templates from "./templates.js";
 * const loader = new PrecompiledLoader(templates);
 * @throws ParseError on a template that cannot be understood.
 */
export function precompile(directory: string, options: PrecompileOptions = {}): string {
  checkOptions("precompile", options, OPTIONS);
  const { extensions = EXTENSIONS, ...loading } = options;
  const { autoescape = "xhtml_escape" } = options;
  const loader = new Loader(directory, loading);
  const names = filesOf(loader.root)
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .sort();
  const source = { resolve: (other: string, from: string) => loader.file(other, from) };
  const modules = names.map((name) => {
    // Loading compiles it once, so that what the engine does not take is found now.
    loader.load(name);
    const { code, positions } = generate(loader.file(name), source, autoescape);
    const indented = code.replaceAll(/^/gm, "      ");
    return `  {\n    name: ${JSON.stringify(name)},\n    positions: ${JSON.stringify(positions)},\n    run($n, $r) {\n${indented}\n    },\n  },`;
  });
  return `/** Templates compiled ahead of time; do not change this file. */\nexport default [\n${modules.join("\n")}\n];\n`;
}

/** Files in a directory and those below, by their names from there. (`recursive` of `readdirSync` is not in all of Node 20.) */
function filesOf(root: string): string[] {
  const files: string[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(`${folder}${entry.name}/`);
      else if (entry.isFile()) files.push(`${folder}${entry.name}`);
    }
  }
  return files;
}
