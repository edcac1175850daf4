/** docs/architecture.md names files and folders that exist, and every folder of src/. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(`${root}docs/architecture.md`, "utf8");
const test = suite("architecture");

test("the files it names exist", () => {
  const missing = [...page.matchAll(/(?<![\w./-])(?:[a-z0-9-]+\/)+[a-z0-9-]+\.(?:ts|mjs|md|json)/g)]
    .map(([path]) => path)
    .filter(
      (path) =>
        !existsSync(`${root}src/${path}`) && !existsSync(`${root}${path}`) && !existsSync(`${root}docs/${path}`),
    );
  assert.equal(missing, []);
});

test("it names every folder of src/", () => {
  const folders = readdirSync(`${root}src`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const rooms = name === "http" || name === "web" ? readdirSync(`${root}src/${name}`, { withFileTypes: true }) : [];
      return [name, ...rooms.filter((room) => room.isDirectory()).map((room) => `${name}/${room.name}`)];
    });
  assert.equal(
    folders.filter((folder) => !page.includes(`${folder}/`)),
    [],
  );
});

test.run();
