/**
 * What is read from a connection before its TLS handshake: the header of the PROXY protocol, which a proxy that leaves TLS to the server
 * sends in front of the client's bytes. What the bytes mean is decided by the `Preface`; this file reads them and hands the connection on.
 */
import { Buffer } from "node:buffer";
import * as net from "node:net";
import type * as tls from "node:tls";
import { isGone, plainAddress } from "../address.ts";
import type { Preface, PrefacePeer } from "../transport.ts";

/** Reads prefaces and remembers whose connection it is. */
export class PrefaceReader {
  readonly #preface: Preface;
  readonly #timeout: number;
  readonly #onError: (error: Error) => void;
  readonly #peers = new WeakMap<object, { readonly peer: PrefacePeer | undefined }>();

  /** @param timeout Milliseconds until the preface must have come. */
  constructor(preface: Preface, timeout: number, onError: (error: Error) => void) {
    this.#preface = preface;
    this.#timeout = timeout;
    this.#onError = onError;
  }

  /** A server whose connections go on to `secured` behind their preface. */
  serverInFrontOf(secured: tls.Server): net.Server {
    return net.createServer({ allowHalfOpen: false, noDelay: true }, (socket) => {
      socket.on("error", () => undefined);
      if (isGone(socket)) {
        socket.destroy();
        return;
      }
      const address = socket.remoteAddress;
      if (this.#preface.expectedFrom(address === undefined ? undefined : plainAddress(address))) {
        this.#read(socket, (peer) => this.#handOn(socket, secured, peer));
      } else this.#handOn(socket, secured, undefined);
    });
  }

  #handOn(socket: net.Socket, secured: tls.Server, peer: PrefacePeer | undefined): void {
    this.#peers.set(socket, { peer });
    // node:tls documents that connections may be handed to a server in this way.
    secured.emit("connection", socket);
  }

  #read(socket: net.Socket, done: (peer: PrefacePeer | undefined) => void): void {
    let bytes: Buffer = Buffer.alloc(0);
    const peer = socket.remoteAddress ?? "unix socket";
    const refuse = (reason: string): void => {
      stop();
      socket.destroy();
      this.#onError(new Error(`${reason} from ${plainAddress(peer)}`));
    };
    const onReadable = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null)
        bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const result = this.#preface.parse(bytes);
      if (result === "incomplete") return;
      if (result === "malformed") return refuse(this.#preface.complaint);
      stop();
      if (bytes.length > result.consumed) socket.unshift(bytes.subarray(result.consumed));
      done(result.peer);
    };
    const onEnd = (): void => {
      stop();
      socket.destroy();
    };
    const timer = setTimeout(() => refuse(this.#preface.complaint), this.#timeout);
    const stop = (): void => {
      clearTimeout(timer);
      socket.off("readable", onReadable).off("end", onEnd).off("close", onEnd);
    };
    socket.on("readable", onReadable).on("end", onEnd).on("close", onEnd);
  }

  /**
   * What the preface of a connection said of its other end. Undefined where the runtime does not tell which connection the TLS socket
   * stands on: then it must not be served, for the proxy would be taken for the client.
   */
  find(socket: tls.TLSSocket): { readonly peer: PrefacePeer | undefined } | undefined {
    // Not documented, but the same on Node and Bun: the socket below.
    const { _parent: below } = socket as { _parent?: object };
    return below === undefined ? undefined : this.#peers.get(below);
  }
}
