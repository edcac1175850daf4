/**
 * Makes the connection of a request: to the server, to a proxy, or through a proxy to the server (RFC 9110 §9.3.6), with TLS where the URL
 * asks for it. It knows no requests and no pool.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { isLandspoutError } from "../../errors.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { IOStream } from "../../net/iostream.ts";
import type { ConnectOptions } from "../../net/iostream-options.ts";
import { AddressRefusedError, DefaultResolver } from "../../net/resolver.ts";
import type { AllowAddress, ResolvedAddress, ResolveOptions, Resolver } from "../../net/resolver.ts";
import type { TlsClientOptions } from "../../net/transport.ts";
import type { ParserKind } from "../../parser/types.ts";
import type { FetchPhase } from "./errors.ts";
import { HTTPClientError, HTTPConnectError } from "./errors.ts";
import { badRequest } from "./options.ts";
import type { ProxyRoute } from "./proxy.ts";
import { openTunnel } from "./proxy.ts";
import type { Settings } from "./settings.ts";
import type { Target } from "./target.ts";

/** What the client gives to all its connections. */
export interface Reach {
  readonly resolver: Resolver | undefined;
  readonly allowAddress: AllowAddress | undefined;
  readonly parser: ParserKind | undefined;
}

/** Where a connection goes, and its identity: requests share one only where all of it is equal. */
export interface Route {
  readonly key: string;
  readonly target: Target;
  readonly proxy: ProxyRoute | undefined;
  readonly settings: Settings;
}

/** Told of each phase as it begins. */
export type PhaseListener = (phase: FetchPhase) => void;

export async function connect(
  route: Route,
  reach: Reach,
  phase: PhaseListener,
  signal: AbortSignal,
): Promise<IOStream> {
  const { target, proxy, settings } = route;
  try {
    if (proxy !== undefined) {
      const stream = await open(
        proxy.target.host,
        proxy.target.port,
        proxy.target.secure ? (settings.proxySsl ?? {}) : undefined,
        route,
        reach,
        phase,
        signal,
      );
      if (!target.secure) return stream;
      phase("proxy");
      await openTunnel(stream, target, proxy, signal);
      phase("tls");
      return await secured(stream, tlsOf(settings), target.host, signal);
    }
    return await open(
      target.host,
      target.port,
      target.secure ? tlsOf(settings) : undefined,
      route,
      reach,
      phase,
      signal,
    );
  } catch (error) {
    throw signal.aborted ? error : connectError(error, proxy?.target ?? target, settings);
  }
}

async function open(
  host: string,
  port: number,
  tls: TlsClientOptions | undefined,
  { settings }: Route,
  { resolver, allowAddress, parser }: Reach,
  phase: PhaseListener,
  signal: AbortSignal,
): Promise<IOStream> {
  const stream = new IOStream({
    ...(parser === undefined ? {} : { parser }),
    ...(tls === undefined ? {} : { transport: "copy" as const }),
  });
  const path = settings.unixSocket;
  phase(path === undefined && isIP(host) === 0 ? "dns" : "connect");
  const source = settings.networkInterface === undefined ? undefined : interfaceAddress(settings.networkInterface);
  const where: ConnectOptions =
    path === undefined
      ? {
          host,
          port,
          resolver: new PhaseResolver(resolver ?? new DefaultResolver(), () => phase("connect")),
          ...(allowAddress === undefined ? {} : { allowAddress }),
          ...(settings.allowIpv6 === false ? { family: 4 as const } : {}),
          ...(source === undefined ? {} : { sourceIp: source }),
        }
      : { path };
  await stream.connect({ ...where, signal });
  stream.setNodelay(true);
  // A connection that a router on the way has forgotten is found out.
  stream.setKeepAlive(true, KEEP_ALIVE);
  if (tls === undefined) return stream;
  phase("tls");
  return secured(stream, tls, host, signal);
}

/** Seconds. */
const KEEP_ALIVE = 15;

async function secured(stream: IOStream, tls: TlsClientOptions, host: string, signal: AbortSignal): Promise<IOStream> {
  const abort = (): void => stream.close(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    // The client's own limits cover the handshake.
    return await stream.startTls(false, { handshakeTimeout: 0, ...tls }, tls.serverHostname ?? host);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Says when a name is resolved. */
class PhaseResolver implements Resolver {
  readonly #inner: Resolver;
  readonly #resolved: () => void;
  constructor(inner: Resolver, resolved: () => void) {
    this.#inner = inner;
    this.#resolved = resolved;
  }
  async resolve(host: string, options?: ResolveOptions): Promise<readonly ResolvedAddress[]> {
    const found = await this.#inner.resolve(host, options);
    this.#resolved();
    return found;
  }
}

/** TLS of a request: `ssl`, and Tornado's files. */
function tlsOf({ ssl, caCerts, clientCert, clientKey, validateCert }: Settings): TlsClientOptions {
  return {
    ...(caCerts === undefined ? {} : { ca: fileOf("caCerts", caCerts) }),
    ...(clientCert === undefined ? {} : { cert: fileOf("clientCert", clientCert) }),
    ...(clientKey === undefined ? {} : { key: fileOf("clientKey", clientKey) }),
    ...(validateCert === false ? { rejectUnauthorized: false } : {}),
    ...ssl,
  };
}

function fileOf(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw badRequest(`${option}: ${(error as Error).message}`);
  }
}

/** The address of a network interface that is named, or is an address. */
function interfaceAddress(name: string): string {
  if (isIP(name) !== 0) return name;
  const address = networkInterfaces()[name]?.[0]?.address;
  if (address === undefined) throw badRequest(`networkInterface: this machine has no ${JSON.stringify(name)}`);
  return address;
}

function connectError(error: unknown, target: Target, settings: Settings): unknown {
  if (error instanceof HTTPClientError) return error;
  const where = settings.unixSocket ?? `${target.host}:${target.port}`;
  if (error instanceof StreamClosedError) {
    const real = error.realError;
    if (real instanceof AddressRefusedError)
      return new HTTPConnectError("ERR_LANDSPOUT_FETCH_ADDRESS", `cannot connect to ${where}: ${real.message}`, real);
    if (isLandspoutError(real) && real.code === "ERR_LANDSPOUT_OPTION") return real;
    return new HTTPConnectError(
      "ERR_LANDSPOUT_FETCH_CONNECT",
      `cannot connect to ${where}: ${reasonOf(real, error)}`,
      real ?? error,
      error.attempts,
    );
  }
  if (isLandspoutError(error)) return error;
  return new HTTPConnectError(
    "ERR_LANDSPOUT_FETCH_CONNECT",
    `cannot connect to ${where}: ${reasonOf(error as Error, error as Error)}`,
    error,
  );
}

function reasonOf(real: (Error & { code?: string }) | undefined, error: StreamClosedError | Error): string {
  const attempts = error instanceof StreamClosedError ? error.attempts : [];
  if (attempts.length > 1) return attempts.map((one) => `${one.address} ${codeOf(one.error)}`).join(", ");
  return real === undefined ? "the connection was closed" : codeOf(real);
}
function codeOf(error: Error & { code?: string }): string {
  const { code, message } = error;
  return code === undefined || message.includes(code) ? message : `${code}, ${message}`;
}
