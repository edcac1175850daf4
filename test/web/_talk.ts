/** An application on a real socket, and one keep-alive client that asks it things. */
import { Buffer } from "node:buffer";
import { Application } from "../../src/web/index.ts";
import type { Route, Settings } from "../../src/web/index.ts";
import { serving, withPeer } from "../_support/wire.ts";
import type { Answer, Peer } from "../_support/wire.ts";

export const talk = (
  routes: readonly Route[],
  use: (peer: Peer, app: Application) => Promise<void>,
  settings: Settings = {},
): Promise<void> => {
  const app = new Application(routes, { accessLog: false, ...settings });
  return serving(app, {}, (port) => withPeer(port, (peer) => use(peer, app)));
};

export async function ask(
  peer: Peer,
  target: string,
  { method = "GET", fields = "", body = "" } = {},
): Promise<Answer> {
  const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  peer.write(Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${length}${fields}\r\n${body}`));
  return peer.answer(method === "HEAD");
}
