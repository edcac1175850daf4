/**
 * The seam to the runtime's sockets: what a stream asks of a connection, and what a connection tells its stream. One
 * file per runtime in `runtime/` implements it; nothing above knows which.
 *
 * Received bytes always lie in the memory of a parser (see ../parser/abi.ts), in the RECEIVE region, and only for the
 * duration of the call: one thread reads one socket at a time, so all connections share that region.
 */
import type { Socket } from "node:net";
import type { HttpParser } from "../parser/types.ts";

/** How bytes come in: straight into the parser's memory, by one copy from the runtime's buffer, or from memory (tests). */
export type TransportRoad = "zero-copy" | "copy";

/**
 * What a transport tells its owner, never from inside a call of the owner's. After `transportClose` nothing follows, and after `pause` no
 * data. None of these may throw.
 */
export interface TransportHandler {
  /** Bytes `[start, end)` of the parser's memory; they are gone when the call returns. */
  transportData(start: number, end: number): void;
  /** What was over the transport's high-water mark has been handed to the operating system. */
  transportDrain(): void;
  /** The peer has closed its side (FIN). The other direction still works. */
  transportEnd(): void;
  /**
   * The connection is gone; `error` is why, undefined for an orderly end. `unread`: what had come while reading was paused. It lies outside
   * the parser's memory and is the handler's.
   */
  transportClose(error: Error | undefined, unread?: readonly Uint8Array[]): void;
}

/** Text is either all ASCII/latin1 (one byte a character) or UTF-8. */
export type TextEncoding = "latin1" | "utf8";

/** One connection. All calls are safe at any time; on a closed one they do nothing. */
export interface Transport {
  handler: TransportHandler | undefined;
  readonly road: TransportRoad;
  /** There is no socket below: requests and answers are passed on by an adapter, or a test. */
  readonly inMemory?: boolean;
  readonly encrypted: boolean;
  /** Bytes accepted by `write` that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** The same to the byte, where `bufferedAmount` falls only when a whole write is out. Dearer; for who watches progress. */
  readonly unsentAmount?: number;
  /** On an idle connection `write` copies, or encrypts, all it is given before it returns. */
  readonly copies?: boolean;
  /** The peer has reset the connection, as far as the system tells before it is read from: while it is paused nothing else does. */
  readonly isReset?: boolean;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;

  /**
   * Sends in order. False: more is buffered than the high-water mark, `transportDrain` will follow. `done` is called when these
   * bytes have been handed to the operating system; never, if the connection closes before. Until then they must not change.
   */
  write(data: string | Uint8Array, encoding: TextEncoding, done?: () => void): boolean;
  /**
   * Gives the operating system what it takes of these bytes during the call. Returns how many bytes, from the first on, have been taken;
   * none where others wait before them, or the runtime cannot tell. Nothing of them is referred to afterwards: `write` gets the rest.
   */
  writeNow(pieces: readonly Uint8Array[]): number;
  /** Holds writes back until `uncork`, so that they leave together. */
  cork(): void;
  uncork(): void;
  /** Stops reading; what the kernel has buffered makes the peer wait. */
  pause(): void;
  resume(): void;
  /** Closes our side once everything written is out (FIN). */
  end(): void;
  /** Closes at once and drops what is unsent. */
  destroy(): void;
  setNoDelay(on: boolean): void;
  /** Whether the connection keeps the process alive. It does at first. */
  setRef?(on: boolean): void;
  /** TCP keep-alive probes after `delay` seconds of silence. */
  setKeepAlive(on: boolean, delay: number): void;
}

/** Where to listen: a port with an address, a unix socket path, or a file descriptor that already listens. */
export interface ListenOptions {
  port?: number;
  /** Host name or address; default: all interfaces. */
  address?: string;
  /** Unix socket path; on Linux a leading NUL means the abstract name space. */
  path?: string;
  fd?: number;
  /** Connections that may wait to be accepted. Default 4096, which the system lowers to its own limit; on Bun always its 512. */
  backlog?: number;
  /** Several processes share the port; throws where the runtime cannot. Default false. */
  reusePort?: boolean;
  /** Serve IPv6 only on `::`. Default false. */
  ipv6Only?: boolean;
}

