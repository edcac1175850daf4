/**
 * Which plural form of a language goes with a number: the `Plural-Forms` line of a gettext catalogue, an expression of C over `n`.
 * Read by this parser into functions; nothing of a file is ever run as code.
 *
 *     expression = or [ "?" expression ":" expression ]
 *     or         = operand *( operator operand )          operators by precedence, as in C
 *     operand    = "n" / 1*DIGIT / "!" operand / "(" expression ")"
 */
import { LandspoutError } from "../errors.ts";

/** The number of the form for a count; NaN or out of range where the expression makes no sense of it. */
export type PluralRule = (count: number) => number;

/** The longest expression of any language is under 300 characters. */
const MAX_LENGTH = 1000;
/** Parentheses, `!` and `?` within each other, so that no file can exhaust the stack. */
const MAX_DEPTH = 20;

/** C's precedence: a higher number binds closer. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ["||", 1],
  ["&&", 2],
  ["==", 3],
  ["!=", 3],
  ["<", 4],
  [">", 4],
  ["<=", 4],
  [">=", 4],
  ["+", 5],
  ["-", 5],
  ["*", 6],
  ["/", 6],
  ["%", 6],
]);

/** What English does, and every catalogue that does not say: one, and more than one. */
export const germanicPlural: PluralRule = (count) => (count === 1 ? 0 : 1);

/**
 * The rule of a `Plural-Forms` value, as in `nplurals=2; plural=n != 1;`.
 *
 * @throws LandspoutError if it has no expression, or one that is malformed, too long or too deep
 */
export function parsePluralForms(field: string): PluralRule {
  const [, expression] = /(?:^|;)\s*plural\s*=([^;]*)/.exec(field) ?? [];
  if (expression === undefined) refuse(`no "plural=" in ${JSON.stringify(field.slice(0, MAX_LENGTH))}`);
  return parsePluralExpression(expression);
}

export function parsePluralExpression(expression: string): PluralRule {
  if (expression.length > MAX_LENGTH) refuse("the plural expression is too long");
  const tokens: string[] = [];
  for (const [token, known] of expression.matchAll(/([0-9]+|n|\|\||&&|[=!<>]=|[<>!+\-*/%?:()])|\S/g)) {
    if (known === undefined) refuse(`${JSON.stringify(token)} in a plural expression`);
    tokens.push(token);
  }
  const parser = new ExpressionParser(tokens);
  return parser.all();
}

function refuse(reason: string): never {
  throw new LandspoutError("ERR_LANDSPOUT_PLURAL_FORMS", `Malformed Plural-Forms: ${reason}`);
}

class ExpressionParser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  all(): PluralRule {
    const rule = this.#conditional();
    if (this.#at < this.#tokens.length) refuse(`${JSON.stringify(this.#tokens[this.#at])} where it should end`);
    return rule;
  }

  #conditional(): PluralRule {
    this.#enter();
    const condition = this.#binary(1);
    let rule = condition;
    if (this.#takes("?")) {
      const whenTrue = this.#conditional();
      if (!this.#takes(":")) refuse('no ":" after "?"');
      const whenFalse = this.#conditional();
      rule = (n) => (condition(n) === 0 ? whenFalse(n) : whenTrue(n));
    }
    this.#depth--;
    return rule;
  }

  /** Operators of at least this precedence, those of one precedence from left to right. */
  #binary(lowest: number): PluralRule {
    let left = this.#operand();
    for (;;) {
      const operator = this.#tokens[this.#at] ?? "";
      const precedence = PRECEDENCE.get(operator);
      if (precedence === undefined || precedence < lowest) return left;
      this.#at++;
      left = combined(operator, left, this.#binary(precedence + 1));
    }
  }

  #operand(): PluralRule {
    const token = this.#tokens[this.#at++];
    if (token === "n") return (n) => n;
    if (token === "!") {
      this.#enter();
      const operand = this.#operand();
      this.#depth--;
      return (n) => (operand(n) === 0 ? 1 : 0);
    }
    if (token === "(") {
      const inner = this.#conditional();
      if (!this.#takes(")")) refuse("a parenthesis is not closed");
      return inner;
    }
    if (token === undefined) refuse("the expression ends too early");
    if (!/^[0-9]/.test(token)) refuse(`${JSON.stringify(token)} where a number should be`);
    const value = Number(token);
    return () => value;
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #enter(): void {
    if (++this.#depth > MAX_DEPTH) refuse("the expression is too deep");
  }
}

/** Truth is 1 and 0, as in C. Of negative numbers, which C does not have here, division and remainder are Python's. */
function combined(operator: string, left: PluralRule, right: PluralRule): PluralRule {
  switch (operator) {
    case "||":
      return (n) => (left(n) !== 0 || right(n) !== 0 ? 1 : 0);
    case "&&":
      return (n) => (left(n) !== 0 && right(n) !== 0 ? 1 : 0);
    case "==":
      return (n) => (left(n) === right(n) ? 1 : 0);
    case "!=":
      return (n) => (left(n) === right(n) ? 0 : 1);
    case "<":
      return (n) => (left(n) < right(n) ? 1 : 0);
    case ">":
      return (n) => (left(n) > right(n) ? 1 : 0);
    case "<=":
      return (n) => (left(n) <= right(n) ? 1 : 0);
    case ">=":
      return (n) => (left(n) >= right(n) ? 1 : 0);
    case "+":
      return (n) => left(n) + right(n);
    case "-":
      return (n) => left(n) - right(n);
    case "*":
      return (n) => left(n) * right(n);
    case "/":
      return (n) => Math.floor(left(n) / right(n));
    default:
      return (n) => {
        const divisor = right(n);
        return ((left(n) % divisor) + divisor) % divisor;
      };
  }
}
