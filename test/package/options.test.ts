/**
 * Everywhere options are taken, one that does not exist is refused with the nearest name, at the call: no room is left in which a misspelt
 * limit is a limit that is not there. A function that takes options has a row here.
 */
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import * as assert from "uvu/assert";
import * as adapters from "../../src/adapters/index.ts";
import { runOnExecutor } from "../../src/async/concurrent/index.ts";
import * as gen from "../../src/async/gen/index.ts";
import { linkify } from "../../src/escape/index.ts";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import { MultipartStream, setParseBodyConfig } from "../../src/http/httputil.ts";
import { setCookieLine } from "../../src/http/message/set-cookie.ts";
import { get as getLocale } from "../../src/locale/index.ts";
import { IOLoop, PeriodicCallback, WorkerExecutor } from "../../src/loop/ioloop.ts";
import { IOStream } from "../../src/net/iostream.ts";
import * as netutil from "../../src/net/netutil.ts";
import { TCPClient } from "../../src/net/tcpclient.ts";
import { forkProcesses } from "../../src/process/process.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { natsDriver, processDriver, PubSub, redisDriver } from "../../src/pubsub/index.ts";
import { FolderHandler } from "../../src/serve/index.ts";
import { DictLoader, Loader, precompile, PrecompiledLoader, Template } from "../../src/template/index.ts";
import { expectLog as caughtLog, inject, withServer } from "../../src/testing/index.ts";
import * as web from "../../src/web/index.ts";
import { websocketConnect } from "../../src/web/websocket.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import { expectLog, suite } from "../_support/suite.ts";

const test = suite("options everywhere");

const app = new web.Application([], { accessLog: false });
/** What is wrong is written so that the compiler does not see it. */
const wrong = (options: object): never => options as never;
const at = (handler: unknown, args: object): unknown => new web.Application([["/*", handler as never, args]]);

