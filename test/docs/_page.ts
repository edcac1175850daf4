/**
 * A page of the documentation taken apart: its code, and what it says that code answers. It knows Markdown fences and four marks:
 *
 * - Fences of `ts` and `js` are programs, one each; `ts typecheck` is only compiled, `ts node` not run on Bun.
 * - A fence of any language whose first line is a comment with a file name, such as `// app.ts`, becomes that file; programs may import
 *   or read it.
 * - `<!-- given: … -->` in front of a fence is code that goes before it, for what the reader can imagine.
 * - `$ curl …` in a `sh` fence, or `<!-- ask: GET /path -> text -->`, asks the last program above that listens on port 8888; every line
 *   below (the text) must be in the answer. A line of `…` stands for whatever comes there.
 */

/** A question to a program, and what must be in its answer. */
export interface Question {
  readonly line: number;
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | FormData | undefined;
  /** As a reader types it; undefined where the page only notes what is asked. */
  readonly command: string | undefined;
  /** The head of the answer is shown too. */
  readonly withHead: boolean;
  readonly expected: readonly string[];
}

export interface Program {
  /** Of the page, where the fence begins. */
  readonly line: number;
  readonly file: string;
  readonly code: string;
  readonly run: "everywhere" | "node" | "never";
  readonly listens: boolean;
  readonly questions: Question[];
}

export interface Page {
  readonly programs: readonly Program[];
  /** Files that are no programs, by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Commands of `sh` fences. */
  readonly commands: readonly string[];
}

/** `// name.ts`, `# name.conf`, `<!-- name.html -->`, `/* name.css *\/`. */
const FILE_NAME = /^(?:\/\/|#|<!--|\/\*) ([\w./-]+\.\w+)(?: -->| \*\/)?$/;

/** Fences and comments of a page, in order. */
const PIECES = /^```(\w+)?[ ]?([^\n]*)\n(.*?)^```$|^<!-- (given|ask):\s+(.*?)\s*-->$/gms;

export function readPage(text: string): Page {
  const programs: Program[] = [];
  const files = new Map<string, string>();
  const commands: string[] = [];
  let given = "";
  for (const piece of text.matchAll(PIECES)) {
    const [, language = "", info = "", content = "", mark, note = ""] = piece;
    const line = text.slice(0, piece.index).split("\n").length;
    const ask = (question: Question): void => {
      const asked = programs.findLast(({ listens }) => listens);
      if (asked === undefined) throw new Error(`line ${line} asks, but no program above listens on 8888`);
      asked.questions.push(question);
    };
    if (mark === "given") given += `${note}\n`;
    else if (mark === "ask") ask(noteQuestion(note, line));
    else if (language === "ts" || language === "js") {
      programs.push(programOf({ language, info, content, given, line }));
      given = "";
    } else if (language === "sh") {
      commands.push(...content.split("\n"));
      for (const question of curlQuestions(content, line)) ask(question);
    } else {
      const [first = "", ...rest] = content.split("\n");
      const name = FILE_NAME.exec(first)?.[1];
      if (name !== undefined) files.set(name, rest.join("\n"));
    }
  }
  return { programs, files, commands };
}

interface Fence {
  readonly language: string;
  readonly info: string;
  readonly content: string;
  readonly given: string;
  readonly line: number;
}

function programOf({ language, info, content, given, line }: Fence): Program {
  const marks = info.split(" ").filter((mark) => mark !== "");
  for (const mark of marks) if (mark !== "typecheck" && mark !== "node") throw new Error(`line ${line}: ${mark}?`);
  const name = FILE_NAME.exec(content.slice(0, content.indexOf("\n")))?.[1];
  return {
    line,
    file: name ?? `line-${line}.${language}`,
    code: given + content,
    run: marks.includes("typecheck") ? "never" : marks.includes("node") ? "node" : "everywhere",
    listens: /\b8888\b/.test(content),
    questions: [],
  };
}

/** `GET /path -> text` or `POST /path a=b -> text`; head and content are searched. */
function noteQuestion(note: string, line: number): Question {
  const [, method = "", path = "", body, expected = ""] = /^([A-Z]+) (\S+)(?: (\S+))? -> (.*)$/.exec(note) ?? [];
  if (method === "") throw new Error(`line ${line}: an ask must be like GET /path -> text`);
  const headers: [string, string][] = body === undefined ? [] : [["Content-Type", FORM]];
  return { line, method, path, headers, body, command: undefined, withHead: true, expected: [expected] };
}

const FORM = "application/x-www-form-urlencoded";

/** Each `$ curl …` with the lines below it. */
function curlQuestions(content: string, line: number): Question[] {
  return content
    .split(/^\$ /m)
    .filter((command) => command.startsWith("curl "))
    .map((command) => {
      const [first = "", ...output] = command.split("\n");
      const words = [...first.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
      return { ...curlQuestion(words.slice(1), output, line), command: first };
    });
}

function curlQuestion(words: readonly string[], output: readonly string[], line: number): Omit<Question, "command"> {
  const headers: [string, string][] = [];
  let body: Question["body"];
  let method: string | undefined;
  let path: string | undefined;
  let withHead = false;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "-i") withHead = true;
    else if (word === "-s" || word === "-N" || word === "--path-as-is") continue;
    else if (word === "-X") method = rest.shift();
    else if (word === "-H") headers.push((rest.shift() ?? "").split(/: (.*)/, 2) as [string, string]);
    else if (word === "-d") {
      body = rest.shift() ?? "";
      if (!headers.some(([name]) => name === "Content-Type")) headers.push(["Content-Type", FORM]);
    } else if (word === "-F") {
      const form: FormData = body instanceof FormData ? body : new FormData();
      const [name = "", value = ""] = (rest.shift() ?? "").split(/=(.*)/s, 2);
      if (value.startsWith("@")) form.append(name, new Blob([`content of ${value.slice(1)}`]), value.slice(1));
      else form.append(name, value);
      body = form;
    } else {
      path = /^https?:\/\/localhost:8888(\/.*)?$/.exec(word)?.[1] ?? (word.endsWith(":8888") ? "/" : undefined);
      if (path === undefined) throw new Error(`line ${line}: ${word} is nothing this test can ask`);
    }
  }
  if (path === undefined) throw new Error(`line ${line}: curl without an address`);
  const expected = output.filter((text) => text.trim() !== "" && text.trim() !== "…");
  return { line, method: method ?? (body === undefined ? "GET" : "POST"), path, headers, body, withHead, expected };
}
