/**
 * What a rule asks of a request before its target gets it (Tornado's `tornado.routing.Matcher`): host, path, method, anything a program
 * thinks of. A matcher sees the head of a request, never its content, and knows no targets.
 */
import { UsageError } from "../../errors.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import type { PathValue, Pattern, ReverseArguments } from "../paths/parameters.ts";
import {
  buildPath,
  byName,
  escapePart,
  normalPath,
  parsePathPattern,
  patternExpression,
  valuesInOrder,
} from "../paths/path-pattern.ts";
import { buildFromExpression, expressionParts, wholly } from "../paths/regexp-pattern.ts";
import type { ExpressionParts } from "../paths/regexp-pattern.ts";

/** What a matcher found in a request that it accepts, for the target. */
export interface MatchResult {
  /** Arguments of the handler's method. */
  readonly pathArgs?: readonly (string | undefined)[];
  /** The handler's `pathKwargs`. */
  readonly pathKwargs?: { readonly [name: string]: string | undefined };
  /** The parts stand as they did in the path, percent-encoded; the handler decodes them. Default false. */
  readonly encoded?: boolean;
}

/**
 * Accepts requests or not. Programs may add their own.
 *
 * @example
 * class SecureOnly extends Matcher {
 *   match(request: HTTPServerRequest) { return request.protocol === "https" ? {} : undefined; }
 * }
 */
export abstract class Matcher {
  /** What was found in a request, `{}` for nothing in particular; undefined (or null) where the rule does not apply. */
  abstract match(request: HTTPServerRequest): MatchResult | null | undefined;
  /** The path that would be matched, with values for its captured parts; undefined where a matcher knows of no path. */
  reverse(..._args: readonly unknown[]): string | undefined {
    return undefined;
  }
}

const MATCHED: MatchResult = Object.freeze({});

/** Accepts every request. */
export class AnyMatches extends Matcher {
  override match(_request: HTTPServerRequest): MatchResult {
    return MATCHED;
  }
}

/** Whether a host name, in lower case and without port, is meant by a pattern. */
function hostTest(pattern: Pattern): (hostName: string) => boolean {
  if (pattern instanceof RegExp) {
    const expression = wholly(pattern);
    return (hostName) => expression.test(hostName);
  }
  const name = pattern.toLowerCase();
  if (name === "*") return () => true;
  if (name === "" || /[/\s]|.\*|^\*[^.]|[^\]:]:[0-9]+$/.test(name)) {
    throw new UsageError(
      "ERR_LANDSPOUT_ROUTE",
      `${JSON.stringify(pattern)} is not a host: use a name without port, "*.name", "*" or a RegExp`,
    );
  }
  if (!name.startsWith("*.")) return (hostName) => hostName === name;
  const end = name.slice(1);
  return (hostName) => hostName.endsWith(end) && hostName.length > end.length;
}

/**
 * Accepts requests by their host, in lower case and without the port: a name, `*.example.com` for every name below, `*` for all, or a
 * RegExp for the whole name.
 */
export class HostMatches extends Matcher {
  readonly hostPattern: Pattern;
  readonly #test: (hostName: string) => boolean;

  constructor(hostPattern: Pattern) {
    super();
    this.hostPattern = hostPattern;
    this.#test = hostTest(hostPattern);
  }
  override match(request: HTTPServerRequest): MatchResult | undefined {
    return this.#test(request.hostName) ? MATCHED : undefined;
  }
}

/**
 * Accepts every request where the application's default host is meant by the pattern: whatever host the request names, it counts as one
 * for the default host. Not behind a proxy (`X-Real-Ip`), which knows the hosts it serves.
 */
export class DefaultHostMatches extends Matcher {
  readonly hostPattern: Pattern;
  readonly #application: { readonly defaultHost: string | undefined };
  readonly #test: (hostName: string) => boolean;

  constructor(application: { readonly defaultHost: string | undefined }, hostPattern: Pattern) {
    super();
    this.hostPattern = hostPattern;
    this.#application = application;
    this.#test = hostTest(hostPattern);
  }
  override match(request: HTTPServerRequest): MatchResult | undefined {
    const { defaultHost } = this.#application;
    if (defaultHost === undefined || request.headers.has("X-Real-Ip")) return undefined;
    return this.#test(defaultHost.toLowerCase()) ? MATCHED : undefined;
  }
}

