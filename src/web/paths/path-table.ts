/**
 * Which handler answers a path. Routes are tried in the order they were given, as in Tornado, but not one by one: constant
 * paths are found in a map, path patterns in a tree of segments, and of what matches the earliest route wins. Only regular
 * expressions are tried in turn.
 */
import type { Pattern } from "./parameters.ts";
import { normalPath, parsePathPattern } from "./path-pattern.ts";
import type { Segment } from "./path-pattern.ts";
import { wholly } from "./regexp-pattern.ts";

/** A pattern and what belongs to it. */
export interface RouteEntry<T> {
  readonly pattern: Pattern;
  readonly target: T;
}

/** What was found: the target, and the captured parts of the path, still percent-encoded unless said. */
export interface RouteMatch<T> {
  readonly target: T;
  readonly captured: readonly (string | undefined)[];
  /** What a matcher of the program's own says of `pathKwargs`. */
  readonly kwargs?: { readonly [name: string]: string | undefined } | undefined;
  /** False: what was captured is as the handler is to get it. Nothing: it may be encoded if the path of the request is. */
  readonly encoded?: boolean;
}

interface Leaf<T> {
  readonly index: number;
  readonly target: T;
}

interface Node<T> {
  /** Children by constant segment. */
  constants: Map<string, Node<T>>;
  /** Child for `:name`. */
  parameter: Node<T> | undefined;
  /** A pattern that ends here. */
  leaf: Leaf<T> | undefined;
  /** A pattern whose `*` stands here. */
  rest: Leaf<T> | undefined;
}

interface Expression<T> extends Leaf<T> {
  readonly regexp: RegExp;
}

const NOTHING: readonly string[] = [];
const newNode = <T>(): Node<T> => ({ constants: new Map(), parameter: undefined, leaf: undefined, rest: undefined });

export class PathTable<T> {
  readonly #constants = new Map<string, Leaf<T> & RouteMatch<T>>();
  readonly #tree: Node<T> = newNode();
  /** One for all searches: a search calls nobody, so there is never a second one meanwhile. */
  readonly #search = new TreeSearch<T>();
  readonly #expressions: Expression<T>[] = [];
  #patterns = 0;
  /** Index of the first route that is no constant path: constants before it win without a search. */
  #firstPattern = Infinity;
  #count = 0;

  constructor(entries: Iterable<RouteEntry<T>> = []) {
    for (const { pattern, target } of entries) this.add(pattern, target);
  }

  /** @throws UsageError on a path pattern that cannot be understood. */
  add(pattern: Pattern, target: T): void {
    const index = this.#count++;
    if (pattern instanceof RegExp) {
      this.#firstPattern = Math.min(this.#firstPattern, index);
      this.#expressions.push({ index, target, regexp: wholly(pattern) });
      return;
    }
    const { text, segments, names } = parsePathPattern(pattern);
    if (names.length === 0) {
      if (!this.#constants.has(text)) this.#constants.set(text, { index, target, captured: NOTHING });
      return;
    }
    this.#firstPattern = Math.min(this.#firstPattern, index);
    this.#addToTree(segments, { index, target });
  }

  #addToTree(segments: readonly Segment[], leaf: Leaf<T>): void {
    let node = this.#tree;
    this.#patterns++;
    for (const segment of segments) {
      if (segment.kind === "rest") {
        node.rest ??= leaf;
        return;
      }
      if (segment.kind === "parameter") {
        node = node.parameter ??= newNode();
        continue;
      }
      let child = node.constants.get(segment.text);
      if (child === undefined) node.constants.set(segment.text, (child = newNode()));
      node = child;
    }
    node.leaf ??= leaf;
  }

  /** The earliest route that matches a path. Regular expressions see it as it was sent. */
  find(sent: string): RouteMatch<T> | undefined {
    // Constants are in their normal form, and so is a path that equals one.
    const found = this.#constants.get(sent);
    const path = found === undefined ? normalPath(sent) : sent;
    const constant = found ?? (path === sent ? undefined : this.#constants.get(path));
    if (constant === undefined ? this.#firstPattern === Infinity : constant.index < this.#firstPattern) return constant;
    let best: (Leaf<T> & RouteMatch<T>) | undefined = constant;
    if (this.#patterns > 0) {
      const leaf = this.#search.run(this.#tree, path, best === undefined ? Infinity : best.index);
      if (leaf !== undefined) best = { index: leaf.index, target: leaf.target, captured: this.#search.captured };
    }
    for (const { index, target, regexp } of this.#expressions) {
      if (best !== undefined && index > best.index) break;
      const match = regexp.exec(sent);
      if (match !== null) return { target, captured: match.slice(1) };
    }
    return best;
  }
}

/** Looks through the tree for the earliest route; constant and `:name` children are both followed where both fit. */
class TreeSearch<T> {
  captured: readonly string[] = NOTHING;
  private found: Leaf<T> | undefined = undefined;
  private path = "";
  private before = 0;
  private readonly current: string[] = [];

  /** The earliest pattern in the tree that matches, if it comes before that index; `captured` is what it captures. */
  run(tree: Node<T>, path: string, before: number): Leaf<T> | undefined {
    this.found = undefined;
    this.path = path;
    this.before = before;
    this.visit(tree, 1, 0);
    return this.found;
  }

  /** `start`: where the next segment begins; past the end, the path is used up. */
  private visit(node: Node<T>, start: number, depth: number): void {
    const { path } = this;
    if (start > path.length) {
      this.take(node.leaf, depth);
      return;
    }
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    const segment = path.substring(start, end);
    const child = node.constants.get(segment);
    if (child !== undefined) this.visit(child, end + 1, depth);
    if (node.parameter !== undefined && segment !== "") {
      this.current[depth] = segment;
      this.visit(node.parameter, end + 1, depth + 1);
    }
    if (node.rest !== undefined && node.rest.index < this.before) {
      this.current[depth] = path.substring(start);
      this.take(node.rest, depth + 1);
    }
  }

  private take(leaf: Leaf<T> | undefined, depth: number): void {
    if (leaf === undefined || leaf.index >= this.before) return;
    this.found = leaf;
    this.before = leaf.index;
    this.captured = this.current.slice(0, depth);
  }
}
