/** Plural-Forms: C's expressions, and nothing else that a file might hold. */
import * as assert from "uvu/assert";
import { parsePluralExpression, parsePluralForms } from "../../src/locale/plural-forms.ts";
import { suite } from "../_support/suite.ts";

const test = suite("locale: plural forms");

const refused = (error: unknown): boolean => (error as { code?: string }).code === "ERR_LANDSPOUT_PLURAL_FORMS";

/** Forms of 0 to 7. */
const formsOf = (expression: string): string =>
  Array.from({ length: 8 }, (_, n) => parsePluralExpression(expression)(n)).join("");

test("operators bind as in C", () => {
  const cases: [string, string][] = [
    ["n", "01234567"],
    ["n != 1", "10111111"],
    ["n>1", "00111111"],
    ["!n", "10000000"],
    ["!!n", "01111111"],
    ["!n==0", "01111111"],
    ["n==1?0:n==2?1:2", "20122222"],
    ["n ? n == 1 ? 1 : 2 : 0", "01222222"],
    ["n-1-1", "-2-1012345"],
    ["n%3==1||n%3==2&&n>4", "01001101"],
    ["(n%3==1||n%3==2)&&n>4", "00000101"],
    ["n<2==n<3", "11011111"],
    ["n>=2<=0", "11000000"],
    ["007+n", "7891011121314"],
  ];
  for (const [expression, forms] of cases) {
    assert.is(formsOf(expression), forms, expression);
  }
  assert.is(parsePluralExpression("1+n*2-n/2%3")(7), 15);
});

test("counts that are negative or no whole number are taken as Python takes them", () => {
  assert.is(parsePluralExpression("n%10")(-3), 7);
  assert.is(parsePluralExpression("n/2")(-3), -2);
  assert.is(parsePluralExpression("n!=1")(1.5), 1);
});

test("a division by zero chooses no form", () => {
  for (const expression of ["n/0", "n%0"]) assert.is(Number.isInteger(parsePluralExpression(expression)(0)), false);
});

test("the expression is found in its field", () => {
  assert.is(parsePluralForms("nplurals=2; plural=n != 1;")(1), 0);
  assert.is(parsePluralForms("nplurals=1; plural = 0")(1), 0);
  assert.is(parsePluralForms("plural=(n > 1)")(2), 1);
  for (const field of ["", "nplurals=2", "nplurals=2; plural=", "xplural=n"])
    assert.throws(() => parsePluralForms(field), refused);
});

test("everything else is refused", () => {
  for (const expression of [
    "",
    "nn",
    "n n",
    "n=1",
    "n==",
    "(n",
    "n)",
    "()",
    "n?1",
    "n?1:",
    "n:1",
    "-n",
    "+n",
    "n++",
    "n&1",
    "n|1",
    "n^1",
    "~n",
    "n<<1",
    "n,1",
    "m",
    "N",
    "n.x",
    "n[0]",
    "f(n)",
    "1n",
    "0x10",
    "1.5",
    "'a'",
    "process.exit(1)",
    "n;n",
    "n!",
    "? :",
    "n====1",
    "n\u00a0\u0660",
  ]) {
    assert.throws(() => parsePluralExpression(expression), refused, expression);
  }
});

test("length and depth are bounded", () => {
  parsePluralExpression(`${"(".repeat(19)}n${")".repeat(19)}`);
  for (const expression of [
    `${"(".repeat(30)}n${")".repeat(30)}`,
    `${"!".repeat(30)}n`,
    `${"n?".repeat(30)}n${":n".repeat(30)}`,
    `n${"+n".repeat(600)}`,
    "(".repeat(1000),
  ])
    assert.throws(() => parsePluralExpression(expression), refused);
  assert.is(parsePluralExpression(`n${"+n".repeat(490)}`)(1), 491);
});

test.run();
