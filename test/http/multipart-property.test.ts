/**
 * Random forms against an oracle that has all of the text at once and looks for delimiters with `String.indexOf`; cut at random, with
 * both parsers. The pieces they are made of are pieces of delimiters.
 */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { parsers } from "../parser/_parsers.ts";
import { feed } from "./_multipart.ts";

const test = suite("multipart · random forms", { deadline: 120 });

const HEAD = "Content-Disposition: form-data; name=a\r\n\r\n";
const DELIMITER = "\r\n--B";

/** Contents of the parts, and whether the form is well-formed. */
function oracle(form: string): { readonly bodies: readonly string[]; readonly valid: boolean } {
  // What the first delimiter lacks.
  const text = `\r\n${form}`;
  const bodies: string[] = [];
  let at = text.indexOf(DELIMITER);
  while (at >= 0) {
    at += DELIMITER.length;
    const rest = text.slice(at);
    if (/^--[ \t]*(?:\r(?:\n|$)|$)/.test(rest)) return { bodies, valid: true };
    const start = /^[ \t]*\r\n/.exec(rest)?.[0].length;
    if (start === undefined || !rest.startsWith(HEAD, start)) return { bodies, valid: false };
    // The empty line behind the head may be the beginning of the delimiter.
    at += start + HEAD.length;
    const end = text.indexOf(DELIMITER, at - 2);
    if (end >= 0) bodies.push(text.slice(at, Math.max(at, end)));
    at = end;
  }
  return { bodies, valid: false };
}

const CRUMBS = ["\r\n--", "\r\n--A", "\r\n", "\r", "\n", "-", "--", "B", "--B", "x", "\r\r\n--", "\r\n\r\n", " "];
const crumbs = fc.array(fc.constantFrom(...CRUMBS), { maxLength: 8 });
const part = crumbs.map((content) => ["--B", "\r\n", HEAD, ...content, "\r\n"]);
const end = fc.constantFrom("--B--", "--B--\r\n", "--B-- \r\nrest", "--B", "");
const form = fc.tuple(fc.array(part, { maxLength: 4 }), end).map(([parts, last]) => [...parts.flat(), last]);
/** A form, or one with something put in or taken out; heads stay whole. */
const text = fc.oneof(
  form.map((tokens) => tokens.join("")),
  fc.tuple(form, fc.nat(), fc.nat(2), crumbs).map(([tokens, place, removed, added]) => {
    const at = place % (tokens.length + 1);
    return [...tokens.slice(0, at), ...added.slice(0, 2), ...tokens.slice(at + removed)].join("");
  }),
);

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

test("are read as the oracle reads them, however they are cut", () => {
  let valid = 0;
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (whole, places) => {
      const bytes = Buffer.from(whole);
      const expected = oracle(whole);
      if (expected.valid) valid++;
      let first: string | undefined;
      for (const parser of parsers) {
        for (const pieces of [[bytes], cutAt(bytes, places)]) {
          const { parts, error = "none" } = feed("B", pieces, { parser });
          assert.equal(
            parts.map((one) => one.body),
            expected.bodies,
          );
          assert.is(error === "none", expected.valid, error);
          first ??= error;
          assert.is(error, first);
        }
      }
    }),
    { numRuns: 4000 },
  );
  assert.ok(valid > 400, `${valid} well-formed`);
});

test("of random bytes, with every boundary there may be, come back as they were", () => {
  const letter = fc.constantFrom(..."-'()+_,./:=?aB0");
  const boundary = fc.array(letter, { minLength: 1, maxLength: 70 }).map((letters) => letters.join(""));
  const contents = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 5 });
  fc.assert(
    fc.property(boundary, contents, fc.array(fc.nat(), { maxLength: 6 }), (name, bodies, places) => {
      const bytes = Buffer.concat([
        ...bodies.flatMap((one) => [Buffer.from(`--${name}\r\n${HEAD}`), one, Buffer.from("\r\n")]),
        Buffer.from(`--${name}--`),
      ]);
      const expected = bodies.map((one) => Buffer.from(one).toString("latin1"));
      fc.pre(!expected.some((one) => `\r\n${one}`.includes(`\r\n--${name}`)));
      for (const parser of parsers) {
        const { parts, error } = feed(name, cutAt(bytes, places), { parser });
        assert.is(error, undefined);
        assert.equal(
          parts.map((one) => one.body),
          expected,
        );
      }
    }),
    { numRuns: 500 },
  );
});

test.run();
