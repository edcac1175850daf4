/** A stream of ours and a plain socket at its other end, over TCP or a unix socket, by each road a runtime has. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IOStream } from "../../src/net/iostream.ts";
import type { IOStreamOptions } from "../../src/net/iostream.ts";

export const onBun: boolean = "Bun" in globalThis;

/** Names of the ways bytes can take into a stream on this runtime, and the option for each. */
export const ROADS: readonly (readonly [name: string, options: IOStreamOptions])[] = onBun
  ? [
      ["wasm", { parser: "wasm" }],
      ["ts", { parser: "ts" }],
    ]
  : [
      ["zero-copy", { transport: "zero-copy" }],
      ["copy", { transport: "copy" }],
      ["zero-copy, ts", { transport: "zero-copy", parser: "ts" }],
    ];

export async function withPair(
  options: IOStreamOptions,
  use: (stream: IOStream, peer: net.Socket) => Promise<void>,
  unix = false,
): Promise<void> {
  const folder = unix ? mkdtempSync(join(tmpdir(), "landspout-")) : "";
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  const path = join(folder, "socket");
  if (unix) server.listen(path);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const stream = new IOStream(options);
  const { port } = server.address() as net.AddressInfo;
  await stream.connect(unix ? { path } : { port, host: "127.0.0.1" });
  const [peer] = (await accepted) as [net.Socket];
  peer.on("error", () => undefined);
  try {
    await use(stream, peer);
  } finally {
    stream.close();
    peer.destroy();
    server.close();
    await once(server, "close");
    if (unix) rmSync(folder, { recursive: true });
  }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { code?: string };
  }
  throw new Error("nothing was thrown");
}
