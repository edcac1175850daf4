/** Outgoing connections on Node, and TLS put on a connection that is there already. */
import * as net from "node:net";
import * as tls from "node:tls";
import type { HttpParser } from "../../parser/types.ts";
import type { RuntimeConnectOptions, TlsClientOptions, TlsServerOptions, Transport } from "../transport.ts";
import { NodeTransport, onReadOf } from "./node-transport.ts";
import { acceptTls } from "./tls-server.ts";

/** Settles with the event that says the connection is usable, or the error that comes before it. */
function until(socket: net.Socket, event: "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error?: Error): void =>
      reject(error ?? new Error("the connection closed before it was established"));
    socket.once("error", failed);
    socket.once("close", () => failed());
    socket.once(event, () => {
      socket.removeListener("error", failed);
      resolve();
    });
  });
}

function clientOptions(options: TlsClientOptions): tls.ConnectionOptions {
  const { serverHostname: name, handshakeTimeout: _timeout, ...rest } = options;
  const named: tls.ConnectionOptions = {};
  if (name !== undefined) {
    // Not the name Node finds for itself, which is another where an address is expected, or none.
    named.checkServerIdentity = (_host, shown) => tls.checkServerIdentity(name, shown);
    // RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in HostName".
    if (net.isIP(name) === 0) named.servername = name;
  }
  return { ...(rest as tls.ConnectionOptions), ...named };
}

/**
 * A server that ends within the handshake has left. Later Node would close our side together with its own, before what it sent last has been
 * looked at.
 */
function keepOpen(socket: tls.TLSSocket): void {
  socket.once("secureConnect", () => (socket.allowHalfOpen = true));
}

export function open(
  options: RuntimeConnectOptions,
  connected: (transport: Transport) => void,
  failed: (error: Error) => void,
): () => void {
  const { parser, port, address, path, localAddress, localPort } = options;
  const where = path === undefined ? { port: port ?? 0, host: address } : { path };
  const source = { ...(localAddress && { localAddress }), ...(localPort && { localPort }) };
  const zeroCopy = options.road !== "copy";
  // `onread` of an outgoing connection is documented.
  const onread = zeroCopy ? { onread: onReadOf(parser) } : {};
  let socket: net.Socket;
  try {
    socket = net.connect({ ...where, ...source, ...onread, allowHalfOpen: true, noDelay: true } as net.NetConnectOpts);
  } catch (error) {
    // A source address that is none, for one.
    const given = setImmediate(() => failed(error as Error));
    return () => clearImmediate(given);
  }
  const transport = new NodeTransport(socket, parser, zeroCopy ? "zero-copy" : "copy");
  const forget = (): void => {
    socket.removeListener("error", fail);
    socket.removeListener("close", fail);
    socket.removeListener("connect", succeed);
  };
  const fail = (error?: Error | boolean): void => {
    forget();
    socket.destroy();
    failed(error instanceof Error ? error : new Error("the connection closed before it was established"));
  };
  const succeed = (): void => {
    forget();
    connected(transport);
  };
  socket.once("error", fail);
  socket.once("close", fail);
  socket.once("connect", succeed);
  return () => {
    forget();
    socket.destroy();
  };
}

export async function startTls(
  transport: Transport,
  options: { server: TlsServerOptions } | { client: TlsClientOptions },
  parser: HttpParser,
  attach: (transport: Transport) => void,
): Promise<void> {
  if (!(transport instanceof NodeTransport)) throw new TypeError("this connection is no socket of this runtime");
  const { socket } = transport;
  transport.release();
  if ("client" in options) {
    const secure = tls.connect({ socket, ...clientOptions(options.client) });
    keepOpen(secure);
    attach(new NodeTransport(secure, parser, "copy"));
    await until(secure, "secureConnect");
    return;
  }
  return acceptTls(socket, options.server, parser, attach);
}