/** Who takes options, a call with a wrong one, and the name in the sentence. */
const ROWS: readonly [string, () => unknown, string][] = [
  ["HTTPServer", () => new HTTPServer(app, wrong({ maxBodysize: 1 })), "maxBodySize"],
  ["HTTPServer in Tornado's spelling", () => new HTTPServer(app, wrong({ max_body_size: 1 })), "maxBodySize"],
  ["HTTPServer ssl", () => new HTTPServer(app, wrong({ ssl: { requestcert: true } })), "requestCert"],
  ["TCPServer", () => new TCPServer(wrong({ maxBuffersize: 1 })), "maxBufferSize"],
  ["TCPServer.listen", () => new TCPServer().listen(0, "127.0.0.1", wrong({ reuseport: true })), "reusePort"],
  ["TCPServer.bind", () => new TCPServer().bind(0, "127.0.0.1", wrong({ backLog: 5 })), "backlog"],
  ["TCPServer.listenUnix", () => new TCPServer().listenUnix("/nowhere/s", wrong({ mod: 0o600 })), "mode"],
  ["TCPServer.start", () => new TCPServer().start(2, wrong({ maxRestart: 5 })), "maxRestarts"],
  ["TCPServer.reloadCertificates", () => new TCPServer().reloadCertificates(wrong({ certs: "" })), "cert"],
  ["forkProcesses", () => forkProcesses(2, wrong({ exit_parent: true })), "exitParent"],
  ["shutdown", () => new HTTPServer(app).shutdown(wrong({ deadlin: 5 })), "deadline"],
  ["IOStream", () => new IOStream(wrong({ max_buffer_size: 5 })), "maxBufferSize"],
  ["IOStream.connect", () => new IOStream().connect(wrong({ hostname: "localhost", port: 1 })), "host"],
  ["IOStream.write", () => new IOStream().write("x", wrong({ byte: "keep" })), "bytes"],
  ["TCPClient", () => new TCPClient(wrong({ resolve: {} })), "resolver"],
  ["TCPClient.connect", () => new TCPClient().connect("localhost", 1, wrong({ time_out: 5 })), "timeout"],
  ["bindSockets", () => netutil.bindSockets(0, "127.0.0.1", wrong({ backLog: 5 })), "backlog"],
  ["CachingResolver", () => new netutil.CachingResolver(undefined, wrong({ ttls: 5 })), "ttl"],
  ["DnsResolver", () => new netutil.DnsResolver(wrong({ server: [] })), "servers"],
  ["DefaultResolver.resolve", () => new netutil.DefaultResolver().resolve("::1", wrong({ famly: 6 })), "family"],
  ["CachingResolver.resolve", () => new netutil.CachingResolver().resolve("::1", wrong({ famly: 6 })), "family"],
  ["DnsResolver.resolve", () => new netutil.DnsResolver().resolve("::1", wrong({ famly: 6 })), "family"],
  ["IOStream.readBytes", () => new IOStream().readBytes(5, wrong({ partail: true })), "partial"],
  ["IOStream.readUntil", () => new IOStream().readUntil("x", wrong({ maxbytes: 5 })), "maxBytes"],
  ["IOStream.startTls", () => new IOStream().startTls(false, wrong({ serverHostName: "x" })), "serverHostname"],
  ["IOLoop", () => new IOLoop(wrong({ make_current: false })), "makeCurrent"],
  ["IOLoop.close", () => new IOLoop({ makeCurrent: false }).close(wrong({ all_fds: true })), "allFds"],
  [
    "IOLoop.runSync",
    () => new IOLoop({ makeCurrent: false }).runSync(() => undefined, wrong({ timout: 5 })),
    "timeout",
  ],
  ["PeriodicCallback", () => new PeriodicCallback(() => 1, 5, 0, wrong({ unRef: true })), "unref"],
  ["WorkerExecutor", () => new WorkerExecutor(wrong({ max_workers: 2 })), "maxWorkers"],
  [
    "submit",
    () => new WorkerExecutor().submit({ module: "node:os", export: "uptime" }, [], wrong({ timeOut: 2 })),
    "timeout",
  ],
  ["runOnExecutor", () => runOnExecutor(wrong({ executer: "pool" })), "executor"],
  ["gen.multi", () => gen.multi([], wrong({ quiet_exceptions: Error })), "quietExceptions"],
  ["gen.withTimeout", () => gen.withTimeout(0, [], wrong({ quietException: Error })), "quietExceptions"],
  ["gen.sleep", () => gen.sleep(0, wrong({ singal: 1 })), "signal"],
  ["setParseBodyConfig", () => setParseBodyConfig(wrong({ multipart: { maxPart: 5 } })), "maxParts"],
  ["setParseBodyConfig", () => setParseBodyConfig(wrong({ multi_part: {} })), "multipart"],
  [
    "MultipartStream",
    () => new MultipartStream("multipart/form-data; boundary=a", wrong({ maxfilesize: 1 })),
    "maxFileSize",
  ],
  ["setCookie", () => setCookieLine("a", "b", wrong({ httponly: true })), "httpOnly"],
  ["toFetchHandler", () => adapters.toFetchHandler(app, wrong({ maxBodysize: 1 })), "maxBodySize"],
  ["toNodeListener", () => adapters.toNodeListener(app, wrong({ maxBodysize: 1 })), "maxBodySize"],
  ["toMiddleware", () => adapters.toMiddleware(app, wrong({ maxBodysize: 1 })), "maxBodySize"],
  ["Application.listen", () => app.listen(0, "127.0.0.1", wrong({ xHeaders: true })), "xheaders"],
  [
    "StaticFileHandler",
    () => at(web.StaticFileHandler, { path: ".", defaultFileName: "index.html" }),
    "defaultFilename",
  ],
  ["FolderHandler", () => at(FolderHandler, { path: ".", dotFiles: true }), "dotfiles"],
  ["FolderHandler", () => at(FolderHandler, { path: ".", local_only: true }), "localOnly"],
  ["RedirectHandler", () => at(web.RedirectHandler, { url: "/", permament: false }), "permanent"],
  ["ErrorHandler", () => at(web.ErrorHandler, { statuscode: 410 }), "statusCode"],
  [
    "staticHandlerArgs",
    () => new web.Application([], wrong({ staticPath: ".", staticHandlerArgs: { dotfile: true } })),
    "dotfiles",
  ],
  ["compression", () => web.compression(wrong({ treshold: 5 })), "threshold"],
  ["compressResponse", () => new web.Application([], wrong({ compressResponse: { treshold: 5 } })), "threshold"],
  ["websocket", () => new web.Application([], wrong({ websocket: { ping_interval: 5 } })), "pingInterval"],
  ["xsrfCookieOptions", () => new web.Application([], wrong({ xsrfCookieOptions: { httponly: true } })), "httpOnly"],
  ["route", () => web.route("/", () => "x", wrong({ method: ["GET"] })), "methods"],
  ["HTTPError", () => new web.HTTPError(404, wrong({ log_message: "x" })), "logMessage"],
  ["createSignedValue", () => web.createSignedValue("s", "a", "b", wrong({ key_version: 1 })), "keyVersion"],
  ["decodeSignedValue", () => web.decodeSignedValue("s", "a", "b", wrong({ max_age_days: 1 })), "maxAgeDays"],
  ["fetchMetadataAllows", () => web.fetchMetadataAllows(new Headers(), wrong({ trustedOrigin: [] })), "trustedOrigins"],
  ["websocketConnect", () => websocketConnect("ws://localhost:1/", wrong({ connect_timeout: 5 })), "connectTimeout"],
  [
    "websocketConnect compression",
    () => websocketConnect("ws://localhost:1/", wrong({ compression: { levl: 5 } })),
    "level",
  ],
  [
    "websocketConnect ssl",
    () => websocketConnect("wss://localhost:1/", wrong({ ssl: { rejectUnauthorised: false } })),
    "rejectUnauthorized",
  ],
  ["processDriver", () => processDriver(wrong({ nam: "x" })), "name"],
  ["redisDriver", () => redisDriver(wrong(new EventEmitter()), wrong({ prefx: "x" })), "prefix"],
  ["natsDriver", () => natsDriver(() => Promise.reject(new Error("no")), {}, wrong({ prefx: "x" })), "prefix"],
  ["PubSub.subscribe", () => new PubSub().subscribe("t", () => 1, wrong({ to_event: () => 1 })), "toEvent"],
  ["Template", () => new Template("x", wrong({ auto_escape: null })), "autoescape"],
  ["Loader", () => new Loader(".", wrong({ whiteSpace: "all" })), "whitespace"],
  ["DictLoader", () => new DictLoader({}, wrong({ whiteSpace: "all" })), "whitespace"],
  ["PrecompiledLoader", () => new PrecompiledLoader([], wrong({ nameSpace: {} })), "namespace"],
  ["precompile", () => precompile(".", wrong({ extension: [".html"] })), "extensions"],
  ["linkify", () => linkify("x", wrong({ extra_params: "x" })), "extraParams"],
  ["formatDate", () => getLocale("en_US").formatDate(0, wrong({ full_format: true })), "fullFormat"],
  ["formatDay", () => getLocale("en_US").formatDay(0, wrong({ gmt_offset: 0 })), "gmtOffset"],
  ["expectLog", () => caughtLog("general", "x", () => 1, wrong({ require: false })), "required"],
  ["inject", () => inject(app, wrong({ url: "/", header: {} })), "headers"],
  ["inject's server", () => inject(app, "/", wrong({ max_body_size: 1 })), "maxBodySize"],
  ["withServer", () => withServer(app, () => undefined, wrong({ maxBodysize: 1 })), "maxBodySize"],
];

