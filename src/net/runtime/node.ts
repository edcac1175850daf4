/**
 * Node: `net.Server` accepts, and each connection reads straight into the parser's memory.
 *
 * The zero-copy road takes the handle out of the accepted `net.Socket` and gives it to a second one made with
 * `onread: { buffer, callback }`, which Node offers to outgoing connections only. That `handle` is an option of `net.Socket`
 * is not documented, so `zeroCopyObstacle` tries it out once on a handle of paper; where anything is not as expected, and always for
 * TLS, bytes come by `data` events and one copy.
 */
import { Buffer } from "node:buffer";
import * as net from "node:net";
import { open, startTls } from "./node-connect.ts";
import { listenOn } from "./node-listener.ts";
import { NodeTransport, onReadOf } from "./node-transport.ts";
import type { OnRead, OwnedSocket } from "./node-transport.ts";
import { listenTls } from "./tls-server.ts";
import type { HttpParser } from "../../parser/types.ts";
import type { Listener, Runtime, RuntimeListenOptions, Transport } from "../transport.ts";

/** Moves an accepted connection to a socket that reads into the parser's memory. */
function adopt(accepted: net.Socket, onread: OnRead): net.Socket {
  const owned = accepted as OwnedSocket;
  const handle = owned._handle;
  // Without its handle the first socket closes nothing, and destroying it takes it out of the server's count.
  owned._handle = null;
  accepted.destroy();
  return new net.Socket({ handle, onread, allowHalfOpen: true } as unknown as net.SocketConstructorOpts);
}

let obstacle: string | undefined;

/**
 * Why the zero-copy road cannot be taken on this runtime, or "". Gives `net.Socket` a handle of paper and looks whether the
 * buffer arrives at it: tried once, at the first listen.
 */
function zeroCopyObstacle(): string {
  obstacle ??= tryZeroCopy();
  return obstacle;
}

function tryZeroCopy(): string {
  let given: unknown;
  let started = false;
  const paper = {
    reading: false,
    onread: undefined,
    getAsyncId: () => 0,
    useUserBuffer(buffer: unknown): void {
      given = buffer;
    },
    readStart(): number {
      started = true;
      return 0;
    },
    readStop: () => 0,
    close(done?: () => void): void {
      done?.();
    },
  };
  const buffer = Buffer.alloc(1);
  try {
    const options = { handle: paper, onread: { buffer, callback: () => true } };
    const socket = new net.Socket(options as unknown as net.SocketConstructorOpts) as OwnedSocket;
    const wired = given === buffer && started && typeof paper.onread === "function" && socket._handle === paper;
    socket.on("error", () => undefined);
    socket._handle = null;
    socket.destroy();
    return wired ? "" : "this runtime's net.Socket does not take a handle together with onread";
  } catch (error) {
    return `net.Socket refused a handle: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function createServer(options: RuntimeListenOptions, roadReason: string): net.Server {
  const { parser, onConnection } = options;
  const base = { allowHalfOpen: true, noDelay: true };
  if (roadReason !== "") {
    return net.createServer(base, (socket) => onConnection(new NodeTransport(socket, parser, "copy")));
  }
  const onread = onReadOf(parser);
  return net.createServer({ ...base, pauseOnConnect: true }, (socket) => {
    onConnection(new NodeTransport(adopt(socket, onread), parser, "zero-copy"));
  });
}

function listen(options: RuntimeListenOptions): Promise<Listener> | Listener {
  if (options.tls !== undefined) return listenTls(options, options.tls);
  const roadReason = options.road === "copy" ? "the copying road was asked for" : zeroCopyObstacle();
  return listenOn(createServer(options, roadReason), options, roadReason);
}

export function wrap(socket: net.Socket, parser: HttpParser): Transport {
  // Node would close our side together with the peer's.
  socket.allowHalfOpen = true;
  return new NodeTransport(socket, parser, "copy", undefined, true);
}

export const nodeRuntime: Runtime = { name: "node", listen, open, startTls, wrap };
