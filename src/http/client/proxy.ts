/** HTTP proxies: which one a URL goes through, and the tunnel through it (RFC 9110 §9.3.6). */
import { BlockList, isIP } from "node:net";
import type { StreamConsumer } from "../../net/base-iostream.ts";
import type { IOStream } from "../../net/iostream.ts";
import { fieldLine } from "../message/field-text.ts";
import { isInterim, ResponseHeadReader } from "../http1/response-head-reader.ts";
import type { ResponseHead } from "../http1/response-head-reader.ts";
import { HTTPProxyError } from "./errors.ts";
import { badRequest } from "./options.ts";
import { basicCredentials } from "./outgoing.ts";
import type { Settings } from "./settings.ts";
import { fromUrl, hrefOf } from "./target.ts";
import type { Target } from "./target.ts";

export interface ProxyRoute {
  readonly target: Target;
  /** Value of Proxy-Authorization. */
  readonly authorization: string | undefined;
  /** Identity, credentials included. */
  readonly key: string;
}

const MAX_HEAD = 65_536;
const MAX_FIELDS = 256;

/** The proxy of a request; undefined for none. */
export function proxyOf(settings: Settings, target: Target): ProxyRoute | undefined {
  const { proxy, proxyHost, proxyPort, proxyUsername, proxyPassword } = settings;
  let address: string | undefined;
  if (proxyHost !== undefined) {
    if (proxyPort === undefined) throw badRequest("proxyHost needs proxyPort");
    address = `http://${isIP(proxyHost) === 6 ? `[${proxyHost}]` : proxyHost}:${proxyPort}`;
  } else if (proxy === "env") address = fromEnvironment(target, process.env);
  else if (proxy !== undefined && proxy !== false) address = String(proxy);
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? fromUrl(new URL(address)) : undefined;
  if (url === undefined)
    throw badRequest(`proxy: ${JSON.stringify(address.replace(/\/\/[^/@]*@/, "//…@"))} is no http: or https: URL`);
  const username = proxyUsername ?? url.username;
  const password = proxyPassword ?? url.password;
  const authorization = username === "" && password === "" ? undefined : basicCredentials(username, password);
  return { target: url, authorization, key: `${hrefOf(url)} ${authorization ?? ""}` };
}

type Environment = { readonly [name: string]: string | undefined };

/** As most programs read it: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`. Loopback is always direct. */
export function fromEnvironment({ secure, host, port }: Target, env: Environment): string | undefined {
  if (/^(?:localhost|.*\.localhost)$/.test(host) || host.startsWith("127.") || host === "::1") return undefined;
  if (isExcepted(host, port, env["no_proxy"] ?? env["NO_PROXY"] ?? "")) return undefined;
  // A CGI program gets the field Proxy of its client as HTTP_PROXY (CVE-2016-5385).
  const http = env["http_proxy"] ?? (env["REQUEST_METHOD"] === undefined ? env["HTTP_PROXY"] : undefined);
  const chosen = (secure ? (env["https_proxy"] ?? env["HTTPS_PROXY"]) : http) ?? env["all_proxy"] ?? env["ALL_PROXY"];
  if (chosen === undefined || chosen === "") return undefined;
  return chosen.includes("://") ? chosen : `http://${chosen}`;
}

/** Names, suffixes with or without a dot, addresses, blocks (CIDR), each with or without a port; `*`. */
function isExcepted(host: string, port: number, list: string): boolean {
  const family = isIP(host);
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "") return false;
    if (entry === "*") return true;
    const block = /^([0-9A-Fa-f:.]+)\/(\d{1,3})$/.exec(entry);
    if (block !== null) return family !== 0 && isInBlock(host, family, block[1] ?? "", Number(block[2]));
    // An address of IPv6 has a port only behind brackets.
    if (isIP(entry) === 6) return host === entry.toLowerCase();
    const split = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry);
    if (split === null || (split[3] !== undefined && Number(split[3]) !== port)) return false;
    const name = (split[1] ?? split[2] ?? "").toLowerCase().replace(/^\*?\./, "");
    return name !== "" && (host === name || (family === 0 && host.endsWith(`.${name}`)));
  });
}

function isInBlock(host: string, family: number, start: string, bits: number): boolean {
  if (isIP(start) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(start, bits, type);
  return block.check(host, type);
}

/** Asks a proxy for a connection to the target. The stream carries it afterwards. */
export async function openTunnel(
  stream: IOStream,
  target: Target,
  proxy: ProxyRoute,
  signal: AbortSignal,
): Promise<void> {
  const where = `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
  let head = `CONNECT ${where} HTTP/1.1\r\n${fieldLine("Host", where)}`;
  if (proxy.authorization !== undefined) head += fieldLine("Proxy-Authorization", proxy.authorization);
  let aborted: (() => void) | undefined;
  try {
    const answer = await new Promise<ResponseHead>((resolve, reject) => {
      const reader = new TunnelReader(stream, resolve, reject);
      aborted = () => reject(signal.reason as Error);
      signal.addEventListener("abort", aborted, { once: true });
      stream.attach(reader);
      if (stream.closed()) reader.streamClosed(stream.error);
      else void stream.write(`${head}\r\n`);
    });
    if (answer.status < 200 || answer.status > 299)
      throw new HTTPProxyError(
        `the proxy ${proxy.target.authority} refused to connect to ${where}: ${answer.status} ${answer.reason}`.trimEnd(),
        answer.status,
      );
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    if (aborted !== undefined) signal.removeEventListener("abort", aborted);
  }
}

/** Reads the response to CONNECT, and leaves the stream without a consumer. */
class TunnelReader implements StreamConsumer {
  readonly #stream: IOStream;
  readonly #resolve: (head: ResponseHead) => void;
  readonly #reject: (error: Error) => void;
  readonly #reader: ResponseHeadReader;

  constructor(stream: IOStream, resolve: (head: ResponseHead) => void, reject: (error: Error) => void) {
    this.#stream = stream;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#reader = new ResponseHeadReader(stream.parser, MAX_HEAD, MAX_FIELDS);
  }

  bytesReceived(start: number, end: number): number {
    let at = start;
    try {
      while (at < end) {
        const head = this.#reader.read(at, end);
        if (head === undefined) return at;
        at += head.size;
        if (isInterim(head.status)) continue;
        // Nothing may come before our side of the TLS handshake.
        if (at < end && head.status < 300) throw new Error("bytes follow the proxy's response");
        this.#stream.attach(undefined);
        this.#resolve(head);
        return end;
      }
    } catch (error) {
      this.#fail(error as Error);
      return end;
    }
    return at;
  }
  #fail(error: Error | undefined): void {
    const why = error === undefined ? "it closed the connection" : error.message;
    this.#reject(new HTTPProxyError(`the proxy gave no response to CONNECT: ${why}`, undefined, error));
  }
  streamEnded(): void {
    this.#fail(undefined);
  }
  streamClosed(error: Error | undefined): void {
    this.#fail(error);
  }
  streamDrained(): void {}
}
