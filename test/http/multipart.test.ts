/** multipart/form-data, pushed: every case whole, cut in two at every byte and byte by byte, with both parsers. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/errors.ts";
import { LimitError } from "../../src/http/message/errors.ts";
import { MultipartParser } from "../../src/http/message/multipart/parser.ts";
import { suite } from "../_support/suite.ts";
import { parsers } from "../parser/_parsers.ts";
import { cuts, feed } from "./_multipart.ts";
import { groups } from "./_multipart-cases.ts";

const ignore = { partBegin() {}, partData() {}, partEnd() {} };
const OPEN = "--B\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\n";

for (const parser of parsers) {
  const test = suite(`multipart · ${parser.kind}`, { deadline: 60 });

  for (const [group, cases] of Object.entries(groups)) {
    for (const { title, boundary = "B", text, latin1, options, parts = [], error } of cases) {
      test(`${group}: ${title}`, () => {
        const bytes = Buffer.from(text, latin1 ? "latin1" : "utf8");
        for (const [how, pieces] of cuts(bytes)) {
          const outcome = feed(boundary, pieces, { ...options, parser });
          assert.is(outcome.error, error, how);
          assert.equal(outcome.parts, parts, how);
        }
      });
    }
  }

  test("finds a delimiter across every edge of what the scan looks at", () => {
    for (const edge of [512, 1024, 4096, 16_384, 65_536, 70_000, 200_000]) {
      for (let size = edge - 12; size <= edge + 4; size++) {
        const body = Buffer.alloc(size, "\r\n--boundar-");
        const bytes = Buffer.concat([
          Buffer.from('--boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
          body,
          Buffer.from("\r\n--boundary--"),
        ]);
        const text = body.toString("latin1");
        assert.equal(feed("boundary", [bytes], { parser }).parts, [
          { name: "a", filename: undefined, type: undefined, body: text },
        ]);
      }
    }
  });

  test("goes on refusing once it has refused", () => {
    const reader = new MultipartParser("B", ignore, { parser });
    for (let i = 0; i < 2; i++) assert.throws(() => reader.feed(Buffer.from("--Bx")), /followed by something else/);
    assert.throws(() => reader.end(), /followed by something else/);
    assert.not(reader.complete);
  });

  test("takes any typed array of bytes, and a thousand parts in one piece", () => {
    let parts = 0;
    const reader = new MultipartParser("B", { ...ignore, partEnd: () => void parts++ }, { parser });
    const text = '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(1000);
    reader.feed(new TextEncoder().encode(`${text}--B--`));
    reader.end();
    assert.is(parts, 1000);
    assert.ok(reader.complete);
  });

  test("keeps heads to the largest size there is, byte by byte", () => {
    const size = 65_535;
    const line = "Content-Disposition: form-data; name=a\r\nX: ";
    const head = `${line}${"y".repeat(size - line.length - 4)}\r\n\r\n`;
    const bytes = Buffer.from(`--B\r\n${head}1\r\n--B--`);
    const pieces = (step: number) =>
      Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
    for (const step of [101, 4096, bytes.length]) {
      assert.is(feed("B", pieces(step), { parser, maxPartHeaderSize: size }).parts.length, 1);
      assert.is(feed("B", pieces(step), { parser, maxPartHeaderSize: size - 1 }).error, "400 HEADER_SIZE");
    }
  });

  test("the largest parameters cost linear time", () => {
    for (const filling of [";", '\\"', "\\", "%22", "; a"]) {
      const quoted = filling.repeat(Math.floor(60_000 / filling.length));
      for (const tail of ['"', ""]) {
        const bytes = Buffer.from(`--B\r\nContent-Disposition: form-data; name="${quoted}${tail}\r\n\r\n\r\n--B--`);
        const { error } = feed("B", [bytes], { parser, maxPartHeaderSize: 65_535, maxNameSize: 65_535 });
        if (tail === "") assert.is(error, "400 DISPOSITION");
      }
    }
  });

  test("limits say their value", () => {
    const reader = new MultipartParser("B", ignore, { parser, maxFileSize: 9 });
    try {
      reader.feed(Buffer.from(`${OPEN}0123456789\r\n--B--`));
      assert.unreachable();
    } catch (error) {
      assert.instance(error, LimitError);
      assert.is((error as LimitError).limit, 9);
    }
  });

  test.run();
}

const test = suite("multipart options");

test("a limit is a number in its range", () => {
  for (const options of [
    { maxParts: -1 },
    { maxPartHeaderSize: 65_536 },
    { maxFileSize: Number.NaN },
    { maxFieldSize: "1" as unknown as number },
  ]) {
    assert.throws(
      () => new MultipartParser("B", ignore, options),
      (error: unknown) => error instanceof UsageError && error.code === "ERR_LANDSPOUT_OPTION",
    );
  }
});

test.run();
