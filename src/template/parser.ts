/** Reads the language of templates (Tornado's `template` module) into nodes. Knows no loader and writes no code. */
import { ParseError } from "./errors.ts";
import type { If, Node, TemplateFile, Try } from "./nodes.ts";
import { findTagEnd } from "./tokens.ts";
import { checkWhitespaceMode, filterWhitespace } from "./whitespace.ts";
import type { WhitespaceMode } from "./whitespace.ts";

/** What may stand between the beginning of a block and its `{% end %}`. */
const INTERMEDIATE: { readonly [operator: string]: readonly string[] } = {
  else: ["if", "for", "while", "try"],
  elif: ["if"],
  except: ["try"],
  catch: ["try"],
  finally: ["try"],
};
/** Operators with a body. */
const BLOCKS = new Set(["apply", "block", "for", "if", "try", "while"]);

/** A body up to a tag that belongs to the block around it. */
interface Body {
  readonly nodes: Node[];
  /** The tag that ended it; undefined at the end of the template. */
  readonly end: { readonly operator: string; readonly suffix: string; readonly line: number } | undefined;
}

/** @throws ParseError on what cannot be understood. */
export function parseTemplate(source: string, name: string, whitespace: WhitespaceMode): TemplateFile {
  return new Parser(source, name, whitespace).parse();
}

class Parser {
  readonly #source: string;
  readonly #name: string;
  #at = 0;
  #line = 1;
  #counted = 0;
  #whitespace: WhitespaceMode;
  #parent: { name: string; line: number } | undefined = undefined;
  #autoescape: string | null | undefined = undefined;

  constructor(source: string, name: string, whitespace: WhitespaceMode) {
    this.#source = source;
    this.#name = name;
    this.#whitespace = whitespace;
  }

