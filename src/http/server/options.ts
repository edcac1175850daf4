/**
 * The options of an HTTP server with their defaults: times in seconds, sizes in bytes, as in Tornado. `docs/limits.md` says
 * of every limit what it stops and what the answer is when it is crossed.
 */
import { TCP_SERVER_OPTIONS } from "../../net/tcpserver.ts";
import type { TlsServerOptions, TransportRoad } from "../../net/transport.ts";
import { CARRY_SIZE, MAX_FIELDS } from "../../parser/abi.ts";
import type { ParserKind } from "../../parser/types.ts";
import { checkOptions, flag, listOf, oneOf, seconds, text, whole } from "../../options-check.ts";
import type { OptionTable } from "../../options-check.ts";
import { CHUNK_LINE_ALLOWANCE } from "../http1/body-reader.ts";
import { limitsOf } from "../http1/limits.ts";
import type { ConnectionLimits, ConnectionOptions } from "../http1/limits.ts";

export interface HTTPServerOptions extends ConnectionOptions {
  /**
   * Refuse (400) targets with bytes that RFC 3986 does not allow unescaped: `"`, `<`, `>`, `\\`, `^`, the backtick, `{`, `|`, `}` and bytes
   * above 0x7F. Default false: they are taken as browsers, curl and other servers take them.
   */
  strictTarget?: boolean;
  /** Close after every answer. Default false. */
  noKeepAlive?: boolean;
  /** Believe X-Real-Ip, X-Forwarded-For, X-Scheme, X-Forwarded-Proto. Only behind a proxy that sets them. Default false. */
  xheaders?: boolean;
  /** Addresses and ranges of proxies to skip in X-Forwarded-For, from the right. */
  trustedDownstream?: readonly string[];
  /**
   * Addresses and ranges of peers that must begin with a PROXY protocol header (v1 or v2); with `ssl` in front of the TLS handshake, as
   * HAProxy sends it with `send-proxy-v2` and `mode tcp`. Default: nobody may.
   */
  proxyProtocol?: readonly string[];
  /** `"http"` or `"https"`, where a proxy in front says nothing; default by the transport. */
  protocol?: "http" | "https";
  /** Inflate request content sent with `Content-Encoding: gzip`. `maxBodySize` holds for the inflated size. Default false. */
  decompressRequest?: boolean;
  /**
   * What a client that closes its sending side (FIN) while its answer is being made means by it. `"leave"` (default, as in
   * Tornado): it has left; `onConnectionClose` and the signal fire. `"answer"`: it only has nothing more to say. Either way
   * the answer is sent if it is made.
   */
  halfClose?: "leave" | "answer";
  /** TLS: HTTPS is served. */
  ssl?: TlsServerOptions;
  /** `"wasm"` or `"ts"`; default: Wasm where it runs. */
  parser?: ParserKind;
  /** `"copy"` forces the copying road on Node. */
  transport?: TransportRoad;
}

const size = whole(0, CARRY_SIZE);
const bytes = whole(0, Number.MAX_SAFE_INTEGER);
const addresses = listOf(text, "addresses and ranges");

/** What the parser's memory can hold bounds what is kept in it: head, trailer section, chunk extensions. */
export const HTTP_SERVER_OPTIONS: OptionTable<HTTPServerOptions> = {
  maxHeaderSize: size,
  maxTargetLength: size,
  strictTarget: flag,
  maxFieldCount: whole(0, MAX_FIELDS),
  maxTrailerSize: size,
  // A chunk line has a size and a line end besides, and one byte more shows that it is too long.
  maxChunkExtensionSize: whole(0, CARRY_SIZE - CHUNK_LINE_ALLOWANCE - 1),
  maxBodySize: whole(),
  chunkSize: whole(1, Number.MAX_SAFE_INTEGER),
  idleConnectionTimeout: seconds(),
  headerTimeout: seconds(),
  bodyTimeout: seconds(),
  bodyIdleTimeout: seconds(),
  writeTimeout: seconds(),
  unreadTimeout: seconds(),
  lingerTimeout: seconds(),
  lingerTime: seconds(),
  lingerSize: bytes,
  noKeepAlive: flag,
  xheaders: flag,
  trustedDownstream: addresses,
  proxyProtocol: addresses,
  protocol: oneOf("http", "https"),
  decompressRequest: flag,
  halfClose: oneOf("leave", "answer"),
  ssl: TCP_SERVER_OPTIONS.ssl,
  parser: TCP_SERVER_OPTIONS.parser,
  transport: TCP_SERVER_OPTIONS.transport,
};

/** The limits with their defaults. @throws UsageError on an option that is unknown, of another type, or out of range. */
export function resolveLimits(options: HTTPServerOptions): ConnectionLimits {
  checkOptions("HTTPServer", options, HTTP_SERVER_OPTIONS);
  return limitsOf(options);
}
