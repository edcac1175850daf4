/** Where templates come from (Tornado's loaders): a directory, or a dictionary. Each is read and compiled once. */
import { readFileSync } from "node:fs";
import { posix, resolve, sep } from "node:path";
import { UsageError } from "../errors.ts";
import { checkOptions } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import type { TemplateFile } from "./nodes.ts";
import { readTemplate, Template, TEMPLATE_OPTIONS } from "./template.ts";
import type { Precompiled, TemplateOptions } from "./template.ts";

export type LoaderOptions = Omit<TemplateOptions, "name" | "source">;

const { name: _name, source: _source, ...shared } = TEMPLATE_OPTIONS;
export const LOADER_OPTIONS: OptionTable<LoaderOptions> = shared;

export abstract class BaseLoader {
  readonly #options: LoaderOptions;
  readonly #templates = new Map<string, Template>();
  readonly #files = new Map<string, TemplateFile>();

  constructor(options: LoaderOptions = {}) {
    checkOptions("Loader", options, LOADER_OPTIONS);
    this.#options = options;
  }

  /** Text of a template. @throws an error where there is none. */
  protected abstract read(name: string): string;

  /** The name a template is known by, when another names it: relative to that one, from the root with a leading slash. */
  resolvePath(name: string, parentName?: string): string {
    if (parentName === undefined || parentName.startsWith("<") || name.startsWith("/"))
      return posix.normalize(name).replace(/^\/+/, "");
    return posix.normalize(posix.join(posix.dirname(parentName), name)).replace(/^\/+/, "");
  }

  /** @throws ParseError where it cannot be understood, UsageError where it is not there. */
  load(name: string, parentName?: string): Template {
    const path = this.resolvePath(name, parentName);
    let template = this.#templates.get(path);
    if (template === undefined) {
      const source = { resolve: (other: string, from: string) => this.file(other, from) };
      template = new Template(this.file(path), { ...this.#options, source });
      this.#templates.set(path, template);
    }
    return template;
  }

  /** A template read, for those that extend or include it. */
  file(name: string, parentName?: string): TemplateFile {
    const path = this.resolvePath(name, parentName);
    let file = this.#files.get(path);
    if (file === undefined)
      this.#files.set(path, (file = readTemplate(this.read(path), path, this.#options.whitespace)));
    return file;
  }

  /** Forgets what has been read: the next use reads it again. */
  reset(): void {
    this.#templates.clear();
    this.#files.clear();
  }
}

/** How many names an error lists. */
const LISTED = 10;

/** @param where Where it was looked for. */
const missing = (name: string, where: string): UsageError =>
  new UsageError("ERR_LANDSPOUT_TEMPLATE_MISSING", `there is no template ${JSON.stringify(name)} ${where}`);

function among(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return names.length === 0 ? "among none" : `among ${names.slice(0, LISTED).join(", ")}${more}`;
}

/** Templates in a directory. Stricter than Tornado's: names do not lead out of it. */
export class Loader extends BaseLoader {
  readonly root: string;

  constructor(root: string, options: LoaderOptions = {}) {
    super(options);
    this.root = resolve(root);
  }
  protected read(name: string): string {
    const path = resolve(this.root, name);
    if (!path.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep) || name.includes("\0"))
      throw new UsageError(
        "ERR_LANDSPOUT_TEMPLATE_MISSING",
        `${JSON.stringify(name)} leads out of the template directory ${this.root}`,
      );
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") throw missing(name, `in ${this.root}`);
      throw error;
    }
  }
}

/** Templates compiled ahead of time: nothing is read, and no code is made while the program runs. */
export class PrecompiledLoader extends BaseLoader {
  readonly #templates: ReadonlyMap<string, Precompiled>;
  readonly #loaded = new Map<string, Template>();
  readonly #options: LoaderOptions;

  constructor(templates: Iterable<Precompiled>, options: Pick<LoaderOptions, "namespace" | "imports"> = {}) {
    super(options);
    this.#options = options;
    this.#templates = new Map([...templates].map((one) => [one.name, one]));
  }
  override load(name: string, parentName?: string): Template {
    const path = this.resolvePath(name, parentName);
    let template = this.#loaded.get(path);
    if (template === undefined) {
      const precompiled = this.#templates.get(path);
      if (precompiled === undefined) throw missing(path, among([...this.#templates.keys()]));
      this.#loaded.set(path, (template = new Template(precompiled, this.#options)));
    }
    return template;
  }
  protected read(name: string): string {
    throw missing(name, "among those compiled ahead of time");
  }
}

/** Templates in memory, by name. */
export class DictLoader extends BaseLoader {
  readonly #sources: { readonly [name: string]: string };

  constructor(sources: { readonly [name: string]: string }, options: LoaderOptions = {}) {
    super(options);
    this.#sources = sources;
  }
  override resolvePath(name: string, parentName?: string): string {
    // As in Tornado, only names with a directory are relative to one.
    if (parentName === undefined || !parentName.includes("/")) return posix.normalize(name).replace(/^\/+/, "");
    return super.resolvePath(name, parentName);
  }
  protected read(name: string): string {
    const source = Object.hasOwn(this.#sources, name) ? this.#sources[name] : undefined;
    if (source === undefined) throw missing(name, among(Object.keys(this.#sources)));
    return source;
  }
}
