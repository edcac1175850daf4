/** Rows of handlers: a request to a class one of whose hooks fails, beside one that must not notice. */
import * as assert from "uvu/assert";
import { RequestHandler } from "../../src/web/index.ts";
import type { Route, Settings } from "../../src/web/index.ts";
import { Application } from "../../src/web/index.ts";
import type { HTTPServer } from "../../src/http/server/httpserver.ts";
import { serving, withPeer } from "../_support/wire.ts";
import type { Peer } from "../_support/wire.ts";
import type { Act, Mode, Row } from "./_modes.ts";

/** A status, a cut connection, or none as long as the client stays. */
export type Seen = number | "cut" | "nothing";

export interface Expected {
  readonly throws: Seen;
  readonly rejects: Seen;
  readonly resolves: Seen;
  readonly never: Seen;
}

export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly fields?: string;
  readonly body?: string;
}

type AnyClass = new (...args: never[]) => RequestHandler;

/** A class whose hook, an own property of its prototype, is the function. */
function withHook(base: AnyClass, hook: string, act: Act, called: () => void): typeof RequestHandler {
  const Failing = { Failing: class extends (base as unknown as typeof Plain) {} }.Failing as typeof RequestHandler;
  const fail = function (): unknown {
    called();
    return act();
  };
  const accessor = Object.getOwnPropertyDescriptor(findOwner(base, hook), hook)?.get !== undefined;
  Object.defineProperty(
    Failing.prototype,
    hook,
    accessor ? { get: fail, configurable: true } : { value: fail, writable: true, configurable: true },
  );
  return Failing;
}
function findOwner(base: AnyClass, hook: string): object {
  for (let p: object = base.prototype as object; p !== null; p = Object.getPrototypeOf(p) as object)
    if (Object.hasOwn(p, hook)) return p;
  throw new Error(`${base.name} has no ${hook}`);
}

/** Any class of handlers, for the compiler. */
declare const Plain: new (...args: never[]) => RequestHandler;

class Held extends RequestHandler {
  static release: () => void;
  static begun: () => void;
  override async get() {
    await new Promise<void>((resolve) => {
      Held.release = resolve;
      Held.begun();
    });
    return "held";
  }
}

/** Lets the other request end early. */
export const releaseHeld = (): void => Held.release();

/** Serves routes; a request of another connection is under way meanwhile, and must be answered as if nothing had been. */
export async function beside(
  routes: readonly Route[],
  settings: Settings,
  use: (peer: Peer, port: number, server: HTTPServer, app: Application) => Promise<void>,
): Promise<void> {
  const app = new Application([...routes, ["/held", Held]], settings);
  await serving(app, {}, (port, server) =>
    withPeer(port, async (other) => {
      const begun = new Promise<void>((resolve) => (Held.begun = resolve));
      other.write("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
      await begun;
      await withPeer(port, (peer) => use(peer, port, server, app));
      Held.release();
      assert.is((await other.answer()).body, "held");
    }),
  );
}

export function send(peer: Peer, { method = "GET", target = "/", fields = "", body = "" }: Asked = {}): void {
  const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
  peer.write(`${method} ${target} HTTP/1.1\r\nHost: a\r\n${length}${fields}\r\n${body}`);
}

/** What the client of a request sees of it. */
export async function see(peer: Peer, expected: Seen, called: Promise<void>, method = "GET"): Promise<void> {
  if (expected === "nothing") {
    await called;
    peer.destroy();
  } else if (expected === "cut") {
    const rest = await peer.rest();
    assert.not.match(rest, /\r\n0\r\n\r\n$/);
  } else assert.is((await peer.answer(method === "HEAD")).status, expected);
}

interface HandlerRow extends Omit<Row, "run" | "where" | "hook"> {
  readonly where?: RegExp;
  readonly owner?: string;
  readonly base: AnyClass;
  readonly asked?: Asked;
  readonly pattern?: string;
  readonly settings?: Settings;
  readonly expected: Expected;
  /** Calls of `onFinish` of the request; default 1, 0 or 1 where nothing is answered. */
  readonly finishes?: number;
  /** After the request has been sent. */
  readonly then?: (peer: Peer, server: HTTPServer, called: Promise<void>) => void | Promise<void>;
}

/** A row of a hook of handlers. */
export function hookRow(name: string, row: HandlerRow): Row {
  const { base, asked, expected, settings = {} } = row;
  const owner = row.owner ?? "RequestHandler";
  return {
    where: new RegExp(`${asked?.method ?? "GET"} /\\S* \\(127\\.0\\.0\\.1\\) in Failing\\.${name}\\n`),
    ...row,
    hook: `${owner}.${name}`,
    async run(act: Act, mode: Mode): Promise<void> {
      let report: () => void = () => undefined;
      const called = new Promise<void>((resolve) => (report = resolve));
      const Failing = withHook(base, name, act, report);
      let finished = 0;
      if (name !== "onFinish") Failing.prototype.onFinish = () => void finished++;
      const lines: string[] = [];
      const counted =
        "logFunction" in settings
          ? settings
          : { logFunction: ({ request }: RequestHandler) => void lines.push(request.uri), ...settings };
      await beside([[row.pattern ?? "/", Failing]], counted, async (peer, _port, server) => {
        send(peer, asked);
        await row.then?.(peer, server, called);
        await see(peer, expected[mode.kind], called, asked?.method);
      });
      const ours = lines.filter((uri) => uri !== "/held").length;
      if (expected[mode.kind] === "nothing") {
        assert.ok(finished <= 1 && ours <= 1, `${finished} calls of onFinish, ${ours} lines`);
        return;
      }
      if (name !== "onFinish") assert.is(finished, row.finishes ?? 1, "calls of onFinish");
      if (!("logFunction" in settings)) assert.is(ours, 1, "lines of the access log");
    },
  };
}
