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

export interface HTTPServerOptions {
  /** Request line and field section together. Default 65,536; at most 262,144. Over it: 431, or 414 within the request line. */
  maxHeaderSize?: number;
  /** Request target. Default 16,384; at most 262,144. Over it: 414. */
  maxTargetLength?: number;
  /**
   * Refuse (400) targets with bytes that RFC 3986 does not allow unescaped: `"`, `<`, `>`, `\\`, `^`, the backtick, `{`, `|`, `}` and bytes
   * above 0x7F. Default false: they are taken as browsers, curl and other servers take them.
   */
  strictTarget?: boolean;
  /** Field lines of a head, and of a trailer section. Default 128; at most 1,024. Over it: 431. */
  maxFieldCount?: number;
  /** Trailer section of a chunked request. Default 16,384; at most 262,144. Over it: 431. */
  maxTrailerSize?: number;
  /** Chunk extensions of a request, together. Default 4,096; at most 262,123. Over it: 400. */
  maxChunkExtensionSize?: number;
  /** Content of a request. Default 104,857,600 (100 MiB); 0 allows none. Over it: 413. */
  maxBodySize?: number;
  /** Largest piece given to `dataReceived`. Default 65,536. */
  chunkSize?: number;
  /** Wait for the next request on an open connection. Default 3,600; 0: for ever. After it: closed silently. */
  idleConnectionTimeout?: number;
  /** From the first byte of a head to its last. Default 60; 0: for ever. After it: 408. */
  headerTimeout?: number;
  /** From a head to the end of its content. Default 0: no such limit, as in Tornado. After it: 408. */
  bodyTimeout?: number;
  /** Between two pieces of content. Default 60; 0: for ever. After it: 408. */
  bodyIdleTimeout?: number;
  /** The client reads nothing of what waits for it. Default 60; 0: for ever. After it: connection destroyed. */
  writeTimeout?: number;
  /**
   * While a request is answered: seconds in which more than 65,536 bytes of what the client sent behind it wait, and nothing is sent.
   * So long a client that has left may go unnoticed. Default 60; 0: for ever. After it: connection destroyed, `onConnectionClose` called.
   */
  unreadTimeout?: number;
  /** After the last response: seconds in which the client sends nothing and does not close. Default 5. After it: connection destroyed. */
  lingerTimeout?: number;
  /** After the last response: seconds in which what the client sends is read and dropped. Default 30. After it: connection destroyed. */
  lingerTime?: number;
  /** After the last response: bytes read and dropped. Default 1,073,741,824 (1 GiB). Over it: connection destroyed. */
  lingerSize?: number;
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

export type ConnectionLimits = Required<
  Pick<
    HTTPServerOptions,
    | "maxHeaderSize"
    | "maxTargetLength"
    | "maxFieldCount"
    | "maxTrailerSize"
    | "maxChunkExtensionSize"
    | "maxBodySize"
    | "chunkSize"
    | "idleConnectionTimeout"
    | "headerTimeout"
    | "bodyTimeout"
    | "bodyIdleTimeout"
    | "writeTimeout"
    | "unreadTimeout"
    | "lingerTimeout"
    | "lingerTime"
    | "lingerSize"
  >
>;

const DEFAULTS: ConnectionLimits = {
  maxHeaderSize: 65_536,
  maxTargetLength: 16_384,
  maxFieldCount: 128,
  maxTrailerSize: 16_384,
  maxChunkExtensionSize: 4096,
  maxBodySize: 104_857_600,
  chunkSize: 65_536,
  idleConnectionTimeout: 3600,
  headerTimeout: 60,
  bodyTimeout: 0,
  bodyIdleTimeout: 60,
  writeTimeout: 60,
  unreadTimeout: 60,
  lingerTimeout: 5,
  lingerTime: 30,
  lingerSize: 1_073_741_824,
};

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
  const limits: Partial<Record<keyof ConnectionLimits, number>> = {};
  for (const name of Object.keys(DEFAULTS) as (keyof ConnectionLimits)[])
    limits[name] = options[name] ?? DEFAULTS[name];
  return limits as ConnectionLimits;
}