  parse(): TemplateFile {
    const { nodes, end } = this.#body(undefined, undefined);
    if (end !== undefined) throw this.#wrong("Extra {% end %} block", end.line);
    return { name: this.#name, body: nodes, parent: this.#parent, autoescape: this.#autoescape };
  }

  #wrong(message: string, line = this.#lineAt(this.#at)): ParseError {
    return new ParseError(message, this.#name, line);
  }

  /** Line of an offset that does not lie before the last one asked for. */
  #lineAt(offset: number): number {
    for (; this.#counted < offset; this.#counted++) if (this.#source[this.#counted] === "\n") this.#line++;
    return this.#line;
  }

  /** Reads up to the tag that ends the block `inside`, or to the end. `loop`: the loop a `break` would leave. */
  #body(inside: string | undefined, loop: string | undefined): Body {
    const nodes: Node[] = [];
    for (;;) {
      const start = this.#nextTag();
      if (start < 0) {
        if (inside !== undefined) throw this.#wrong(`Missing {% end %} block for ${inside}`);
        this.#text(nodes, this.#source.length);
        return { nodes, end: undefined };
      }
      this.#text(nodes, start);
      const line = this.#lineAt(start);
      const brace = this.#source.slice(start, start + 2);
      this.#at = start + 2;
      if (this.#source[this.#at] === "!") {
        this.#at++;
        nodes.push({ kind: "text", value: brace, line });
      } else if (brace === "{#") this.#skipComment();
      else if (brace === "{{") nodes.push({ kind: "expression", code: this.#expression(), escaped: true, line });
      else {
        const end = this.#tag(nodes, line, inside, loop);
        if (end !== undefined) return { nodes, end };
      }
    }
  }

  /** Offset of the next `{{`, `{%` or `{#`; of several braces in a row the innermost two. */
  #nextTag(): number {
    for (let at = this.#at; ; at++) {
      at = this.#source.indexOf("{", at);
      if (at < 0 || at + 1 >= this.#source.length) return -1;
      const next = this.#source[at + 1];
      if (next !== "{" && next !== "%" && next !== "#") continue;
      if (next === "{" && this.#source[at + 2] === "{") continue;
      return at;
    }
  }

  #text(nodes: Node[], end: number): void {
    const text = this.#source.slice(this.#at, end);
    if (text === "") return;
    const line = this.#lineAt(this.#at);
    // What is preformatted stays as it is.
    const value = text.includes("<pre") ? text : filterWhitespace(this.#whitespace, text);
    nodes.push({ kind: "text", value, line });
    this.#at = end;
  }

  #skipComment(): void {
    const end = this.#source.indexOf("#}", this.#at);
    if (end < 0) throw this.#wrong("Missing end comment #}");
    this.#at = end + 2;
  }

  #expression(): string {
    const end = findTagEnd(this.#source, this.#at, "}}");
    if (end < 0) throw this.#wrong("Missing end expression }}");
    const code = this.#source.slice(this.#at, end).trim();
    if (code === "") throw this.#wrong("Empty expression");
    this.#at = end + 2;
    return code;
  }

  /** A `{% … %}` tag; gives it back where it belongs to the block around. */
  #tag(nodes: Node[], line: number, inside: string | undefined, loop: string | undefined): Body["end"] {
    // What is no code may have apostrophes in it.
    const isCode = !/^\s*(?:comment|block|extends|include)\b/.test(this.#source.slice(this.#at, this.#at + 100));
    const close = isCode ? findTagEnd(this.#source, this.#at, "%}") : this.#source.indexOf("%}", this.#at);
    if (close < 0) throw this.#wrong("Missing end block %}");
    const contents = this.#source.slice(this.#at, close).trim();
    this.#at = close + 2;
    const [, operator = "", suffix = ""] = /^(\S*)\s*([^]*)$/.exec(contents) ?? [];
    if (operator === "") throw this.#wrong("Empty block tag ({% %})", line);
    if (operator === "end") {
      if (inside === undefined) throw this.#wrong("Extra {% end %} block", line);
      return { operator, suffix, line };
    }
    const allowed = Object.hasOwn(INTERMEDIATE, operator) ? INTERMEDIATE[operator] : undefined;
    if (allowed !== undefined) {
      if (inside === undefined) throw this.#wrong(`${operator} outside ${allowed.join(" or ")} block`, line);
      if (!allowed.includes(inside)) throw this.#wrong(`${operator} block cannot be attached to ${inside} block`, line);
      return { operator, suffix, line };
    }
    if (BLOCKS.has(operator)) nodes.push(this.#block(operator, suffix, line, loop));
    else if (operator === "break" || operator === "continue") {
      if (loop === undefined) throw this.#wrong(`${operator} outside for or while block`, line);
      nodes.push({ kind: operator, line });
    } else this.#single(nodes, operator, suffix, line);
    return undefined;
  }

  /** A tag without a body. */
  #single(nodes: Node[], operator: string, suffix: string, line: number): void {
    const needs = (what: string): string => {
      if (suffix === "") throw this.#wrong(`${operator} missing ${what}`, line);
      return suffix;
    };
    switch (operator) {
      case "comment":
        return;
      case "extends":
        this.#parent = { name: this.#path(operator, suffix, line), line };
        return;
      case "include":
        nodes.push({ kind: "include", name: this.#path(operator, suffix, line), line });
        return;
      case "set":
        nodes.push({ kind: "set", code: needs("statement"), line });
        return;
      case "import":
      case "from":
        nodes.push(this.#import(operator, needs("statement"), line));
        return;
      case "autoescape":
        this.#autoescape = /^(?:None|null)$/.test(needs("function name")) ? null : suffix;
        return;
      case "whitespace":
        this.#whitespace = checkWhitespaceMode(needs("mode"));
        return;
      case "raw":
        nodes.push({ kind: "expression", code: needs("expression"), escaped: false, line });
        return;
      case "module":
        nodes.push({ kind: "expression", code: `_tt_modules.${needs("name")}`, escaped: false, line });
        return;
      default:
        throw this.#wrong(`unknown operator: '${operator}'`, line);
    }
  }

  #path(operator: string, suffix: string, line: number): string {
    const path = unquoted(suffix);
    if (path === "") throw this.#wrong(`${operator} missing file path`, line);
    return path;
  }

  /** `import a`, `import a as b`, `from a import b, c as d`: names of what the loader was given as `imports`. */
  #import(operator: string, suffix: string, line: number): Node {
    const malformed = (): ParseError => this.#wrong(`cannot understand ${operator} ${suffix}`, line);
    const named = (text: string): { imported: string; local: string } => {
      const match = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\s+as\s+([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/u.exec(
        text.trim(),
      );
      if (match?.[1] === undefined) throw malformed();
      return { imported: match[1], local: match[2] ?? match[1] };
    };
    if (operator === "import") {
      const { imported, local } = named(suffix);
      return { kind: "import", names: [{ imported: "*", local }], from: imported, line };
    }
    const match = /^(\S+)\s+import\s+([^]+)$/.exec(suffix);
    if (match?.[1] === undefined || match[2] === undefined) throw malformed();
    return { kind: "import", names: match[2].split(",").map(named), from: unquoted(match[1]), line };
  }

  #block(operator: string, suffix: string, line: number, loop: string | undefined): Node {
    switch (operator) {
      case "if":
        return this.#if(this.#required(suffix, operator, line), line, loop);
      case "try":
        return this.#try(line, loop);
      case "for":
      case "while": {
        const code = this.#required(suffix, operator, line);
        const { nodes: body, end } = this.#body(operator, operator);
        const otherwise = end?.operator === "else" ? this.#last(operator, loop) : undefined;
        return { kind: operator, code, body, otherwise, line };
      }
      case "apply": {
        const code = this.#required(suffix, operator, line);
        // What is applied is a function of its own: no loop around it can be left from inside.
        return { kind: "apply", code, body: this.#last(operator, undefined), line };
      }
      default:
        return { kind: "block", name: this.#required(suffix, operator, line), body: this.#last(operator, loop), line };
    }
  }
  #required(suffix: string, operator: string, line: number): string {
    if (suffix === "") throw this.#wrong(`${operator} missing ${operator === "block" ? "name" : "expression"}`, line);
    return suffix;
  }

  /** A body that only `{% end %}` may end. */
  #last(inside: string, loop: string | undefined): Node[] {
    const { nodes, end } = this.#body(inside, loop);
    if (end !== undefined && end.operator !== "end")
      throw this.#wrong(`${end.operator} block cannot be attached to ${inside} block`, end.line);
    return nodes;
  }

  #if(code: string, line: number, loop: string | undefined): If {
    const branches: { code: string; body: readonly Node[]; line: number }[] = [];
    let otherwise: readonly Node[] | undefined;
    let condition = { code, line };
    for (;;) {
      const { nodes, end } = this.#body("if", loop);
      branches.push({ ...condition, body: nodes });
      if (end?.operator === "else" && end.suffix.startsWith("if "))
        condition = { code: end.suffix.slice(3), line: end.line };
      else if (end?.operator === "elif")
        condition = { code: this.#required(end.suffix, "elif", end.line), line: end.line };
      else {
        if (end?.operator === "else") otherwise = this.#last("if", loop);
        return { kind: "if", branches, otherwise, line };
      }
    }
  }

  #try(line: number, loop: string | undefined): Try {
    const handlers: { code: string; body: readonly Node[]; line: number }[] = [];
    let otherwise: readonly Node[] | undefined;
    let last: readonly Node[] | undefined;
    const first = this.#body("try", loop);
    for (let end = first.end; end !== undefined && end.operator !== "end";) {
      const { operator, suffix } = end;
      const part = this.#body("try", loop);
      if (operator === "except" || operator === "catch")
        handlers.push({ code: operator === "catch" ? `as ${suffix}` : suffix, body: part.nodes, line: end.line });
      else if (operator === "else") otherwise = part.nodes;
      else last = part.nodes;
      end = part.end;
    }
    if (handlers.length === 0 && last === undefined) throw this.#wrong("try without except or finally", line);
    return { kind: "try", body: first.nodes, handlers, otherwise, last, line };
  }
}

const unquoted = (text: string): string => text.replace(/^(["'])([^]*)\1$/, "$2");
