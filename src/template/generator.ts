/**
 * Writes the function of a template: its ancestors, blocks and includes put together into one body of JavaScript, so that all of it shares
 * its local names. In it `$n` is the namespace, `$o` what has been written, `$l` the place that is being run.
 */
import { UsageError } from "../errors.ts";
import { ParseError } from "./errors.ts";
import type { TemplatePosition } from "./errors.ts";
import { assignment, boundNames, target, value } from "./assignment.ts";
import { isReserved, ownName, translate } from "./expression.ts";
import type { Block, Loop, Node, TemplateFile, Try } from "./nodes.ts";
import { pythonIn } from "./python.ts";
import { tokenize } from "./tokens.ts";

/** Finds other templates for one that names them. */
export interface TemplateSource {
  /** @throws ParseError or an error of the system where there is none. */
  resolve(name: string, from: string): TemplateFile;
}

export interface Generated {
  /** Body of a function of `$n`, `$r` (the runtime). */
  readonly code: string;
  /** Places by their number in the code. */
  readonly positions: readonly TemplatePosition[];
  /** Every piece of the template's own code, for the search of what the engine will not take. */
  readonly fragments: readonly Fragment[];
}

interface Fragment {
  readonly code: string;
  /** As it stands in the template. */
  readonly source: string;
  readonly position: TemplatePosition;
}

/** An escape that a file has chosen: a function by its name, or none. */
type Escape = string | null;

export function generate(file: TemplateFile, source: TemplateSource | undefined, defaultEscape: Escape): Generated {
  return new Generator(source, defaultEscape).generate(file);
}

interface Named {
  readonly block: Block;
  readonly file: TemplateFile;
}

class Generator {
  readonly #source: TemplateSource | undefined;
  readonly #defaultEscape: Escape;
  readonly #lines: string[] = [];
  readonly #positions: TemplatePosition[] = [];
  readonly #fragments: Fragment[] = [];
  readonly #blocks = new Map<string, Named>();
  readonly #locals = new Set<string>();
  #bound: string[] = [];
  #file: TemplateFile | undefined = undefined;
  #via: TemplatePosition | undefined = undefined;
  #position = -1;
  #serial = 0;
  /** Flags of the loops around, which a `break` clears where the loop has an `else`. */
  #loops: (string | undefined)[] = [];

  constructor(source: TemplateSource | undefined, defaultEscape: Escape) {
    this.#source = source;
    this.#defaultEscape = defaultEscape;
  }

