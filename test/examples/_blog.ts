/** The blog, started where there is SQLite, and visitors who keep cookies and send forms as browsers do. */
import { Buffer } from "node:buffer";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { Peer } from "../_support/wire.ts";
import type { Answer } from "../_support/wire.ts";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
/** Node 20 has no SQLite: the blog runs in Bun then, while the test runs on Node. */
export const hasSqlite = "Bun" in globalThis || major > 22 || (major === 22 && minor >= 13);

const scripts = new URL("../../scripts/lib/bun.mjs", import.meta.url).href;
const { findBun } = (await import(scripts)) as { readonly findBun: () => string | undefined };
const bun = hasSqlite ? undefined : findBun();

/** Why the blog cannot be started here, if it cannot. */
export const missing: string | undefined =
  hasSqlite || bun !== undefined ? undefined : "Node 20 has no SQLite, and there is no Bun to run the blog in";

export const startBlog = (...args: string[]): Promise<Example> =>
  startExample("blog/server.ts", ["--port", "0", "--quiet", "--data", ":memory:", ...args], bun);

export interface Fields {
  readonly [name: string]: string;
}
interface Asking {
  readonly method?: string;
  readonly fields?: Fields;
  readonly body?: string;
}

/** Somebody with cookies. */
export class Visitor {
  readonly #port: number;
  readonly cookies: Map<string, string> = new Map();
  /** Lines of Set-Cookie, as they came. */
  readonly cookieLines: string[] = [];
  /** The token of the last page that had a form. */
  token = "";

  constructor({ port }: Example) {
    this.#port = port;
  }

  async ask(path: string, { method = "GET", fields = {}, body = "" }: Asking = {}): Promise<Answer> {
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = {
      Host: "localhost",
      ...(cookies === "" ? {} : { Cookie: cookies }),
      ...(body === "" ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
      ...fields,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const peer = await Peer.connect(this.#port);
    try {
      peer.write(Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`));
      const answer = await peer.answer(method === "HEAD");
      this.#keep(answer.headers["set-cookie"]);
      const text = Buffer.from(answer.body, "latin1").toString();
      this.token = /name="_xsrf" value="([^"]+)"/.exec(text)?.[1] ?? this.token;
      return { ...answer, body: text };
    } finally {
      peer.destroy();
    }
  }
  #keep(line: string | undefined): void {
    if (line === undefined) return;
    this.cookieLines.push(line);
    const [name = "", value = ""] = line.slice(0, line.indexOf(";")).split(/=(.*)/s);
    if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  /** Sends a form with the token of the last page. */
  send(path: string, values: Fields): Promise<Answer> {
    const body = new URLSearchParams({ _xsrf: this.token, ...values }).toString();
    return this.ask(path, { method: "POST", fields: { "Content-Type": "application/x-www-form-urlencoded" }, body });
  }

  async register(name: string, password = "correct horse"): Promise<Answer> {
    await this.ask("/register");
    return this.send("/register", { name, email: `${name.toLowerCase()}@blog.example`, password });
  }
  async logIn(name: string, password = "correct horse", next = "/"): Promise<Answer> {
    await this.ask("/login");
    return this.send("/login", { email: `${name.toLowerCase()}@blog.example`, password, next });
  }
  /** Returns the path of the entry. */
  async publish(title: string, text: string): Promise<string> {
    await this.ask("/compose");
    const { status, headers } = await this.send("/compose", { title, text, action: "publish" });
    if (status !== 303) throw new Error(`not published: ${status}`);
    return headers["location"] ?? "";
  }
}
