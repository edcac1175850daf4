/**
 * A blog: its author writes, readers read and say what they like. `node --import tsx examples/blog/server.ts --port 8888 --data blog.db
 * --title "My blog"`. It has no script and needs none. Entries are in one SQLite file, which is made at the first start; whoever registers
 * first is the author. Behind a proxy: `--url https://blog.example --behind-proxy`.
 */
import { fileURLToPath } from "node:url";
import { Application } from "landspout";
import { loadTranslations, setDefaultLocale } from "landspout/locale";
import { url } from "landspout/web";
import { fail, failToServe, readArguments, readPort } from "../arguments.ts";
import { LoginHandler, LogoutHandler, RegisterHandler } from "./accounts.ts";
import { Attempts } from "./attempts.ts";
import { NotFoundHandler } from "./blog-handler.ts";
import type { Blog } from "./blog-handler.ts";
import { EntryModule, PreviewModule } from "./entry-module.ts";
import { ArchiveHandler, EntryPageHandler, FeedHandler, HomeHandler, LanguageHandler, LikeHandler } from "./reading.ts";
import { Store } from "./store.ts";
import { ComposeHandler, RemoveHandler } from "./writing.ts";

/** Bytes of a form: the longest entry, every character of it escaped, needs less. */
const LARGEST_FORM = 1_000_000;

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function readOptions(): {
  port: number;
  address: string;
  data: string;
  title: string;
  url?: string;
  quiet: boolean;
  proxy: boolean;
} {
  const values = readArguments({
    port: { type: "string", default: "8888" },
    address: { type: "string", default: "127.0.0.1" },
    data: { type: "string", default: pathOf("blog.db") },
    title: { type: "string", default: "landspout blog" },
    url: { type: "string" },
    "behind-proxy": { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  });
  const port = readPort(values.port);
  const { address, data, title, quiet } = values;
  const options = { port, address, data, title, quiet, proxy: values["behind-proxy"] };
  if (values.url === undefined) return options;
  if (!/^https?:\/\/[^/?#\s]+$/.test(values.url))
    fail(`--url is as https://blog.example, without a path, not ${values.url}`);
  return { ...options, url: values.url };
}

const routes = [
  url("/", HomeHandler, {}, "home"),
  url("/archive", ArchiveHandler, {}, "archive"),
  url("/feed", FeedHandler, {}, "feed"),
  url("/entry/:slug", EntryPageHandler, {}, "entry"),
  url("/entry/:slug/edit", ComposeHandler, {}, "edit"),
  url("/entry/:slug/remove", RemoveHandler, {}, "remove"),
  url("/entry/:slug/like", LikeHandler, {}, "like"),
  url("/compose", ComposeHandler, {}, "compose"),
  url("/register", RegisterHandler, {}, "register"),
  url("/login", LoginHandler, {}, "login"),
  url("/logout", LogoutHandler, {}, "logout"),
  url("/language", LanguageHandler, {}, "language"),
];

function makeApplication(blog: Blog, accessLog: boolean): Application {
  return new Application(routes, {
    blog,
    accessLog,
    templatePath: pathOf("templates"),
    staticPath: pathOf("static"),
    uiModules: { Entry: EntryModule, Preview: PreviewModule },
    cookieSecret: blog.store.secret,
    loginUrl: "/login",
    xsrfCookies: true,
    xsrfCookieOptions: { httpOnly: true, sameSite: "Lax", secure: blog.url?.startsWith("https:") === true },
    compressResponse: true,
    defaultHandlerClass: NotFoundHandler,
  });
}

const options = readOptions();
let store: Store;
try {
  store = await Store.open(options.data);
} catch (error) {
  fail((error as Error).message, 1);
}
const { port, address, data, title } = options;

setDefaultLocale("en");
loadTranslations(pathOf("locale"));
const app = makeApplication({ store, title, url: options.url, attempts: new Attempts() }, !options.quiet);
const server = app.listen(port, address, { maxBodySize: LARGEST_FORM, xheaders: options.proxy });
try {
  await server.listening;
} catch (error) {
  store.close();
  failToServe(address, port, error);
}
const host = address === "127.0.0.1" || address === "0.0.0.0" || address === "::" ? "localhost" : address;
const bun = process.versions["bun"];
console.log(`The blog is at http://${host.includes(":") ? `[${host}]` : host}:${server.port}`);
console.log(`  data       ${data === ":memory:" ? "in memory, gone at the end" : data} (${store.driver})`);
if (!store.hasAuthor) console.log("  author     nobody yet: whoever registers first");
console.log(`  runtime    ${bun === undefined ? `Node ${process.versions.node}` : `Bun ${bun}`}`);

function stop(): void {
  void server.shutdown({ deadline: 3 }).then(() => {
    store.close();
    process.exit(0);
  });
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
