/**
 * Reads the declaration files that tsc writes: which names a module exports, and for each its declaration and doc comment. A scanner for
 * the regular text tsc writes, not for all of TypeScript; the compiler of version 7 has no interface for programs yet.
 */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * @typedef {{ name: string, kind: string, text: string, doc: string, file: string }} Declaration `text` without `export declare`
 */

const OPENING = "([{";
const CLOSING = ")]}";
/** Statements that end with their closing brace, all others with a semicolon. */
const BLOCK = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|namespace)\b/;

/** Index behind the string, template or comment that begins at `at`; `at` itself where none does. */
function skipQuoted(text, at) {
  const quote = text[at];
  if (quote === "/" && text[at + 1] === "*") return text.indexOf("*/", at) + 2;
  if (quote === "/" && text[at + 1] === "/") return text.indexOf("\n", at) + 1 || text.length;
  if (quote !== '"' && quote !== "'" && quote !== "`") return at;
  let end = at + 1;
  while (end < text.length && text[end] !== quote) end += text[end] === "\\" ? 2 : 1;
  return end + 1;
}

/** Index behind the statement or member that begins at `at`. */
function endOf(text, at) {
  const isBlock = BLOCK.test(text.slice(at, at + 60));
  let depth = 0;
  for (let i = at; i < text.length;) {
    const behind = skipQuoted(text, i);
    if (behind > i) {
      i = behind;
      continue;
    }
    const char = text[i++];
    if (OPENING.includes(char)) depth++;
    else if (CLOSING.includes(char)) {
      depth--;
      // The brace of a type in the head of a class is followed by more of the head.
      if (depth === 0 && char === "}" && isBlock && !/^\s*[>,&|]/.test(text.slice(i))) return i;
    } else if (char === ";" && depth === 0) return i;
  }
  return text.length;
}

/** Statements or members, each with the doc comment right in front of it; comments that belong to none stand alone, without text. */
export function split(text) {
  const found = [];
  let doc = "";
  for (let at = 0; ;) {
    while (/\s/.test(text[at] ?? "")) at++;
    if (at >= text.length) break;
    if (text.startsWith("/*", at) || text.startsWith("//", at)) {
      if (doc !== "") found.push({ doc, text: "" });
      const end = skipQuoted(text, at);
      doc = text.startsWith("/**", at) ? plain(text.slice(at, end)) : "";
      at = end;
      continue;
    }
    const end = endOf(text, at);
    found.push({ doc, text: text.slice(at, end) });
    doc = "";
    at = end;
  }
  if (doc !== "") found.push({ doc, text: "" });
  return found;
}

/** The text of a doc comment without its stars. */
const plain = (comment) =>
  comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(class|interface|type|const|let|function|namespace) ([\w$]+)/;

const modules = new Map();
const folders = { declarations: "", sources: "" };

/** Where the declarations are, and what they were made of: tsc drops the comment of a file whose first statement is not exported. */
export function useFolders(declarations, sources) {
  Object.assign(folders, { declarations, sources });
}

/** The comment a source file opens with. */
function openingComment(file) {
  const source = join(folders.sources, relative(folders.declarations, file)).replace(/\.d\.ts$/, ".ts");
  const text = readFileSync(source, "utf8");
  return text.startsWith("/**") ? plain(text.slice(0, skipQuoted(text, 0))) : "";
}

/** A declaration file: its own comment, its declarations by name, what it imports and what it exports from where. */
export function readModule(file) {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const module = { file, doc: openingComment(file), declarations: new Map(), imports: new Map(), exports: [] };
  modules.set(file, module);
  const statements = split(readFileSync(file, "utf8"));
  // It is the file's, also where tsc has left nothing between it and the first declaration.
  if (statements[0]?.doc === module.doc) statements[0].doc = "";
  for (const { doc, text } of statements) readStatement(module, doc, text);
  return module;
}

const resolve = (module, specifier) =>
  specifier.startsWith(".") ? join(dirname(module.file), specifier).replace(/\.ts$/, ".d.ts") : undefined;

/** `A, type B, C as D` as `[name there, name here]`. */
const names = (list) =>
  list
    .split(",")
    .map((one) => one.trim().replace(/^type /, ""))
    .filter((one) => one !== "")
    .map((one) => {
      const [from, to = from] = one.split(" as ");
      return [from, to];
    });

function readStatement(module, doc, text) {
  const from = /^(import|export) (?:type )?\{([^}]*)\} from "([^"]+)";$/.exec(text);
  if (from !== null) {
    const file = resolve(module, from[3]);
    for (const [name, here] of names(from[2])) {
      if (from[1] === "import") module.imports.set(here, { file, name });
      else module.exports.push({ exported: here, file, name });
    }
    return;
  }
  const all = /^export \*(?: as ([\w$]+))? from "([^"]+)";$/.exec(text);
  if (all !== null) {
    const file = resolve(module, all[2]);
    if (all[1] !== undefined) module.exports.push({ exported: all[1], file, name: "*" });
    else for (const { exported } of readModule(file).exports) module.exports.push({ exported, file, name: exported });
    return;
  }
  const declared = DECLARATION.exec(text);
  if (declared === null) return;
  const [, kind, name] = declared;
  const bare = text.replace(/^export /, "").replace(/^declare /, "");
  const earlier = module.declarations.get(name);
  if (earlier !== undefined && kind === "function") {
    // An overload.
    earlier.text += `\n${bare}`;
    earlier.doc ||= doc;
    return;
  }
  module.declarations.set(name, { name, kind, text: bare, doc, file: module.file });
  if (text.startsWith("export ")) module.exports.push({ exported: name, file: module.file, name });
}

/** The declaration a name stands for in a module, as far as that is in the package. @returns {Declaration | undefined} */
export function find(file, name) {
  const module = readModule(file);
  const own = module.declarations.get(name);
  if (own !== undefined) return own;
  const elsewhere = module.imports.get(name) ?? module.exports.find(({ exported }) => exported === name);
  return elsewhere?.file === undefined ? undefined : find(elsewhere.file, elsewhere.name);
}

/** What a module exports, in its order: the name it has there, and its declaration. */
export function exportsOf(file) {
  const found = [];
  for (const { exported, file: source, name } of readModule(file).exports) {
    if (source === undefined) continue;
    const declaration = name === "*" ? namespaceOf(source) : find(source, name);
    if (declaration === undefined) throw new Error(`${file}: where is ${exported}?`);
    found.push({ exported, declaration });
  }
  return found;
}

/** A module that is exported as one name. */
function namespaceOf(file) {
  const { doc, declarations } = readModule(file);
  return { name: "*", kind: "module", text: [...declarations.keys()].join(", "), doc, file };
}
