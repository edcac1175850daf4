/** Rows of `RequestHandler`: hooks, methods, and the calls that a class can override and the framework makes. */
import { authenticated, HTTPError, RequestHandler, streamRequestBody, UIModule } from "../../src/web/index.ts";
import { DictLoader } from "../../src/template/index.ts";
import type { Row } from "./_modes.ts";
import { hookRow, releaseHeld } from "./_request.ts";
import type { Expected, Seen } from "./_request.ts";

const all = (seen: Seen): Expected => ({ throws: seen, rejects: seen, resolves: seen, never: seen });
/** It is waited for. */
const AWAITED: Expected = { throws: 500, rejects: 500, resolves: 200, never: "nothing" };
/** It is called, and its promise only looked after. */
const WATCHED: Expected = { throws: 500, rejects: 200, resolves: 200, never: 200 };
/** Its result is needed at once: a promise is refused. */
const NEEDED = { expected: all(500), loud: ["resolves", "never"] } as const;

class Plain extends RequestHandler {
  override get(): void {
    this.write("content");
  }
  override post(): void {
    this.write("content");
  }
}
class Broken extends RequestHandler {
  override get(): void {
    throw new HTTPError(500);
  }
}
/** A promise is awaited by what the method does with it. */
const using = (use: (handler: RequestHandler) => unknown) =>
  class extends RequestHandler {
    override get(): void {
      this.write(`${typeof use(this)}`);
    }
  };
const inGet = { where: /GET \/ \(127\.0\.0\.1\) in Failing\.get\n/ };

class Page extends RequestHandler {
  override get() {
    return this.render("page.html");
  }
}
class Resources extends UIModule {
  override render() {
    return "";
  }
  override javascriptFiles() {
    return "/a.js";
  }
  override embeddedJavascript() {
    return "b";
  }
  override cssFiles() {
    return "/c.css";
  }
  override embeddedCss() {
    return "d";
  }
}
const pages = {
  templateLoader: new DictLoader({ "page.html": "<head></head><body>{% module Resources() %}</body>" }),
  uiModules: { Resources },
};

const Uploads = streamRequestBody(
  class extends Plain {
    override dataReceived(): void {}
  },
);
class Waiting extends RequestHandler {
  static begun: () => void = () => undefined;
  override async get() {
    Waiting.begun();
    await new Promise((resolve) => this.request.signal.addEventListener("abort", resolve));
  }
}
class Returning extends RequestHandler {
  override get() {
    return "content";
  }
}
class Streaming extends RequestHandler {
  async *stream() {
    yield "content";
  }
  override get() {
    return this.stream() as never;
  }
}
const Locked = class extends RequestHandler {};
Locked.prototype.get = authenticated(() => undefined);

const methods = (["get", "head", "post", "delete", "patch", "put", "options"] as const).map((name) =>
  hookRow(name, { base: Plain, asked: { method: name.toUpperCase() }, expected: AWAITED }),
);

export const HANDLER_ROWS: readonly Row[] = [
  ...methods,
  hookRow("initialize", { base: Plain, expected: WATCHED }),
  // It is called again for the error page.
  hookRow("setDefaultHeaders", {
    base: Plain,
    where: /GET \/ \(127\.0\.0\.1\) in Failing\.(?:setDefaultHeaders|sendError)\n/,
    expected: WATCHED,
    records: "some",
  }),
  hookRow("prepare", { base: Plain, expected: AWAITED }),
  hookRow("onFinish", { base: Plain, expected: all(200) }),
  hookRow("decodeArgument", {
    base: using((handler) => handler.getArgument("a")),
    asked: { target: "/?a=b" },
    where: /GET \/\?a=b \(127\.0\.0\.1\) in Failing\.get\n/,
    ...NEEDED,
  }),
  hookRow("checkXsrfCookie", {
    base: Plain,
    asked: { method: "POST" },
    settings: { xsrfCookies: true },
    ...NEEDED,
  }),
  hookRow("computeEtag", { base: Plain, ...inGet, ...NEEDED }),
  hookRow("dataReceived", { base: Uploads, asked: { method: "POST", body: "content" }, expected: AWAITED }),
  hookRow("onConnectionClose", {
    base: Waiting,
    expected: all("nothing"),
    then: async (peer, _server, called) => {
      peer.destroy();
      await called;
    },
  }),
  hookRow("onShutdown", {
    base: Waiting,
    expected: { throws: 500, rejects: 500, resolves: "cut", never: "cut" },
    then: async (_peer, server, called) => {
      await new Promise<void>((resolve) => (Waiting.begun = resolve));
      void server.shutdown({ drain: 0, deadline: 0.3 });
      await called;
      // Whatever is left at the deadline is cut.
      releaseHeld();
    },
  }),
  // The page fails, too: the status stays, without content. What was thrown first is an HTTPError, which is not logged.
  hookRow("writeError", { base: Broken, expected: { throws: 500, rejects: 500, resolves: 500, never: "nothing" } }),
  hookRow("sendError", {
    base: Broken,
    expected: { throws: 500, rejects: 500, resolves: "nothing", never: "nothing" },
  }),
  hookRow("logException", {
    base: Broken,
    expected: all(500),
  }),
  hookRow("finish", {
    base: Plain,
    where: /in Failing\.(?:get|writeError|finish)\n/,
    expected: { throws: 500, rejects: 500, resolves: "nothing", never: "nothing" },
    records: "some",
  }),
  // Called for what `get` returns, and for the error page.
  hookRow("write", {
    base: Returning,
    where: /in Failing\.(?:get|writeError|write)\n/,
    expected: AWAITED,
    records: "some",
  }),
  hookRow("flush", { base: Streaming, where: /in Failing\.(?:get|flush)\n/, expected: AWAITED }),
  hookRow("clear", { base: Broken, where: /in Failing\.(?:sendError|clear)\n/, expected: all(500) }),
  hookRow("setStatus", {
    base: Broken,
    where: /in Failing\.(?:sendError|setStatus)\n/,
    expected: { throws: 500, rejects: 200, resolves: 200, never: 200 },
    records: "some",
  }),
  hookRow("getCurrentUser", { base: using((handler) => handler.currentUser), ...inGet, ...NEEDED }),
  hookRow("getLoginUrl", { base: Locked, ...inGet, ...NEEDED }),
  hookRow("getUserLocale", { base: using((handler) => handler.locale), ...inGet, ...NEEDED }),
  hookRow("getBrowserLocale", { base: using((handler) => handler.locale), ...inGet, ...NEEDED }),
  hookRow("getTemplateNamespace", { base: Page, settings: pages, ...inGet, ...NEEDED }),
  hookRow("getTemplatePath", { base: Page, settings: pages, ...inGet, ...NEEDED }),
  hookRow("createTemplateLoader", { base: Page, ...inGet, ...NEEDED }),
  ...["renderLinkedJs", "renderEmbedJs", "renderLinkedCss", "renderEmbedCss"].map((name) =>
    hookRow(name, { base: Page, settings: pages, ...inGet, ...NEEDED }),
  ),
  hookRow("allowedMethods", {
    base: RequestHandler,
    ...inGet,
    ...NEEDED,
  }),
];
