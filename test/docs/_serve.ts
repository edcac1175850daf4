/** Writes the programs of a page to a folder, runs them in one process of this runtime, and asks them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bindUnusedPort } from "../../src/testing/index.ts";
import type { Page, Program, Question } from "./_page.ts";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
const onBun = "Bun" in globalThis;

interface Manifest {
  readonly exports: { readonly [subpath: string]: string | { readonly default: string } };
}
const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

/** Source of a subpath of the package: what the program would import is compiled from it. */
function sourceOf(specifier: string): string {
  const target = exports[specifier.replace(/^landspout/, ".")];
  if (typeof target !== "object") throw new Error(`${specifier} is no export of the package`);
  return join(ROOT, target.default.replace("./build/", "src/").replace(/\.js$/, ".ts"));
}

export const runsHere = ({ run }: Program): boolean => run === "everywhere" || (run === "node" && !onBun);

/** Writes all files of a page. Each program that listens has a port of its own. */
export async function writePage(page: Page, folder: string): Promise<Map<Program, number>> {
  const ports = new Map<Program, number>();
  for (const [name, text] of page.files) write(join(folder, name), text);
  for (const program of page.programs) {
    const file = join(folder, program.file);
    let code = program.code.replace(/(["'])(landspout(?:\/[\w/]+)?)\1/g, (_, quote: string, specifier: string) => {
      const path = relative(dirname(file), sourceOf(specifier)).replaceAll("\\", "/");
      return `${quote}${path}${quote}`;
    });
    if (program.listens) {
      // Held while the next one is looked for, or both would be the same.
      const { port, release } = await bindUnusedPort();
      ports.set(program, port);
      releases.push(release);
      code = code.replace(/\b8888\b/g, String(port));
    }
    // No import or export makes a file a script, whose names would meet those of the others.
    write(file, `${code}\nexport {};\n`);
  }
  for (const release of releases.splice(0)) await release();
  return ports;
}
const releases: (() => Promise<void>)[] = [];

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Runs the programs of a page that this runtime runs, one after the other, while `use` runs. What went wrong is thrown. */
export async function withPrograms(page: Page, folder: string, use: () => Promise<void>): Promise<void> {
  // Those that have a name of their own and are imported by others would run twice if they were not modules.
  const imports = page.programs.filter(runsHere).map(({ file }) => `await import("./${file}");\n`);
  write(join(folder, "all-programs.mjs"), `${imports.join("")}console.log("all programs run");\n`);
  const loader = onBun ? [] : ["--import", import.meta.resolve("tsx")];
  const child = spawn(process.execPath, [...loader, "all-programs.mjs"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined },
  });
  const exited = once(child, "exit");
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const running = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("all programs run")) resolve();
    });
  });
  try {
    const [status] = (await Promise.race([running.then(() => [0]), exited])) as [number | null];
    if (status !== 0) throw new Error(`ended with ${status}`);
    await use();
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output}`, { cause: error });
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

/** Status line, header fields and content of an answer, or the content alone. */
export async function ask(port: number, { method, path, headers, body, withHead }: Question): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
    headers: [["Accept-Encoding", "identity"], ["Host", "localhost:8888"], ...headers] as [string, string][],
    redirect: "manual",
  });
  const content = await answer.text();
  if (!withHead) return content;
  const fields = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${answer.status} ${answer.statusText}`, ...fields, "", content].join("\n");
}
