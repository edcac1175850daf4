/** Rows of what an application is given: settings that are functions, transforms, loaders, UI modules, routers, the classes themselves. */
import { Application, RequestHandler, UIModule } from "../../src/web/index.ts";
import { Matcher, toRouter } from "../../src/web/routing/index.ts";
import type { HandlerClass } from "../../src/web/index.ts";
import type { HTTPServerRequest } from "../../src/http/request.ts";
import type { Route, Settings } from "../../src/web/index.ts";
import type { OutputTransform } from "../../src/web/answer/output-transform.ts";
import { DictLoader } from "../../src/template/index.ts";
import { loggers, setLoggers } from "../../src/log.ts";
import * as assert from "uvu/assert";
import { serving, withPeer } from "../_support/wire.ts";
import type { Act, Mode, Row } from "./_modes.ts";
import { beside, see, send } from "./_request.ts";
import type { Asked, Expected, Seen } from "./_request.ts";

const all = (seen: Seen): Expected => ({ throws: seen, rejects: seen, resolves: seen, never: seen });
const NEEDED = { expected: all(500), loud: ["resolves", "never"] } as const;

class Plain extends RequestHandler {
  override get(): void {
    this.write("content");
  }
}
class Page extends RequestHandler {
  override get() {
    return this.render("page.html");
  }
}
class Flushing extends RequestHandler {
  override async get() {
    this.write("a");
    await this.flush();
    this.write("b");
  }
}

interface Setting extends Omit<Row, "run"> {
  readonly expected: Expected;
  readonly asked?: Asked;
  make(act: Act): { readonly routes: readonly Route[]; readonly settings?: Settings; adapt?(app: Application): void };
}

/** A request to an application that was given the function. */
function given({ make, expected, asked, ...row }: Setting): Row {
  return {
    ...row,
    async run(act: Act, mode: Mode): Promise<void> {
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      const { routes, settings, adapt } = make(() => {
        report();
        return act();
      });
      await beside(routes, { accessLog: false, ...settings }, async (peer, _port, _server, app) => {
        adapt?.(app);
        send(peer, asked);
        await see(peer, expected[mode.kind], called, asked?.method);
      });
    },
  };
}

/** Whether the other request is the one that is asked about. */
const isOurs = (handler: RequestHandler): boolean => handler.request.path !== "/held";

class Unchanged extends RequestHandler {
  override get(): void {
    this.setStatus(304);
  }
}

const transform = (member: keyof OutputTransform, act: Act): OutputTransform => ({
  transformFirstChunk: (status, _headers, chunk) => ({ status, chunk }),
  transformChunk: (chunk) => chunk,
  [member]: act,
});
const transforming = (member: keyof OutputTransform, handler: HandlerClass, also?: () => never) => (act: Act) => ({
  routes: [["/", handler]] as const,
  adapt: (app: Application) => {
    app.addTransform(({ path }) => (path === "/held" ? undefined : transform(member, act)));
    if (also !== undefined)
      app.addTransform(({ path }) => (path === "/held" ? undefined : transform("transformFirstChunk", also)));
  },
});

const withModule = (member: string) => (act: Act) => {
  class Failing extends UIModule {
    override render(): string {
      return "";
    }
  }
  Object.defineProperty(Failing.prototype, member, { value: act });
  return { routes: [["/", Page]] as const, settings: pages({ Failing }) };
};
const pages = (uiModules: Settings["uiModules"] = {}): Settings => ({
  templateLoader: new DictLoader({ "page.html": "<head></head><body>{% module Failing() %}</body>" }),
  ...(uiModules === undefined ? {} : { uiModules }),
});
class Quiet extends UIModule {
  override render(): string {
    return "";
  }
}

const inGet = /GET \/ \(127\.0\.0\.1\) in \w+\.get\n/;
const modules = ["render", "embeddedJavascript", "javascriptFiles", "embeddedCss", "cssFiles", "htmlHead", "htmlBody"];

