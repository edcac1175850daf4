/**
 * Streams of ours with a plain socket at the other end: made by `connect` and accepted by a TCPServer, over TCP and a unix socket, by
 * each road and parser the runtime has. `eachKind` runs a suite over all of them.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IOStream, IOStreamOptions } from "../../src/net/iostream.ts";
import { TCPServer } from "../../src/net/tcpserver.ts";
import { suite } from "../_support/suite.ts";
import type { SuiteOptions } from "../_support/suite.ts";
import { ROADS, withPair } from "./_pair.ts";

export const CLOSED = "ERR_LANDSPOUT_STREAM_CLOSED";
export const MEGABYTE = 1_048_576;

type Use = (stream: IOStream, peer: net.Socket) => Promise<void>;
/** Runs a function with a stream of one kind and its peer, and closes both. */
type Open = (use: Use, more?: IOStreamOptions) => Promise<void>;

export interface Kind {
  readonly name: string;
  readonly options: IOStreamOptions;
  readonly unix: boolean;
  readonly open: Open;
}

/** A stream accepted by a server, and the socket that has connected to it. */
async function withAccepted(options: IOStreamOptions, use: Use, unix: boolean): Promise<void> {
  let took: (stream: IOStream) => void = () => undefined;
  const accepted = new Promise<IOStream>((resolve) => {
    took = resolve;
  });
  class Server extends TCPServer {
    override handleStream(stream: IOStream): void {
      took(stream);
    }
  }
  const server = new Server(options);
  const folder = unix ? mkdtempSync(join(tmpdir(), "landspout-")) : "";
  const path = join(folder, "socket");
  if (unix) await server.listenUnix(path);
  else await server.listen(0, "127.0.0.1");
  const where = unix ? { path } : { port: server.port, host: "127.0.0.1" };
  const peer = net.connect({ ...where, allowHalfOpen: true, noDelay: true } as net.NetConnectOpts);
  peer.on("error", () => undefined);
  await once(peer, "connect");
  const stream = await accepted;
  try {
    await use(stream, peer);
  } finally {
    stream.destroy();
    peer.destroy();
    await server.stop();
    if (unix) rmSync(folder, { recursive: true });
  }
}

function kinds([road, options]: (typeof ROADS)[number], index: number): Kind[] {
  const kind = (name: string, unix: boolean, open: (more: IOStreamOptions, use: Use) => Promise<void>): Kind => ({
    name: `${name}, ${road}`,
    options,
    unix,
    open: (use, more = {}) => open({ ...options, ...more }, use),
  });
  const tcp = [
    kind("connected", false, (more, use) => withPair(more, use)),
    kind("accepted", false, (more, use) => withAccepted(more, use, false)),
  ];
  // The kind of address makes no difference to the parser: once is enough.
  if (index > 0) return tcp;
  return [
    ...tcp,
    kind("connected, unix", true, (more, use) => withPair(more, use, true)),
    kind("accepted, unix", true, (more, use) => withAccepted(more, use, true)),
  ];
}

export const KINDS: readonly Kind[] = ROADS.flatMap(kinds);

/** One suite for each kind of stream. */
export function eachKind(
  name: string,
  settings: SuiteOptions,
  describe: (test: ReturnType<typeof suite>, kind: Kind) => void,
): void {
  for (const kind of KINDS) {
    const test = suite(`${name}, ${kind.name}`, settings);
    describe(test, kind);
    test.run();
  }
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Goes on when the condition holds; the test's deadline ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** The stream is closed and has said so. */
export function closing(stream: IOStream): Promise<void> {
  return new Promise((resolve) => stream.setCloseCallback(resolve));
}

/** Ends a connection without ceremony: with a reset over TCP; unix sockets have none. */
export function reset(peer: net.Socket): void {
  if (peer.remoteAddress === undefined) peer.destroy();
  else peer.resetAndDestroy();
}

/** Bytes a peer received, and when there are enough of them. */
export class Inbox {
  readonly #pieces: Buffer[] = [];
  length = 0;

  constructor(peer: net.Socket) {
    peer.on("data", (piece: Buffer) => {
      this.#pieces.push(piece);
      this.length += piece.length;
    });
  }
  async take(size: number): Promise<Buffer> {
    await until(() => this.length >= size);
    return Buffer.concat(this.#pieces);
  }
}
