/** What the connections of one server have in common, as a connection sees it: parser, limits, time, delegate. */
import type { ParserMemory } from "../../net/parser-memory.ts";
import type { HttpParser } from "../../parser/types.ts";
import type { HTTPServerConnectionDelegate, RequestFacts } from "../interfaces.ts";
import type { UpgradedConnections } from "../upgraded-connections.ts";
import type { ConnectionLimits } from "./limits.ts";

/** Who sent a request, as far as the proxies in front are believed. */
export interface RequestSource {
  readonly remoteIp: string;
  readonly protocol: "http" | "https";
}

/** What all connections of one server share. */
export interface ConnectionContext {
  readonly parser: HttpParser;
  /** The parser's memory as a Buffer. */
  readonly memory: ParserMemory;
  readonly limits: ConnectionLimits;
  readonly delegate: HTTPServerConnectionDelegate;
  readonly noKeepAlive: boolean;
  readonly halfCloseDisconnects: boolean;
  /** Targets with bytes that RFC 3986 does not allow are refused. */
  readonly strictTarget: boolean;
  /** Seconds, counted by the sweep over all connections. */
  readonly now: number;
  /** Seconds between two sweeps: how far `now` may lag behind. */
  readonly tick: number;
  /** Shutting down: close after the next answer. */
  readonly closing: boolean;
  /** Nothing more is accepted: whoever begins to answer is told at once, and no connection is kept. */
  readonly ending: boolean;
  /** What left HTTP and ends with the server. */
  readonly upgraded: UpgradedConnections;
  /** Client address and protocol of a request; `peer` is the address of the other end of the socket. */
  sourceOf(head: RequestFacts, peer: string | undefined, encrypted: boolean): RequestSource;
  connectionClosed(connection: object): void;
}
