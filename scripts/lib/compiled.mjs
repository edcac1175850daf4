/**
 * The TypeScript of the repository as plain JavaScript in .cache/js, for Node, under the paths of the sources. All of src is one file,
 * landspout.js, because a process starts three times as fast with one module as with three hundred; the files under the paths of src only
 * export its parts. A file ends with a hash of its source, of the transformer's version and of its options, and counts only as long as all
 * are the same: nothing has to be deleted after a change, only what changed is made again, and several processes may do so at once.
 * `import.meta.url` stays the address of the source, and stack traces name its lines. `typescript.cjs` starts programs from there.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./root.mjs";

const CACHE = join(ROOT, ".cache/js");
const FOLDERS = ["src", "test", "examples", "deploy"];
/** What src is in .cache/js. */
const LIBRARY = "landspout.js";
/** Sources of src that run when they are loaded, so they are files of their own. */
const PROGRAMS = new Set([join("src", "cli", "main.ts")]);
const OPTIONS = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20",
  treeShaking: false,
  ignoreAnnotations: true,
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

/** The last line of what is made of a text. */
function markFor(version) {
  const salt = `${version} ${ROOT} ${JSON.stringify(OPTIONS)} ${readText(new URL(import.meta.url))}`;
  return (source) => `//${createHash("sha256").update(salt).update(source).digest("hex")}\n`;
}

function isCurrent(output, mark) {
  try {
    return readText(join(CACHE, output)).endsWith(mark);
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

const addressOf = (path) => pathToFileURL(path).href;
const isOurs = (target) => target.endsWith(".ts") && FOLDERS.some((folder) => slashes(target).startsWith(`${folder}/`));

/** The source of what is imported from this package by its name, as the examples do. */
function sourceOfOwn(specifier) {
  const { name, exports } = JSON.parse(readText(join(ROOT, "package.json")));
  const own = specifier === name || specifier.startsWith(`${name}/`);
  const output = own ? exports[`.${specifier.slice(name.length)}`]?.default : undefined;
  return output?.replace("./build/", "./src/").replace(/\.js$/, ".ts");
}

/** Leaves every import to Node: those of sources lead to their JavaScript, all others to where they led before. */
const separate = {
  name: "separate",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point") return undefined;
      const own = sourceOfOwn(path);
      if (own === undefined && !path.startsWith(".")) return { path, external: true };
      const target = relative(ROOT, own === undefined ? resolve(dirname(importer), path) : join(ROOT, own));
      const goal = isOurs(target) ? join(CACHE, nameOfOutput(target)) : join(ROOT, target);
      const way = slashes(relative(dirname(join(CACHE, relative(ROOT, importer))), goal));
      return { path: way.startsWith(".") ? way : `./${way}`, external: true };
    });
  },
};

/** Leaves packages to Node, and what is no source. */
const together = {
  name: "together",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === "entry-point" || importer === "") return undefined;
      if (!path.startsWith(".")) return { path, external: true };
      const target = resolve(dirname(importer), path);
      return isOurs(relative(ROOT, target)) ? undefined : { path: addressOf(target), external: true };
    });
  },
};

/** Gives every module the address of its own source. */
const addresses = {
  name: "addresses",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readText(path);
      if (!text.includes("import.meta.url")) return { contents: text, loader: "ts" };
      // On the first line, so that all lines keep their numbers.
      return { contents: `const __addressOfSource = ${JSON.stringify(addressOf(path))}; ${text}`, loader: "ts" };
    });
  },
};

/** Another process may be reading the file, so it appears whole. */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

/** Deletes the JavaScript of sources that are gone: an import of one must fail. */
function prune(wanted) {
  if (!existsSync(CACHE)) return;
  for (const name of readdirSync(CACHE, { recursive: true })) {
    if (name.endsWith(".js") && !wanted.has(name)) rmSync(join(CACHE, name), { force: true });
  }
}

/** Makes a file of each source. */
async function makeSeparate(files, markOf) {
  const { build } = await import("esbuild");
  const entryPoints = files.map((file) => join(ROOT, file));
  const plugins = [separate, addresses];
  const { outputFiles } = await build({ ...OPTIONS, entryPoints, outdir: CACHE, outbase: ROOT, plugins });
  for (const { path, text } of outputFiles)
    write(path, `${text}${markOf(relative(CACHE, path).replace(/\.js$/, ".ts"))}`);
}

/** The names that each source exports, by its path. */
async function exportsOf(files) {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    ...OPTIONS,
    sourcemap: false,
    splitting: true,
    metafile: true,
    entryPoints: files.map((file) => join(ROOT, file)),
    outdir: CACHE,
    outbase: ROOT,
    absWorkingDir: ROOT,
    plugins: [together],
  });
  const outputs = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  return new Map(outputs.map(({ entryPoint, exports }) => [slashes(entryPoint), exports]));
}

/** Makes one file of these sources, and one under the path of each that exports its part of it. */
async function makeTogether(files, mark) {
  const { build } = await import("esbuild");
  const names = await exportsOf(files);
  const clauses = (file, i, clause) =>
    (names.get(slashes(file)) ?? []).map((name) => clause(name, `m${i}_${name}`)).join(", ");
  const contents = files
    .map(
      (file, i) =>
        `export { ${clauses(file, i, (name, inner) => `${name} as ${inner}`)} } from "./${slashes(file)}";\n`,
    )
    .join("");
  const { outputFiles } = await build({
    ...OPTIONS,
    stdin: { contents, resolveDir: ROOT },
    outfile: join(CACHE, LIBRARY),
    plugins: [together, addresses],
  });
  for (const [i, file] of files.entries()) {
    const output = join(CACHE, nameOfOutput(file));
    const way = slashes(relative(dirname(output), join(CACHE, LIBRARY)));
    write(output, `export { ${clauses(file, i, (name, inner) => `${inner} as ${name}`)} } from "${way}";\n`);
  }
  // The last, because its mark says that all of it is there.
  write(join(CACHE, LIBRARY), `${outputFiles[0].text}${mark}`);
}

/** Makes the JavaScript of every source whose own is missing or old. */
export async function compile() {
  const mark = markFor(JSON.parse(readText(join(ROOT, "node_modules/esbuild/package.json"))).version);
  const files = sources();
  const isOfLibrary = (file) => file.startsWith(`src${sep}`) && !PROGRAMS.has(file);
  const library = files.filter(isOfLibrary);
  prune(new Set([LIBRARY, ...files.map(nameOfOutput)]));
  const libraryMark = mark(library.map((file) => `${file}\n${readText(join(ROOT, file))}`).join("\n"));
  if (!isCurrent(LIBRARY, libraryMark)) await makeTogether(library, libraryMark);
  const markOf = (file) => mark(readText(join(ROOT, file)));
  const stale = files.filter((file) => !isOfLibrary(file) && !isCurrent(nameOfOutput(file), markOf(file)));
  if (stale.length > 0) await makeSeparate(stale, markOf);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await compile();
