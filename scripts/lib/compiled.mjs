/**
 * The TypeScript of the repository as plain JavaScript in .cache/js, for Node, under the paths of the sources. A file there ends with a
 * hash of its source, of the transformer's version and of its options, and counts only as long as all are the same: nothing has to be
 * deleted after a change, only what changed is made again, and several processes may do so at once. `import.meta.url` stays the address
 * of the source, and stack traces name its lines. `typescript.cjs` starts programs from there.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./root.mjs";

const CACHE = join(ROOT, ".cache/js");
const FOLDERS = ["src", "test", "examples", "deploy"];
const OPTIONS = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20",
  treeShaking: false,
  keepNames: true,
  sourcemap: "inline",
  sourcesContent: false,
  define: { "import.meta.url": "__addressOfSource" },
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { target: "es2022", verbatimModuleSyntax: true } },
};

const readText = (path) => readFileSync(path, "utf8");
const slashes = (path) => path.replaceAll("\\", "/");

/** `src/loop/ioloop.ts` → `src/loop/ioloop.js`; what typescript.cjs does with the program it starts. */
const nameOfOutput = (file) => file.replace(/\.ts$/, ".js");

function sources() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .map((name) => join(folder, name)),
  );
}

/** The last line of the JavaScript of a source. */
function markFor(version) {
  const salt = `${version} ${ROOT} ${JSON.stringify(OPTIONS)} ${readText(new URL(import.meta.url))}`;
  return (source) => `//${createHash("sha256").update(salt).update(source).digest("hex")}\n`;
}

function isCurrent(file, mark) {
  try {
    return readText(join(CACHE, nameOfOutput(file))).endsWith(mark);
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

/** Leaves every import to Node: those of sources lead to their JavaScript, all others to where they led before. */
const imports = {
  name: "imports",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point") return undefined;
      if (!path.startsWith(".")) return { path, external: true };
      const target = relative(ROOT, resolve(dirname(importer), path));
      const isOurs = target.endsWith(".ts") && FOLDERS.some((folder) => slashes(target).startsWith(`${folder}/`));
      const goal = isOurs ? join(CACHE, nameOfOutput(target)) : join(ROOT, target);
      const way = slashes(relative(dirname(join(CACHE, relative(ROOT, importer))), goal));
      return { path: way.startsWith(".") ? way : `./${way}`, external: true };
    });
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readText(path);
      if (!text.includes("import.meta.url")) return { contents: text, loader: "ts" };
      // On the first line, so that all lines keep their numbers.
      return {
        contents: `const __addressOfSource = ${JSON.stringify(pathToFileURL(path).href)}; ${text}`,
        loader: "ts",
      };
    });
  },
};

/** Deletes the JavaScript of sources that are gone: an import of one must fail. */
function prune(wanted) {
  if (!existsSync(CACHE)) return;
  for (const name of readdirSync(CACHE, { recursive: true })) {
    if (name.endsWith(".js") && !wanted.has(name)) rmSync(join(CACHE, name), { force: true });
  }
}

/** Makes the JavaScript of every source whose own is missing or old; gives how many those were. */
export async function compile() {
  const mark = markFor(JSON.parse(readText(join(ROOT, "node_modules/esbuild/package.json"))).version);
  const stale = new Map();
  const files = sources();
  prune(new Set(files.map(nameOfOutput)));
  for (const file of files) {
    const wanted = mark(readText(join(ROOT, file)));
    if (!isCurrent(file, wanted)) stale.set(join(CACHE, nameOfOutput(file)), wanted);
  }
  if (stale.size === 0) return 0;
  const { build } = await import("esbuild");
  const entryPoints = [...stale.keys()].map((output) => join(ROOT, relative(CACHE, output).replace(/\.js$/, ".ts")));
  const { outputFiles } = await build({ ...OPTIONS, entryPoints, outdir: CACHE, outbase: ROOT, plugins: [imports] });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    // Another process may be reading the file, so it appears whole.
    writeFileSync(`${path}.${process.pid}`, `${text}${stale.get(path)}`);
    renameSync(`${path}.${process.pid}`, path);
  }
  return stale.size;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await compile();