/** Accepts requests by their method. RFC 9110 §9.1: names are case-sensitive. */
export class MethodMatches extends Matcher {
  readonly methods: readonly string[];

  constructor(...methods: readonly string[]) {
    super();
    this.methods = methods;
  }
  override match(request: HTTPServerRequest): MatchResult | undefined {
    return this.methods.includes(request.method) ? MATCHED : undefined;
  }
}

/**
 * Accepts requests by their path: a path pattern, or a RegExp that must match the whole path, as sent (percent-encoded). What they
 * capture becomes the arguments of the handler's method, decoded, and if it has a name, part of its `pathKwargs`.
 *
 * A RegExp runs on whatever path a client sends: one that backtracks without end, such as `(a+)+`, lets clients stop the server.
 */
export class PathMatches<P extends Pattern = Pattern> extends Matcher {
  readonly pattern: P;
  /** Names of the captured parts, in order; undefined for one without. */
  readonly names: readonly (string | undefined)[];
  readonly #pieces: ExpressionParts["pieces"];
  #expression: RegExp | undefined = undefined;

  /** @throws UsageError on a path pattern that cannot be understood. */
  constructor(pattern: P) {
    super();
    this.pattern = pattern;
    const parts = pattern instanceof RegExp ? expressionParts(pattern) : undefined;
    this.#pieces = parts?.pieces;
    this.names = parts?.names ?? parsePathPattern(pattern as string).names;
  }

  override match(request: HTTPServerRequest): MatchResult | undefined {
    const { pattern } = this;
    this.#expression ??=
      pattern instanceof RegExp ? wholly(pattern) : patternExpression(parsePathPattern(pattern as string));
    const found = this.#expression.exec(pattern instanceof RegExp ? request.path : normalPath(request.path));
    if (found === null) return undefined;
    if (found.length === 1) return MATCHED;
    const pathArgs = found.slice(1);
    return { pathArgs, pathKwargs: byName(this.names, pathArgs), encoded: true };
  }

  /**
   * The path of the pattern with values for its captured parts, in order or in one object by name.
   * @throws UsageError where values are missing or too many, or the path would lead elsewhere.
   */
  override reverse(...args: ReverseArguments<P>): string {
    const { pattern } = this;
    const values: readonly PathValue[] = valuesInOrder(String(pattern), this.names, args as readonly unknown[]);
    return pattern instanceof RegExp
      ? buildFromExpression(pattern, this.#pieces, values)
      : buildPath(parsePathPattern(pattern as string), values);
  }
}

/** Accepts what all of several matchers accept; together they give what each has found. */
export class AllMatch extends Matcher {
  readonly matchers: readonly Matcher[];

  constructor(...matchers: readonly Matcher[]) {
    super();
    this.matchers = matchers;
  }
  override match(request: HTTPServerRequest): MatchResult | undefined {
    let all = MATCHED;
    for (const matcher of this.matchers) {
      const result = matcher.match(request) ?? undefined;
      if (result === undefined) return undefined;
      if (all === MATCHED) all = result;
      else if (result !== MATCHED) all = merge(all, result);
    }
    return all;
  }
  override reverse(...args: readonly unknown[]): string | undefined {
    for (const matcher of this.matchers) {
      const path = matcher.reverse(...args) as string | null | undefined;
      if (path !== undefined && path !== null) return path;
    }
    return undefined;
  }
}

function merge(a: MatchResult, b: MatchResult): MatchResult {
  const encoded = a.encoded === true || b.encoded === true;
  const parts = [a, b].map((result) => (encoded && result.encoded !== true ? asEncoded(result) : result));
  return {
    pathArgs: parts.flatMap(({ pathArgs = [] }) => pathArgs),
    pathKwargs: Object.assign({}, ...parts.map(({ pathKwargs }) => pathKwargs)) as { [name: string]: string },
    encoded,
  };
}

/** In the company of parts that are still encoded. */
function asEncoded({ pathArgs = [], pathKwargs = {} }: MatchResult): MatchResult {
  const encode = (part: string | undefined): string | undefined =>
    part === undefined ? undefined : escapePart(part, false);
  return {
    pathArgs: pathArgs.map(encode),
    pathKwargs: Object.fromEntries(Object.entries(pathKwargs).map(([name, part]) => [name, encode(part)])),
  };
}