  generate(file: TemplateFile): Generated {
    const ancestors = this.#ancestors(file);
    for (const ancestor of ancestors) this.#collectBlocks(ancestor.body, ancestor);
    for (const ancestor of ancestors) this.#collectLocals(ancestor.body, ancestor);
    this.#inFile(ancestors[0] as TemplateFile, undefined, () => this.#nodes((ancestors[0] as TemplateFile).body));
    const declared = [...this.#locals].map((name) => `${ownName(name)} = "${name}" in $n ? $n.${name} : undefined`);
    const code = [
      // As in a module, so that what is compiled ahead of time means the same.
      `"use strict";`,
      `const { s: $s, e: $e, g: $g, i: $i, m: $m, f: $f } = $r;`,
      `let $o = "", $l = 0;`,
      ...(declared.length === 0 ? [] : [`let ${declared.join(", ")};`]),
      "try {",
      ...this.#lines,
      "} catch ($x) { throw $f($x, $l); }",
      "return $o;",
    ].join("\n");
    return { code, positions: this.#positions, fragments: this.#fragments };
  }

  /** The template and those it extends, the root first. */
  #ancestors(file: TemplateFile): TemplateFile[] {
    const ancestors = [file];
    for (let one = file; one.parent !== undefined;) {
      const { name, line } = one.parent;
      const parent = this.#other(name, one, line);
      if (ancestors.includes(parent)) throw new ParseError(`${parent.name} extends itself`, one.name, line);
      ancestors.unshift(parent);
      one = parent;
    }
    return ancestors;
  }

  #other(name: string, from: TemplateFile, line: number): TemplateFile {
    if (this.#source === undefined)
      throw new ParseError("{% extends %} and {% include %} need a template loader", from.name, line);
    try {
      return this.#source.resolve(name, from.name);
    } catch (error) {
      if (!(error instanceof UsageError) || error.code !== "ERR_LANDSPOUT_TEMPLATE_MISSING") throw error;
      throw new UsageError(error.code, `${error.message}; it is named at ${from.name}:${line}`);
    }
  }

  /** Calls `visit` for a node and all those in it; included templates are looked into. */
  #walk(
    nodes: readonly Node[],
    file: TemplateFile,
    visit: (node: Node, file: TemplateFile) => void,
    including: readonly TemplateFile[] = [],
  ): void {
    const into = (inner: readonly Node[] | undefined): void => {
      if (inner !== undefined) this.#walk(inner, file, visit, including);
    };
    for (const node of nodes) {
      visit(node, file);
      if (node.kind === "include") {
        const other = this.#other(node.name, file, node.line);
        if (other === file || including.includes(other))
          throw new ParseError(`${other.name} includes itself`, file.name, node.line);
        this.#walk(other.body, other, visit, [...including, file]);
      } else if (node.kind === "if") {
        for (const branch of node.branches) into(branch.body);
        into(node.otherwise);
      } else if (node.kind === "try") {
        into(node.body);
        for (const handler of node.handlers) into(handler.body);
        into(node.otherwise);
        into(node.last);
      } else if ("body" in node) {
        into(node.body);
        if ("otherwise" in node) into(node.otherwise);
      }
    }
  }

