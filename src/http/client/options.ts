/** Options of the client and of a request, and what each may be. */
import { UsageError } from "../../errors.ts";
import type { AllowAddress, Resolver } from "../../net/resolver.ts";
import { REACH_OPTIONS, STREAM_OPTIONS } from "../../net/iostream-options.ts";
import { TLS_CLIENT_OPTIONS } from "../../net/tls-options.ts";
import type { TlsClientOptions } from "../../net/transport.ts";
import {
  anything,
  callable,
  checkOptions,
  either,
  flag,
  group,
  listOf,
  LONGEST_TIMER,
  object,
  oneOf,
  seconds,
  text,
  whole,
} from "../../options-check.ts";
import type { OptionRule, OptionTable } from "../../options-check.ts";
import type { ParserKind } from "../../parser/types.ts";
import type { HTTPHeaders, HeaderValue } from "../message/headers.ts";

export type HeadersInit =
  | HTTPHeaders
  | { readonly [name: string]: HeaderValue }
  | Iterable<readonly [string, HeaderValue]>;

/** Content of a request. Bytes must not be changed before the fetch has settled. Text is sent as UTF-8. */
export type FetchBody =
  | string
  | Uint8Array
  | URLSearchParams
  | FormData
  | Blob
  | AsyncIterable<string | Uint8Array>
  | ReadableStream<Uint8Array>;

export type ContentCoding = "gzip" | "deflate" | "br" | "zstd";

/** A jar of cookies, of the shape of `tough-cookie`'s: asked for each hop, told of each `Set-Cookie`. */
export interface CookieJarLike {
  getCookieString(url: string): string | undefined | Promise<string | undefined>;
  setCookie(line: string, url: string): unknown;
}

/** Retries that are asked for; besides them there is one silent retry on a connection that was closed while idle. */
export interface RetryOptions {
  /** Retries at most. */
  limit?: number;
  /** Default GET, HEAD, OPTIONS, TRACE, PUT, DELETE, QUERY: those whose repetition does no harm (RFC 9110 §9.2.2). */
  methods?: readonly string[];
  /** Default 408, 429, 500, 502, 503, 504. */
  statusCodes?: readonly number[];
  /** Seconds before the first retry; doubles each time, and a random part of it is waited. Default 0.3. */
  delay?: number;
  /** Default 30. */
  maxDelay?: number;
  /** Wait as long as `Retry-After` says, up to `maxDelay`. Default true. */
  retryAfter?: boolean;
}

/** What a request may say, in Tornado's names. Times are seconds; 0: no limit. */
export interface HTTPRequestInit {
  /** Default GET. */
  method?: string;
  headers?: HeadersInit;
  body?: FetchBody;
  /** A value that is sent as JSON, in place of `body`. */
  json?: unknown;
  /** Writes the content, in place of `body`: each `write` settles when more may come. Called again for a retry and for a redirect that keeps content. */
  bodyProducer?: (write: (piece: string | Uint8Array) => Promise<void>) => void | Promise<void>;
  authUsername?: string;
  authPassword?: string;
  /** Default basic. With bearer, `authPassword` is the token. */
  authMode?: "basic" | "digest" | "bearer";
  /** Name, connection, proxy and TLS of one hop. Default 20. */
  connectTimeout?: number;
  /** All of it: the wait for a slot, redirects, retries, content. Default 20. */
  requestTimeout?: number;
  /** The wait for a slot. Default: the smaller of the two above. */
  queueTimeout?: number;
  /** From the last byte of the request to the head of the response. Default 0. */
  headTimeout?: number;
  /** Between two pieces of content, either way. Default 60 where `requestTimeout` is 0, else 0. */
  bodyIdleTimeout?: number;
  /** The wait for `100 Continue`; then the content is sent all the same. Default 1. */
  continueTimeout?: number;
  /** Sends If-Modified-Since. A number is seconds since the epoch. */
  ifModifiedSince?: Date | number;
  /** Default true. `"downgrade"` allows a redirect with content from https to http too. */
  followRedirects?: boolean | "downgrade";
  /** Default 5. Then the last redirect is the response. */
  maxRedirects?: number;
  userAgent?: string;
  /** Inflates the content. Default gzip, deflate, br, and zstd where the runtime has it. */
  decompressResponse?: boolean | readonly ContentCoding[];
  /** Address or name of the network interface the connection leaves from. */
  networkInterface?: string;
  /** False: addresses of IPv4 only. Default true. */
  allowIpv6?: boolean;
  /** Path of a unix socket, in place of the URL's host and port. */
  unixSocket?: string;
  /** Gets the content in pieces; `body` stays empty. A promise holds the next piece back, and the server with it. */
  streamingCallback?: (piece: Buffer) => void | Promise<void>;
  /** The pieces are the callback's only until it returns, or its promise settles: their memory is used again. Default false. */
  borrow?: boolean;
  /** Gets the status line, each field line and the empty line, each with its line end, before any content. */
  headerCallback?: (line: string) => void;
  /** Gets interim responses (1xx). */
  informationCallback?: (code: number, headers: HTTPHeaders) => void;
  /** URL of an HTTP proxy; "env": what the environment says; false: none. Default false. */
  proxy?: string | URL | false;
  proxyHost?: string;
  proxyPort?: number;
  proxyUsername?: string;
  proxyPassword?: string;
  proxyAuthMode?: "basic";
  /** TLS to an `https:` proxy. */
  proxySsl?: TlsClientOptions;
  /** Allows any method, and content where the method usually has none, or none where it usually has. Default false. */
  allowNonstandardMethods?: boolean;
  /** Sends `Expect: 100-continue`, and the content only when the server asks for it. Default false. */
  expect100Continue?: boolean;
  /** False accepts any certificate: for tests only. Default true. */
  validateCert?: boolean;
  /** File of certificates to trust; `ssl.ca` takes them themselves. */
  caCerts?: string;
  clientKey?: string;
  clientCert?: string;
  ssl?: TlsClientOptions;
  /** Retries beside the silent one. Default 0. */
  retry?: number | RetryOptions;
  /** Names of further fields that a redirect to another origin must not carry on. */
  sensitiveHeaders?: readonly string[];
  /** Gives up: the promise rejects with its reason. */
  signal?: AbortSignal;
}