/** What a call throws, or its promise rejects with, at once. */
async function failure(call: () => unknown): Promise<Error & { code?: string }> {
  try {
    const result = call();
    if (result instanceof HTTPServer) await result.stop();
    await result;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was taken");
}

for (const [who, call, name] of ROWS)
  test(`${who} refuses an unknown option: ${name} was meant`, async () => {
    const { message, code } = await failure(call);
    assert.match(message, new RegExp(`there is no option .*did you mean ${name}\\?`));
    assert.match(String(code), /^ERR_LANDSPOUT_/);
  });

/** Options of single calls of a handler. */
const CALLS: readonly [string, (handler: web.RequestHandler) => unknown, string][] = [
  ["setSignedCookie", (h) => h.setSignedCookie("a", "b", wrong({ httponly: true })), "httpOnly"],
  ["clearCookie", (h) => h.clearCookie("a", wrong({ Path: "/" })), "path"],
  ["getSignedCookie", (h) => h.getSignedCookie("a", wrong({ max_age_days: 1 })), "maxAgeDays"],
  ["clearAllCookies", (h) => h.clearAllCookies(wrong({ Path: "/" })), "path"],
  ["getSignedCookieBytes", (h) => h.getSignedCookieBytes("a", wrong({ max_age_days: 1 })), "maxAgeDays"],
  ["setDownloadName", (h) => h.setDownloadName("a", wrong({ Type: "inline" })), "type"],
  ["write of text", (h) => h.write("x", wrong({ byte: "keep" })), "bytes"],
  ["write of bytes", (h) => h.write(Buffer.from("x"), wrong({ byte: "keep" })), "bytes"],
  ["finish", (h) => void h.finish("x", wrong({ byte: "keep" })), "bytes"],
  ["sendError", (h) => h.sendError(500, wrong({ reasn: "x" })), "reason"],
  ["redirect", (h) => h.redirect("/", wrong({ permament: true })), "permanent"],
  ["staticUrl", (h) => h.staticUrl("a.css", wrong({ include_host: true })), "includeHost"],
];

for (const [who, call, name] of CALLS)
  test(`${who} refuses an unknown option: ${name} was meant`, async () => {
    let thrown: unknown;
    class Main extends web.RequestHandler {
      override get(): void {
        try {
          call(this);
        } catch (error) {
          thrown = error;
        }
      }
    }
    await inject(new web.Application([["/", Main]], { accessLog: false, cookieSecret: "s", staticPath: "." }), "/");
    assert.match((thrown as Error).message, new RegExp(`there is no option .*did you mean ${name}\\?`));
  });

test("getEventSourceOptions refuses an unknown option: the answer is 500, and the log says why", async () => {
  class Feed extends web.EventSourceHandler {
    override getEventSourceOptions(): never {
      return wrong({ keep_alive: 5 });
    }
  }
  const log = expectLog("did you mean keepAlive?");
  assert.is((await inject(new web.Application([["/", Feed]], { accessLog: false }), "/")).status, 500);
  assert.is(log.records.length, 1);
});

test("getWebSocketOptions and getCompressionOptions likewise, before the WebSocket is there", async () => {
  class Limited extends WebSocketHandler {
    override getWebSocketOptions(): never {
      return wrong({ maxMesageSize: 5 });
    }
    override onMessage(): void {}
  }
  class Compressed extends WebSocketHandler {
    override getCompressionOptions(): never {
      return wrong({ treshold: 5 });
    }
    override onMessage(): void {}
  }
  const sockets = new web.Application(
    [
      ["/limited", Limited],
      ["/compressed", Compressed],
    ],
    { accessLog: false },
  );
  for (const [path, name] of [
    ["limited", "maxMessageSize"],
    ["compressed", "threshold"],
  ]) {
    const log = expectLog(`did you mean ${name}?`);
    await withServer(sockets, async ({ port }) => {
      const { message } = await failure(() => websocketConnect(`ws://127.0.0.1:${port}/${path}`));
      assert.match(message, /500/);
    });
    assert.is(log.records.length, 1);
  }
});

test("sizes, counts and times that cannot be meant are refused in each room", async () => {
  for (const options of [
    { chunkSize: 1.5 },
    { chunkSize: 0 },
    { maxHeaderSize: 2 ** 20 },
    { maxChunkExtensionSize: 2 ** 20 },
    { maxTargetLength: 2 ** 20 },
    { maxBodySize: NaN },
    { maxBodySize: -1 },
    { maxBodySize: "1mb" },
    { headerTimeout: Infinity },
    { lingerSize: Infinity },
    { xheaders: "yes" },
    { decompressRequest: 1 },
    { halfClose: "ignore" },
    { protocol: "ftp" },
    { trustedDownstream: "10.0.0.1" },
    { transport: "fast" },
    { ssl: true },
    { ssl: { key: 5 } },
    { ssl: { requestCert: "yes" } },
    { ssl: { minVersion: "TLSv1" } },
    { ssl: { serverNames: { a: { key: "k", crt: "c" } } } },
  ])
    assert.is(
      (await failure(() => new HTTPServer(app, wrong(options)))).code,
      "ERR_LANDSPOUT_OPTION",
      JSON.stringify(options),
    );
  for (const options of [{ threshold: -1 }, { level: 0 }, { level: 1.5 }, { brotliQuality: 12 }, { codings: ["lzma"] }])
    assert.is(
      (await failure(() => web.compression(wrong(options)))).code,
      "ERR_LANDSPOUT_OPTION",
      JSON.stringify(options),
    );
  for (const options of [
    { path: "" },
    { path: 5 },
    {},
    { path: ".", cacheEntries: 1.5 },
    { path: ".", checkInterval: NaN },
  ])
    assert.is(
      (await failure(() => at(web.StaticFileHandler, options))).code,
      "ERR_LANDSPOUT_OPTION",
      JSON.stringify(options),
    );
  // Infinity is "no limit" where a program may want none.
  for (const options of [{ maxBodySize: Infinity }, { chunkSize: 1024 }, { maxBodySize: 0 }])
    new HTTPServer(app, options);
});

test.run();
