/** The name of a download (RFC 6266, RFC 8187): what is sent for any text, what clients make of it, and the handlers that send it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { contentDisposition, HTTPHeaders, MAX_DOWNLOAD_NAME_SIZE } from "../../src/http/httputil.ts";
import { Application, RequestHandler, StaticFileHandler } from "../../src/web/index.ts";
import { pathOf } from "../_support/programs.ts";
import { suite } from "../_support/suite.ts";
import { serving } from "../_support/wire.ts";
import { Folder } from "../web/_folder.ts";
import { ask, talk } from "../web/_talk.ts";

const test = suite("Content-Disposition", { deadline: 20 });

const CASES: readonly (readonly [name: string, value: string])[] = [
  ["plans.pdf", 'attachment; filename="plans.pdf"'],
  ["two words; and=a, comma.txt", 'attachment; filename="two words; and=a, comma.txt"'],
  ["Übersicht.pdf", "attachment; filename=\"Ubersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf"],
  ["€ rates.txt", "attachment; filename=\"_ rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt"],
  ["𝄞.mid", "attachment; filename=\"_.mid\"; filename*=UTF-8''%F0%9D%84%9E.mid"],
  ['say "hi".txt', "attachment; filename=\"say 'hi'.txt\"; filename*=UTF-8''say%20%22hi%22.txt"],
  ["100%41.txt", "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt"],
  ["100% it's (a) *.txt", 'attachment; filename="100% it\'s (a) *.txt"'],
  ["é'()*!.txt", "attachment; filename=\"e'()*!.txt\"; filename*=UTF-8''%C3%A9%27%28%29%2A!.txt"],
  // Only the last part of a path, of any system.
  ["/etc/passwd", 'attachment; filename="passwd"'],
  ["..\\..\\boot.ini", 'attachment; filename="boot.ini"'],
  ["folder/", "attachment"],
  ["", "attachment"],
  ["..", "attachment"],
  ["a/..", "attachment"],
  ["  ", "attachment"],
  // No line ends, no name ends early, no extension looks like another.
  ["a\r\nSet-Cookie: b=c", 'attachment; filename="a__Set-Cookie: b=c"'],
  ["a\0.exe", 'attachment; filename="a_.exe"'],
  ["a\u0085\u2028b", 'attachment; filename="a__b"'],
  ["invoice\u202efdp.exe", 'attachment; filename="invoicefdp.exe"'],
  ["half \ud800.txt", "attachment; filename=\"half _.txt\"; filename*=UTF-8''half%20%EF%BF%BD.txt"],
];

for (const [name, value] of CASES) {
  test(JSON.stringify(name), () => assert.is(contentDisposition(name), value));
}

test("inline", () => {
  assert.is(contentDisposition("a.pdf", { type: "inline" }), 'inline; filename="a.pdf"');
  assert.is(contentDisposition("", { type: "inline" }), "inline");
});

test("any text fits in a field, and gives the same again", () => {
  for (let code = 0; code <= 0xffff; code += code < 0x3000 ? 1 : 37) {
    const value = contentDisposition(`x${String.fromCharCode(code)}y`);
    new HTTPHeaders().set("Content-Disposition", value);
    assert.match(
      value,
      /^attachment; filename="[^"\\]+"(?:; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?$/,
      `${code}`,
    );
    const [, encoded] = value.split("UTF-8''");
    if (encoded !== undefined) assert.is(contentDisposition(decodeURIComponent(encoded)), value);
  }
});

test("a long name is cut in front of its extension, between characters", () => {
  const sizes: [string, string][] = [
    [`${"a".repeat(300)}.tar`, `${"a".repeat(251)}.tar`],
    [`${"é".repeat(300)}.pdf`, `${"é".repeat(125)}.pdf`],
    [`${"😀".repeat(300)}`, "😀".repeat(63)],
    [`a.${"b".repeat(300)}`, `a.${"b".repeat(253)}`],
  ];
  for (const [name, expected] of sizes) {
    const value = contentDisposition(name);
    const [, encoded] = value.split("UTF-8''");
    const sent = encoded === undefined ? (/"(.*)"/.exec(value)?.[1] ?? "") : decodeURIComponent(encoded);
    assert.is(sent, expected);
    assert.ok(Buffer.byteLength(sent) <= MAX_DOWNLOAD_NAME_SIZE);
  }
  const started = process.cpuUsage();
  assert.ok(contentDisposition("x\u202e".repeat(5_000_000)).length < 1000);
  assert.ok(process.cpuUsage(started).user < 500_000);
});

test("wrong calls", () => {
  const code = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return undefined;
  };
  assert.is(
    code(() => contentDisposition(undefined as unknown as string)),
    "ERR_LANDSPOUT_DOWNLOAD_NAME",
  );
  assert.is(
    code(() => contentDisposition("a", { type: "form-data" as "inline" })),
    "ERR_LANDSPOUT_OPTION",
  );
  assert.is(
    code(() => contentDisposition("a", { kind: "inline" } as object)),
    "ERR_LANDSPOUT_OPTION",
  );
});

class Report extends RequestHandler {
  override get(): void {
    this.setDownloadName(this.getArgument("name"));
    this.setHeader("Content-Type", "text/csv");
    this.write("a,b\n");
  }
}

test("a handler, and all files of a folder", async () => {
  const { path } = new Folder({ "a/Über.txt": "text" });
  await talk(
    [
      ["/report", Report],
      ["/*", StaticFileHandler, { path, download: true }],
    ],
    async (peer) => {
      const report = await ask(peer, "/report?name=a%0D%0AX-B:%20c.csv");
      assert.is(report.headers["content-disposition"], 'attachment; filename="a__X-B: c.csv"');
      assert.is(report.headers["x-b"], undefined);
      const file = await ask(peer, "/a/%C3%9Cber.txt");
      assert.is(
        file.headers["content-disposition"],
        "attachment; filename=\"Uber.txt\"; filename*=UTF-8''%C3%9Cber.txt",
      );
      assert.is(file.body, "text");
      assert.is((await ask(peer, "/none.txt")).headers["content-disposition"], undefined);
    },
  );
});

test.needing(["curl"], "curl saves it under the name", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landspout-download-"));
  try {
    await serving(new Application([["/report", Report]], { accessLog: false }), {}, async (port) => {
      const url = `http://127.0.0.1:${port}/report?name=${encodeURIComponent("../two words.csv")}`;
      const [status] = (await once(
        spawn(pathOf("curl"), ["-sSOJ", url], { cwd: folder, stdio: "ignore" }),
        "exit",
      )) as [number];
      assert.is(status, 0);
      assert.equal(readdirSync(folder), ["two words.csv"]);
      assert.is(readFileSync(join(folder, "two words.csv"), "utf8"), "a,b\n");
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