export interface FetchOptions extends HTTPRequestInit {
  /** False: a response that is not 2xx is no error. Default true. */
  raiseError?: boolean;
}

const list = (rule: OptionRule, what: string): OptionRule => listOf(rule, what);
const time = seconds(0, LONGEST_TIMER);

const RETRY: OptionTable<RetryOptions> = {
  limit: whole(0, 100),
  methods: list(text, "methods"),
  statusCodes: list(whole(100, 999), "status codes"),
  delay: seconds(0, 3600),
  maxDelay: seconds(0, 3600),
  retryAfter: flag,
};

const REQUEST_OPTIONS: OptionTable<HTTPRequestInit> = {
  method: text,
  headers: object,
  body: anything,
  json: anything,
  bodyProducer: callable,
  authUsername: text,
  authPassword: text,
  authMode: oneOf("basic", "digest", "bearer"),
  connectTimeout: time,
  requestTimeout: time,
  queueTimeout: time,
  headTimeout: time,
  bodyIdleTimeout: time,
  continueTimeout: time,
  ifModifiedSince: (value) =>
    (value instanceof Date && !Number.isNaN(value.getTime())) || (typeof value === "number" && Number.isFinite(value))
      ? undefined
      : "a Date, or seconds since the epoch",
  followRedirects: oneOf(true, false, "downgrade"),
  maxRedirects: whole(0, 100),
  userAgent: text,
  decompressResponse: either(
    "true, false or a list of gzip, deflate, br, zstd",
    flag,
    list(oneOf("gzip", "deflate", "br", "zstd"), "codings"),
  ),
  networkInterface: text,
  allowIpv6: flag,
  unixSocket: text,
  streamingCallback: callable,
  borrow: flag,
  headerCallback: callable,
  informationCallback: callable,
  proxy: (value) =>
    value === false || typeof value === "string" || value instanceof URL ? undefined : 'a URL, "env" or false',
  proxyHost: text,
  proxyPort: whole(1, 65_535),
  proxyUsername: text,
  proxyPassword: text,
  proxyAuthMode: oneOf("basic"),
  proxySsl: group(TLS_CLIENT_OPTIONS),
  allowNonstandardMethods: flag,
  expect100Continue: flag,
  validateCert: flag,
  caCerts: text,
  clientKey: text,
  clientCert: text,
  ssl: group(TLS_CLIENT_OPTIONS),
  retry: either("a number of retries, or its options", whole(0, 100), group(RETRY)),
  sensitiveHeaders: list(text, "names of fields"),
  signal: (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal"),
};

const FETCH_OPTIONS: OptionTable<FetchOptions> = { ...REQUEST_OPTIONS, raiseError: flag };

const CODE = "ERR_LANDSPOUT_FETCH_REQUEST";
export const checkRequestInit = (init: HTTPRequestInit): void =>
  checkOptions("HTTPRequest", init, REQUEST_OPTIONS, CODE);
export const checkFetchOptions = (options: FetchOptions): void => checkOptions("fetch", options, FETCH_OPTIONS, CODE);
export const badRequest = (message: string): UsageError => new UsageError(CODE, message);

export interface AsyncHTTPClientOptions {
  /** Requests at once in all. Default 100. */
  maxClients?: number;
  /** Requests at once to one host; 0: no limit of its own. Default 0. */
  maxClientsPerHost?: number;
  /** Requests that wait. Default 10,000. */
  maxQueue?: number;
  /** Idle connections kept. Default 100. */
  maxIdle?: number;
  /** Default 10. */
  maxIdlePerHost?: number;
  /** Seconds an idle connection is kept. The server's `Keep-Alive: timeout` less one second, at most 600, replaces it. Default 4. */
  idleTimeout?: number;
  /** Seconds after which a connection is not used again; 0: any. Default 0. */
  maxConnectionAge?: number;
  /** Requests over one connection; 0: any number. Default 0. */
  maxRequestsPerConnection?: number;
  /** Bytes of the heads of one response, interim ones included. Default 65,536; at most 262,144. */
  maxHeaderSize?: number;
  /** Field lines of one head. Default 256. */
  maxFieldCount?: number;
  /** Bytes of content, inflated. Default 104,857,600. */
  maxBodySize?: number;
  /** Bytes of content that are gathered into `body`. Default: `maxBodySize`. */
  maxBufferSize?: number;
  resolver?: Resolver;
  /** Names, or `name:port`, and what is connected to in their place. */
  hostnameMapping?: Readonly<Record<string, string>>;
  /** Asked for each address at the time of the connect, of each hop. `publicAddress` where strangers choose the URL. */
  allowAddress?: AllowAddress;
  cookieJar?: CookieJarLike;
  /** What requests leave unset. */
  defaults?: HTTPRequestInit;
  parser?: ParserKind;
}

const CLIENT_OPTIONS: OptionTable<AsyncHTTPClientOptions & { forceInstance?: boolean }> = {
  maxClients: whole(1, Number.MAX_SAFE_INTEGER),
  maxClientsPerHost: whole(0, Number.MAX_SAFE_INTEGER),
  maxQueue: whole(0, Number.MAX_SAFE_INTEGER),
  maxIdle: whole(0, Number.MAX_SAFE_INTEGER),
  maxIdlePerHost: whole(0, Number.MAX_SAFE_INTEGER),
  idleTimeout: time,
  maxConnectionAge: time,
  maxRequestsPerConnection: whole(0, Number.MAX_SAFE_INTEGER),
  maxHeaderSize: whole(1, 262_144),
  maxFieldCount: whole(1, 1024),
  maxBodySize: whole(),
  maxBufferSize: whole(),
  resolver: REACH_OPTIONS.resolver,
  hostnameMapping: object,
  allowAddress: callable,
  cookieJar: (value) => {
    const { getCookieString, setCookie } = (value ?? {}) as Partial<CookieJarLike>;
    return typeof getCookieString === "function" && typeof setCookie === "function"
      ? undefined
      : "an object with the methods getCookieString and setCookie";
  },
  defaults: group(REQUEST_OPTIONS),
  parser: STREAM_OPTIONS.parser,
  forceInstance: flag,
};

export function checkClientOptions(options: AsyncHTTPClientOptions & { forceInstance?: boolean }): void {
  // Tornado 2's name for it.
  if ("useGzip" in options || "use_gzip" in options)
    throw new UsageError("ERR_LANDSPOUT_OPTION", "AsyncHTTPClient: use_gzip is defaults: { decompressResponse } here");
  checkOptions("AsyncHTTPClient", options, CLIENT_OPTIONS);
}

/** The client's options with their defaults. */
export type ClientLimits = Required<
  Omit<AsyncHTTPClientOptions, "resolver" | "hostnameMapping" | "allowAddress" | "cookieJar" | "defaults" | "parser">
>;
export function limitsOf(options: AsyncHTTPClientOptions): ClientLimits {
  const maxBodySize = options.maxBodySize ?? 104_857_600;
  return {
    maxClients: options.maxClients ?? 100,
    maxClientsPerHost: options.maxClientsPerHost ?? 0,
    maxQueue: options.maxQueue ?? 10_000,
    maxIdle: options.maxIdle ?? 100,
    maxIdlePerHost: options.maxIdlePerHost ?? 10,
    idleTimeout: options.idleTimeout ?? 4,
    maxConnectionAge: options.maxConnectionAge ?? 0,
    maxRequestsPerConnection: options.maxRequestsPerConnection ?? 0,
    maxHeaderSize: options.maxHeaderSize ?? 65_536,
    maxFieldCount: options.maxFieldCount ?? 256,
    maxBodySize,
    maxBufferSize: options.maxBufferSize ?? maxBodySize,
  };
}
