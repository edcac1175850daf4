/** docs/api/ is what the doc comments say now; and links between pages of the documentation lead somewhere. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { RequestHandler } from "../../src/web/index.ts";
import { suite } from "../_support/suite.ts";

const test = suite("documentation", { deadline: 60 });
const root = fileURLToPath(new URL("../..", import.meta.url));

test("docs/api is up to date (npm run docs)", () => {
  const script = join(root, "scripts/make-api-docs.mjs");
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.is(status, 0, `${stdout}${stderr}`);
});

test("docs/api has every method a handler has, inherited ones too", () => {
  const page = readFileSync(join(root, "docs/api/web.md"), "utf8");
  const missing: string[] = [];
  for (
    let one: object = RequestHandler.prototype;
    one !== Object.prototype;
    one = Object.getPrototypeOf(one) as object
  ) {
    missing.push(...Object.getOwnPropertyNames(one).filter((name) => !new RegExp(`\\b${name}\\b`).test(page)));
  }
  assert.equal(missing, []);
});

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`),
];

/** The link targets of a page, as GitHub makes them of its headings. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ""] of text.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    let anchor = name;
    for (let i = 1; found.has(anchor); i++) anchor = `${name}-${i}`;
    found.add(anchor);
  }
  return found;
}

const REPOSITORY = "https://github.com/landspout/landspout/blob/main/";

test("links lead somewhere", () => {
  let count = 0;
  for (const page of pages) {
    const text = readFileSync(join(root, page), "utf8").replace(/^```.*?^```$/gms, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)/g)) {
      // What the package does not hold is linked where it lies in the repository.
      const inRepository = target.startsWith(REPOSITORY);
      if (!inRepository && /^(?:https?|mailto):/.test(target)) continue;
      const [path = "", anchor] = (inRepository ? target.slice(REPOSITORY.length) : target).split("#");
      const file = path === "" ? join(root, page) : join(root, inRepository ? "" : dirname(page), path);
      assert.ok(existsSync(file), `${page}: ${target}`);
      if (anchor !== undefined) assert.ok(anchors(readFileSync(file, "utf8")).has(anchor), `${page}: ${target}`);
      count++;
    }
  }
  assert.ok(count > 200, `${count} links`);
});

test.run();
