/** What the command line says, checked. What is wrong with it is said in a sentence, and ends the program. */
import type { HTTPServerOptions } from "landspout";
import { fail, readArguments, readPort } from "../arguments.ts";

/** Bytes of a POST: the longest name and text as JSON, every character of them escaped, need less. */
const LARGEST_POST = 16_384;
const MOST_WORKERS = 256;

export interface ChatOptions {
  readonly port: number;
  readonly address: string;
  readonly quiet: boolean;
  /** Processes on this machine; 0 is one for each processor. */
  readonly workers: number;
  readonly redis: string | undefined;
  readonly nats: string | undefined;
  readonly server: HTTPServerOptions;
}

function wholeNumber(value: string, most: number): number | undefined {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Infinity;
  return number <= most ? number : undefined;
}

/** The address of a broker. It may hold a password: it is not repeated. */
function brokerURL(name: string, value: string | undefined, schemes: readonly string[]): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isSocket = url?.protocol === "unix:" && url.pathname !== "";
  if (url !== undefined && schemes.includes(url.protocol) && (isSocket || url.hostname !== "")) return url.href;
  return fail(`--${name} is an address that begins with ${schemes.join(" or ")}, as ${schemes[0]}//localhost`);
}

export function readOptions(): ChatOptions {
  const { port, address, workers, redis, nats, parser, transport, xheaders, quiet } = readArguments({
    port: { type: "string", default: "8888" },
    address: { type: "string", default: "127.0.0.1" },
    workers: { type: "string", default: "1" },
    redis: { type: "string" },
    nats: { type: "string" },
    parser: { type: "string" },
    transport: { type: "string" },
    xheaders: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  });
  const server: HTTPServerOptions = { maxBodySize: LARGEST_POST, xheaders };
  if (parser === "wasm" || parser === "ts") server.parser = parser;
  else if (parser !== undefined) fail(`--parser is wasm or ts, not ${parser}`);
  if (transport === "zero-copy" || transport === "copy") server.transport = transport;
  else if (transport !== undefined) fail(`--transport is zero-copy or copy, not ${transport}`);
  const options: ChatOptions = {
    port: readPort(port),
    address,
    quiet,
    workers:
      wholeNumber(workers, MOST_WORKERS) ??
      fail(`--workers is a number from 0 (one for each processor) to ${MOST_WORKERS}, not ${workers}`),
    redis: brokerURL("redis", redis, ["redis:", "rediss:", "unix:"]),
    nats: brokerURL("nats", nats, ["nats:", "tls:"]),
    server,
  };
  // Each process opens the port for itself, and they would not find each other's.
  if (options.workers !== 1 && options.port === 0) fail("--workers needs a --port of its own, not 0");
  return options;
}