/** TLS of a server, in the field names of `node:tls`. */
export interface TlsServerOptions {
  key?: string | Uint8Array | readonly (string | Uint8Array)[];
  cert?: string | Uint8Array | readonly (string | Uint8Array)[];
  ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  passphrase?: string;
  ciphers?: string;
  minVersion?: "TLSv1.2" | "TLSv1.3";
  /** Ask the client for a certificate. Default false. */
  requestCert?: boolean;
  /** Refuse clients whose certificate does not verify, if one was asked for. Default true. */
  rejectUnauthorized?: boolean;
  /** Other certificates by server name (SNI). */
  serverNames?: { readonly [serverName: string]: { key: string | Uint8Array; cert: string | Uint8Array } };
  /**
   * What is spoken here (ALPN, RFC 7301). A client that offers others only is refused. Default: of `HTTPServer`
   * `["http/1.1", "http/1.0"]`, of other servers none: any client is welcome.
   */
  ALPNProtocols?: readonly string[];
  /** Seconds a handshake may take. Default 30; 0: for ever. */
  handshakeTimeout?: number;
}

/** A listening socket. */
export interface Listener {
  readonly port: number | undefined;
  readonly address: string | undefined;
  readonly path: string | undefined;
  readonly road: TransportRoad;
  /** Why the road is not zero-copy, or "". */
  readonly roadReason: string;
  /** Stops accepting; connections go on. Resolves when the port is free. */
  close(): Promise<void>;
  /** Replaces the certificates for new connections; throws on a listener without TLS. */
  reloadTls(options: TlsServerOptions): void;
}

/** Address and port of a client as the first bytes of a connection say. */
export interface PrefacePeer {
  readonly address: string;
  readonly port: number;
}

/** What stands in front of a TLS handshake and names the client: the PROXY protocol. */
export interface Preface {
  /** Whether a peer begins with it; `address` is undefined on a unix socket. */
  expectedFrom(address: string | undefined): boolean;
  /** Reads the first bytes. `peer` is undefined where they do not name the client. */
  parse(
    bytes: Uint8Array,
  ): { readonly consumed: number; readonly peer: PrefacePeer | undefined } | "incomplete" | "malformed";
  /** What is logged, with the address of the peer, where it is malformed or does not come. */
  readonly complaint: string;
}

export interface RuntimeListenOptions extends ListenOptions {
  tls?: TlsServerOptions;
  /** With `tls`: read before the handshake. */
  preface?: Preface;
  parser: HttpParser;
  /** "copy" forces the copying road on Node (zero-copy is the default where it works). */
  road?: TransportRoad;
  /** Accepted connections; it must set `transport.handler` before it returns. */
  onConnection: (transport: Transport) => void;
  /** A failed accept or TLS handshake; the connection is already closed. */
  onError: (error: Error) => void;
}

/** TLS of a client, in the field names of `node:tls`. */
export interface TlsClientOptions {
  ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  key?: string | Uint8Array;
  cert?: string | Uint8Array;
  passphrase?: string;
  /** False accepts any certificate: for tests only. Default true. */
  rejectUnauthorized?: boolean;
  /** Name the certificate must be for, and that is sent (SNI); default: the host that was asked for.
   * Needed on unix sockets and accepted connections. */
  serverHostname?: string;
  /** What the client can speak (ALPN, RFC 7301). Default: nothing is said. */
  ALPNProtocols?: readonly string[];
  /** Seconds until the handshake is complete, from the start of `connect` or `startTls`. Default 30; 0: for ever. */
  handshakeTimeout?: number;
}

export interface RuntimeConnectOptions {
  port?: number;
  /** A literal address: the layer above looks names up. */
  address?: string;
  /** Unix socket, in place of port and address. */
  path?: string;
  /** Address and port of this machine that the connection leaves from. Default: the system chooses. */
  localAddress?: string;
  localPort?: number;
  parser: HttpParser;
  road?: TransportRoad;
}

/** What each file in `runtime/` exports. */
export interface Runtime {
  readonly name: "node" | "bun";
  listen(options: RuntimeListenOptions): Promise<Listener> | Listener;
  /**
   * Opens a connection without TLS. Calls `connected`, which must set `transport.handler` before it returns, or `failed`; one of them,
   * once, in a later turn. The result gives up: neither is called then.
   */
  open(
    options: RuntimeConnectOptions,
    connected: (transport: Transport) => void,
    failed: (error: Error) => void,
  ): () => void;
  /** Takes over a socket somebody else has made, with nobody reading it; by the copying road. */
  wrap(socket: Socket, parser: HttpParser): Transport;
  /** Puts TLS on a plain connection; nothing of it may be unread. Rejects where the runtime cannot. */
  startTls(
    transport: Transport,
    options: { server: TlsServerOptions } | { client: TlsClientOptions },
    parser: HttpParser,
    attach: (transport: Transport) => void,
  ): Promise<void>;
}
