/**
 * Writes the programs of all pages to a folder, runs them in one process of this runtime, and asks them. One process, because starting
 * costs more than all the rest.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bindUnusedPort } from "../../src/testing/index.ts";
import type { BoundPort } from "../../src/testing/index.ts";
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

/** The running programs. */
export class Programs {
  readonly #folder: string;
  readonly #ports = new Map<Program, number>();
  readonly #files: string[] = [];
  #child: ChildProcess | undefined = undefined;
  #output = "";

  /** @param folder Where the process runs; files that are no programs lie there, programs in one folder for each page. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes all files of pages. Each program that listens has a port of its own. */
  async write(pages: ReadonlyMap<string, Page>): Promise<void> {
    // Held while the next one is looked for, or two would be the same.
    const held: BoundPort[] = [];
    for (const [name, page] of pages) {
      for (const [file, text] of page.files) {
        const path = join(this.#folder, file);
        if (existsSync(path)) throw new Error(`${name}: another page has a file ${file}, too`);
        write(path, text);
      }
      for (const program of page.programs) {
        const file = `${folderOf(name)}/${program.file}`;
        let { code } = program;
        if (program.listens) {
          const port = await bindUnusedPort();
          held.push(port);
          this.#ports.set(program, port.port);
          code = code.replace(/\b8888\b/g, String(port.port));
        }
        // No import or export makes a file a script, whose names would meet those of the others.
        write(join(this.#folder, file), `${fromSources(code, join(this.#folder, file))}\nexport {};\n`);
        if (runsHere(program)) this.#files.push(file);
      }
    }
    for (const port of held) await port.release();
  }

  /** Starts all of them. Those that fail are told by `failure`. */
  async start(): Promise<void> {
    const run = `for (const file of ${JSON.stringify(this.#files)}) {
      await import("./" + file).catch((error) => console.log("failed", file, error));
    }
    console.log("all programs run");`;
    write(join(this.#folder, "all-programs.mjs"), run);
    const loader = onBun ? [] : ["--import", import.meta.resolve("tsx")];
    const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...env } = process.env;
    const child = spawn(process.execPath, [...loader, "all-programs.mjs"], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    const ended = once(child, "exit").then(() => false);
    const running = new Promise<boolean>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        if (this.#output.includes("all programs run")) resolve(true);
      });
    });
    if (!(await Promise.race([running, ended]))) throw new Error(`the programs ended:\n${this.#output}`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** What a program of a page threw when it was run. */
  failure(page: string): string | undefined {
    return this.#output.split(/^(?=failed )/m).find((text) => text.startsWith(`failed ${folderOf(page)}/`));
  }

  /** Status line, header fields and content of a program's answer, or the content alone. */
  ask(program: Program, question: Question): Promise<string> {
    return ask(this.#ports.get(program) ?? 0, question);
  }
}

const folderOf = (page: string): string => page.replace(/\.md$/, "").replaceAll("/", "-");

/** The code with the package's sources in place of its names. */
function fromSources(code: string, file: string): string {
  return code.replace(/(["'])(landspout(?:\/[\w/]+)?)\1/g, (_, quote: string, specifier: string) => {
    return `${quote}${relative(dirname(file), sourceOf(specifier)).replaceAll("\\", "/")}${quote}`;
  });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function ask(port: number, { method, path, headers, body, withHead }: Question): Promise<string> {
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