  /** Later ones, those of descendants, take the place of earlier ones. */
  #collectBlocks(nodes: readonly Node[], file: TemplateFile): void {
    this.#walk(nodes, file, (node, where) => {
      if (node.kind === "block") this.#blocks.set(node.name, { block: node, file: where });
    });
  }

  /** Names that `set` and `import` give values live as long as the function. */
  #collectLocals(nodes: readonly Node[], file: TemplateFile): void {
    this.#walk(nodes, file, (node, { name: filename }) => {
      if (node.kind === "set") this.#takeNames(assignment(node.code).names, filename, node.line);
      else if (node.kind === "import")
        this.#takeNames(
          node.names.map(({ local }) => local),
          filename,
          node.line,
        );
    });
  }
  #takeNames(names: readonly string[], filename: string, line: number): void {
    checkNames(names, filename, line);
    for (const name of names) this.#locals.add(name);
  }

  #inFile(file: TemplateFile, via: TemplatePosition | undefined, work: () => void): void {
    const before = [this.#file, this.#via] as const;
    this.#file = file;
    this.#via = via;
    work();
    [this.#file, this.#via] = before;
  }

  // --- writing ---

  #emit(line: string): void {
    this.#lines.push(line);
  }
  /** Notes which place is run next. */
  #mark(line: number): TemplatePosition {
    const position = { name: this.#file?.name ?? "", line, via: this.#via };
    const last = this.#positions[this.#position];
    if (last === undefined || last.line !== line || last.name !== position.name || last.via !== position.via)
      this.#position = this.#positions.push(position) - 1;
    this.#emit(`$l = ${this.#position};`);
    return position;
  }
  readonly #isLocal = (name: string): boolean => this.#locals.has(name) || this.#bound.includes(name);

  /** Code of the template's, translated; `source` is what it was in the template. */
  #code(code: string, position: TemplatePosition, source = code): string {
    const complaint = pythonIn(code);
    if (complaint !== undefined) throw new ParseError(complaint, position.name, position.line);
    const translated = translate(code, this.#isLocal);
    this.#fragments.push({ code: translated, source, position });
    return translated;
  }
  get #escape(): Escape {
    const own = this.#file?.autoescape;
    return own === undefined ? this.#defaultEscape : own;
  }

  #nodes(nodes: readonly Node[]): void {
    for (const node of nodes) this.#node(node);
  }

  #node(node: Node): void {
    switch (node.kind) {
      case "text":
        this.#emit(`$o += ${JSON.stringify(node.value)};`);
        return;
      case "expression": {
        const code = this.#code(node.code, this.#mark(node.line));
        this.#emit(`$o += ${this.#escaped(code, node.escaped)};`);
        return;
      }
      case "set":
        this.#emit(`${this.#code(assignment(node.code).code, this.#mark(node.line), node.code)};`);
        return;
      case "import":
        this.#mark(node.line);
        for (const { imported, local } of node.names)
          this.#emit(`${ownName(local)} = $m(${JSON.stringify(node.from)}, ${JSON.stringify(imported)});`);
        return;
      case "if":
        this.#if(node);
        return;
      case "for":
      case "while":
        this.#loop(node);
        return;
      case "break": {
        const flag = this.#loops.at(-1);
        this.#emit(flag === undefined ? "break;" : `{ ${flag} = false; break; }`);
        return;
      }
      case "continue":
        this.#emit("continue;");
        return;
      case "try":
        this.#try(node);
        return;
      case "apply":
        this.#apply(node.code, node.body, node.line);
        return;
      case "block": {
        const { block, file } = this.#blocks.get(node.name) ?? { block: node, file: this.#file as TemplateFile };
        const via = file === this.#file ? this.#via : { name: this.#file?.name ?? "", line: node.line, via: this.#via };
        this.#inFile(file, via, () => this.#nodes(block.body));
        return;
      }
      case "include": {
        const from = this.#file as TemplateFile;
        const other = this.#other(node.name, from, node.line);
        this.#inFile(other, { name: from.name, line: node.line, via: this.#via }, () => this.#nodes(other.body));
      }
    }
  }

  /** The escaping function is found by its name, as every other; the usual one has a short cut. */
  #escaped(code: string, escaped: boolean): string {
    const escape = escaped ? this.#escape : null;
    if (escape === null) return `$s(${code})`;
    if (USUAL.has(escape)) return `$e(${code})`;
    const found = translate(escape, this.#isLocal);
    return `$s(${found}($s(${code})))`;
  }

  #if({ branches, otherwise }: Extract<Node, { kind: "if" }>): void {
    branches.forEach(({ code, body, line }, place) => {
      // A later condition cannot be told apart from the first by a statement before it.
      const position = place === 0 ? this.#mark(line) : { name: this.#file?.name ?? "", line, via: this.#via };
      this.#emit(`${place === 0 ? "" : "} else "}if (${this.#code(code, position)}) {`);
      this.#nodes(body);
    });
    if (otherwise !== undefined) {
      this.#emit("} else {");
      this.#nodes(otherwise);
    }
    this.#emit("}");
  }

  #loop(node: Loop): void {
    const flag = node.otherwise === undefined ? undefined : `$d${this.#serial++}`;
    if (flag !== undefined) this.#emit(`let ${flag} = true;`);
    const position = this.#mark(node.line);
    const bound = this.#bound;
    if (node.kind === "while") this.#emit(`while (${this.#code(node.code, position)}) {`);
    else this.#emit(this.#forHead(node.code, position));
    this.#loops.push(flag);
    this.#nodes(node.body);
    this.#loops.pop();
    this.#bound = bound;
    this.#emit("}");
    if (flag === undefined) return;
    this.#emit(`if (${flag}) {`);
    this.#nodes(node.otherwise ?? []);
    this.#emit("}");
  }

  /** `x in xs`, `x of xs`, `k, v in pairs`, or JavaScript's own `(let i = 0; …)`. */
  #forHead(code: string, position: TemplatePosition): string {
    const raw = /^\(([^]*)\)$/.exec(code)?.[1];
    if (raw?.includes(";") === true) {
      this.#bound = [...this.#bound, ...boundNames(/^\s*(?:let|const|var)\s([^]*?);/.exec(raw)?.[1] ?? "")];
      return `for (${this.#code(raw, position)}) {`;
    }
    const match = /^(?:(?:const|let|var)\s+)?([^]+?)\s+(?:in|of)\s+([^]+)$/.exec(raw ?? code);
    if (match?.[1] === undefined || match[2] === undefined)
      throw new ParseError(`cannot understand for ${code}`, position.name, position.line);
    // Before the loop, where its names are not yet: `for node in node.children`.
    const list = `$c${this.#serial++}`;
    this.#emit(`const ${list} = $i(${this.#code(value(tokenize(match[2])), position, match[2])});`);
    const { code: pattern, names } = target(tokenize(match[1]));
    if (names.length === 0) throw new ParseError(`cannot understand for ${code}`, position.name, position.line);
    checkNames(names, position.name, position.line);
    this.#bound = [...this.#bound, ...names];
    const translated = translate(pattern, this.#isLocal);
    this.#fragments.push({ code: `let ${translated} of []`, source: code, position });
    // A template may set it to something else.
    return `for (let ${translated} of ${list}) {`;
  }

  #try({ body, handlers, otherwise, last }: Try): void {
    const serial = this.#serial++;
    if (last !== undefined) this.#emit("try {");
    if (otherwise !== undefined) this.#emit(`let $k${serial} = false;`);
    if (handlers.length > 0) this.#emit("try {");
    this.#nodes(body);
    if (otherwise !== undefined) this.#emit(`$k${serial} = true;`);
    if (handlers.length > 0) this.#handlers(handlers, `$x${serial}`);
    if (otherwise !== undefined) {
      this.#emit(`if ($k${serial}) {`);
      this.#nodes(otherwise);
      this.#emit("}");
    }
    if (last !== undefined) {
      this.#emit("} finally {");
      this.#nodes(last);
      this.#emit("}");
    }
  }

  /** `except`, `except Error`, `except (A, B) as e`, `except Error as e`. */
  #handlers(handlers: Try["handlers"], error: string): void {
    this.#emit(`} catch (${error}) {`);
    let all = false;
    handlers.forEach(({ code, body, line }, place) => {
      const [, types = "", name] = /^([^]*?)(?:\s*\bas\s+([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/u.exec(code) ?? [];
      const position = { name: this.#file?.name ?? "", line, via: this.#via };
      const kinds = types.trim().replace(/^\(([^]*)\)$/, "$1");
      const test = kinds === "" ? "true" : `[${this.#code(kinds, position)}].some(($t) => ${error} instanceof $t)`;
      all ||= kinds === "";
      this.#emit(`${place === 0 ? "" : "} else "}if (${test}) {`);
      const bound = this.#bound;
      if (name !== undefined) {
        this.#bound = [...bound, name];
        checkNames([name], position.name, line);
        this.#emit(`let ${ownName(name)} = ${error};`);
      }
      this.#nodes(body);
      this.#bound = bound;
    });
    this.#emit(all ? "}" : `} else throw ${error};`);
    this.#emit("}");
  }

  /** The body becomes a text of its own, and the function's result goes in its place. */
  #apply(code: string, body: readonly Node[], line: number): void {
    const before = `$b${this.#serial++}`;
    this.#emit(`const ${before} = $o; $o = ""; try {`);
    const loops = this.#loops;
    this.#loops = [];
    this.#nodes(body);
    this.#loops = loops;
    const called = this.#code(code, this.#mark(line));
    // An exception takes away what was written inside, and nothing else.
    this.#emit(`$o = ${before} + $s((${called})($o)); } catch ($y) { $o = ${before}; throw $y; }`);
  }
}

function checkNames(names: readonly string[], filename: string, line: number): void {
  const word = names.find(isReserved);
  if (word !== undefined)
    throw new ParseError(`${word} is a word of JavaScript and cannot name a value`, filename, line);
}

const USUAL = new Set(["xhtml_escape", "xhtmlEscape", "escape"]);