export const APPLICATION_ROWS: readonly Row[] = [
  given({
    hook: "RequestHandler.constructor",
    where: /GET \/ \(127\.0\.0\.1\) in Failing\.constructor\n/,
    expected: { throws: 500, rejects: 200, resolves: 200, never: 200 },
    // A constructor returns no promise; what it begins is its own.
    silent: ["rejects"],
    make: (act) => ({
      routes: [
        [
          "/",
          class Failing extends Plain {
            constructor(...args: ConstructorParameters<typeof RequestHandler>) {
              super(...args);
              const begun = act();
              if (begun instanceof Promise) begun.catch(() => undefined);
            }
          },
        ],
      ],
    }),
  }),
  given({
    hook: "Settings.logFunction",
    also: ["Application.logRequest"],
    where: /GET \/ \(127\.0\.0\.1\) in Plain\.logRequest\n/,
    expected: all(200),
    make: (act) => ({
      routes: [["/", Plain]],
      settings: { logFunction: (handler) => (isOurs(handler) ? (act() as void) : undefined) },
    }),
  }),
  given({
    hook: "OutputTransform.transformFirstChunk",
    where: /GET \/ \(127\.0\.0\.1\) in Plain\.(?:get|transform)\n/,
    expected: { throws: 500, rejects: 500, resolves: 500, never: "nothing" },
    loud: ["resolves"],
    make: transforming("transformFirstChunk", Plain),
  }),
  given({
    hook: "OutputTransform.notModified",
    where: /GET \/ \(127\.0\.0\.1\) in Unchanged\.(?:get|transform)\n/,
    expected: all(500),
    loud: ["resolves", "never"],
    make: transforming("notModified", Unchanged),
  }),
  given({
    hook: "OutputTransform.transformChunk",
    where: /GET \/ \(127\.0\.0\.1\) in Flushing\.(?:get|transform)\n/,
    expected: { throws: "cut", rejects: "cut", resolves: "cut", never: "nothing" },
    loud: ["resolves"],
    make: (act) => ({
      routes: [["/", Flushing]],
      // Its head is out: the connection is cut, which the answer's own framing shows.
      adapt: (app) => app.addTransform(({ path }) => (path === "/held" ? undefined : cutting(act))),
    }),
  }),
  given({
    hook: "OutputTransform.abandon",
    where: /GET \/ \(127\.0\.0\.1\) in Plain\.get\n|abandon of an output transform/,
    expected: all(500),
    records: "some",
    loud: ["resolves", "never"],
    make: transforming("abandon", Plain, () => {
      throw new Error("first");
    }),
  }),
  given({
    hook: "OutputTransformFactory",
    where: /GET \/ \(127\.0\.0\.1\) in Plain\.get\n/,
    expected: all(500),
    loud: ["resolves", "never"],
    records: "some",
    make: (act) => ({
      routes: [["/", Plain]],
      adapt: (app) => app.addTransform(({ path }) => (path === "/held" ? undefined : (act() as OutputTransform))),
    }),
  }),
  given({
    hook: "BaseLoader.load",
    where: inGet,
    ...NEEDED,
    make: (act) => ({ routes: [["/", Page]], settings: { templateLoader: withLoad(act) } }),
  }),
  ...modules.map((member) => given({ hook: `UIModule.${member}`, where: inGet, ...NEEDED, make: withModule(member) })),
  given({
    hook: "UIMethods",
    where: inGet,
    ...NEEDED,
    make: (act) => ({
      routes: [["/", Page]],
      settings: {
        templateLoader: new DictLoader({ "page.html": "{{ failing() }}" }),
        uiMethods: { failing: act },
        uiModules: { Quiet },
      },
    }),
  }),
  given({
    hook: "Router.findHandler",
    also: ["toRouter"],
    where: /GET \/ \(127\.0\.0\.1\) in RoutedMessage\.headersReceived\n/,
    ...NEEDED,
    make: (act) => ({ routes: [["/", toRouter(() => act() as never)]] }),
  }),
  given({
    hook: "Matcher.match",
    where: /GET \/ \(127\.0\.0\.1\) in RoutedMessage\.headersReceived\n/,
    expected: { throws: 500, rejects: 500, resolves: 500, never: 500 },
    loud: ["resolves", "never"],
    make: (act) => ({
      routes: [[new Failing(act), Plain]],
    }),
  }),
  ...(["cancel", "destroy"] as const).map((member): Row => ({
    hook: `Source.${member}`,
    where: /^$/,
    // The client has left: there is nobody to tell, and nothing to end but the source itself.
    silent: ["throws", "rejects"],
    async run(act: Act): Promise<void> {
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      const source = Object.assign(new Returned(), {
        [member]: () => {
          report();
          return act();
        },
        async *[Symbol.asyncIterator]() {
          yield "a";
          await new Promise(() => undefined);
        },
      });
      await beside([["/", () => source as never]], { accessLog: false }, async (peer) => {
        send(peer);
        await peer.next(20);
        peer.destroy();
        await called;
      });
    },
  })),
  given({
    hook: "RouteFunction",
    where: /GET \/ \(127\.0\.0\.1\) in Functions\.get\n/,
    expected: { throws: 500, rejects: 500, resolves: 200, never: "nothing" },
    make: (act) => ({ routes: [["/", () => act() as never]] }),
  }),
  {
    hook: "Logger.info",
    also: ["Logger.debug", "Logger.warn", "Logger.error"],
    where: /^$/,
    silent: ["throws", "rejects"],
    run: async (act) => {
      const { error: before } = console;
      const lines: string[] = [];
      console.error = (line: string) => void lines.push(line);
      const was = setLoggers({ access: { debug: act, info: act, warn: act, error: act } as typeof loggers.access });
      try {
        await beside([["/", Plain]], {}, async (peer) => {
          send(peer);
          await see(peer, 200, Promise.resolve());
        });
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        setLoggers(was);
        console.error = before;
      }
      // In place of a record that could not be written.
      assert.ok(
        lines.length === 0 || lines.some((line) => line.includes("The access logger failed")),
        lines.join("\n"),
      );
    },
  },
  {
    hook: "RuleRouter.onClose",
    also: ["HTTPServerConnectionDelegate.onClose of a route"],
    where: /Uncaught exception in onClose of /,
    run: async (act) => {
      let closed = 0;
      let report: () => void = () => undefined;
      const both = new Promise<void>((resolve) => (report = resolve));
      const target = (close: Act) => {
        const app = new Application([["/", Plain]], { accessLog: false });
        const onClose = (): void => {
          if (++closed === 2) report();
          return close() as void;
        };
        return { startRequest: app.startRequest.bind(app), onClose };
      };
      const app = new Application([
        ["/a", target(act)],
        ["/b", target(() => undefined)],
      ] as unknown as Route[]);
      await serving(app, {}, async (port) => {
        await withPeer(port, async (peer) => {
          for (const path of ["/a", "/b"]) {
            send(peer, { target: path });
            await peer.answer();
          }
        });
        await both;
      });
    },
  },
];

/** Its second piece fails. */
function cutting(act: Act): OutputTransform {
  return {
    transformFirstChunk: (status, _headers, chunk) => ({ status, chunk }),
    transformChunk: () => act() as Uint8Array,
  };
}

class Failing extends Matcher {
  readonly #act: Act;
  constructor(act: Act) {
    super();
    this.#act = act;
  }
  override match({ path }: HTTPServerRequest): never {
    return (path === "/held" ? undefined : this.#act()) as never;
  }
}

/** A stream of the program's own; a plain object would be sent as JSON. */
class Returned {}

function withLoad(act: Act): DictLoader {
  const loader = new DictLoader({});
  Object.defineProperty(loader, "load", { value: act });
  return loader;
}
