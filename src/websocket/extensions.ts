/**
 * What two sides agree on about permessage-deflate (RFC 7692 §7.1), from the field values of the handshake: as a server and as a client.
 * It compresses nothing.
 */
import { checkOptions, flag, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

/** Compression of messages, permessage-deflate. All of it may be left out. */
export interface CompressionOptions {
  /** Effort, 0 (none) to 9. Default 6. */
  level?: number;
  /** Memory of a compressor, 1 to 9: it has 2^(memLevel + 9) bytes, and 2^(window bits + 2). Default 8. */
  memLevel?: number;
  /** Bytes of a message from which on it is compressed. Default 1024. */
  threshold?: number;
  /** The server compresses each message by itself: worse, but nothing is kept between two. Default false. */
  serverNoContextTakeover?: boolean;
  /** Likewise the client. */
  clientNoContextTakeover?: boolean;
  /** Size of the window the server compresses with, 2^8 to 2^15 bytes. Default 15. */
  serverMaxWindowBits?: number;
  /** Likewise the client; a server can ask for less than 15 only where the client lets it. */
  clientMaxWindowBits?: number;
}

/** What was agreed on. */
export interface Compression {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

export const COMPRESSION_OPTIONS: OptionTable<CompressionOptions> = {
  level: whole(0, 9),
  memLevel: whole(1, 9),
  threshold: whole(),
  serverNoContextTakeover: flag,
  clientNoContextTakeover: flag,
  serverMaxWindowBits: whole(8, 15),
  clientMaxWindowBits: whole(8, 15),
};

/** @throws UsageError on an option that is unknown or out of range. */
export function checkCompression(options: CompressionOptions): void {
  checkOptions("compression of a WebSocket", options, COMPRESSION_OPTIONS);
}

interface Extension {
  readonly name: string;
  /** In order; a value is undefined where there is none. */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

// RFC 6455 §9.1: extension-param = token [ "=" (token | quoted-string) ]
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const PART = new RegExp(
  `[ \\t]*(${TOKEN})(?:[ \\t]*=[ \\t]*(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*([;,]|$)`,
  "y",
);

// RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements", but a list of at least one
// (§11.3.2 of RFC 6455: 1#extension) is invalid where all are empty.
const EMPTY_MEMBERS = /[ \t,]*/y;

/** The members of Sec-WebSocket-Extensions; undefined where it is malformed. */
export function parseExtensions(field: string): Extension[] | undefined {
  const extensions: Extension[] = [];
  let parameters: [string, string | undefined][] | undefined;
  PART.lastIndex = 0;
  for (;;) {
    if (parameters === undefined) {
      EMPTY_MEMBERS.lastIndex = PART.lastIndex;
      EMPTY_MEMBERS.exec(field);
      if (EMPTY_MEMBERS.lastIndex === field.length) return extensions.length === 0 ? undefined : extensions;
      PART.lastIndex = EMPTY_MEMBERS.lastIndex;
    }
    const match = PART.exec(field);
    if (match === null) return undefined;
    const [, name = "", token, quoted, end] = match;
    const value = token ?? quoted?.replace(/\\(.)/g, "$1");
    if (parameters !== undefined) parameters.push([name, value]);
    else {
      if (value !== undefined) return undefined;
      extensions.push({ name, parameters: (parameters = []) });
    }
    if (end === "") return extensions;
    if (end === ",") parameters = undefined;
  }
}

interface Parameters {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits: number | undefined;
  /** 0: named, without a value. */
  clientMaxWindowBits: number | undefined;
}

/** §7.1: undefined where a parameter is unknown, there twice, or has a value it cannot have: then the offer is declined. */
function parametersOf({ name, parameters }: Extension): Parameters | undefined {
  // Tokens of extensions are compared as they are.
  if (name !== "permessage-deflate") return undefined;
  const found: Parameters = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: undefined,
    clientMaxWindowBits: undefined,
  };
  const seen = new Set<string>();
  for (const [parameter, value] of parameters) {
    if (seen.has(parameter)) return undefined;
    seen.add(parameter);
    // §7.1.2: "a decimal integer value without leading zeroes between 8 to 15, inclusive"
    const bits = value !== undefined && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
    if (parameter === "server_no_context_takeover" && value === undefined) found.serverNoContextTakeover = true;
    else if (parameter === "client_no_context_takeover" && value === undefined) found.clientNoContextTakeover = true;
    else if (parameter === "server_max_window_bits" && bits !== undefined) found.serverMaxWindowBits = bits;
    else if (parameter === "client_max_window_bits" && (bits ?? value) === bits) found.clientMaxWindowBits = bits ?? 0;
    else return undefined;
  }
  return found;
}

const NAME = "permessage-deflate";

/**
 * As a server: the first offer that can be taken, and the field value that says so. Undefined: there is none, and messages stay as they
 * are. `field` must be well-formed.
 */
export function acceptOffer(
  offers: readonly Extension[],
  options: CompressionOptions,
): { readonly agreed: Compression; readonly answer: string } | undefined {
  for (const one of offers) {
    const offer = parametersOf(one);
    if (offer === undefined) continue;
    const agreed: Compression = {
      serverNoContextTakeover: offer.serverNoContextTakeover || options.serverNoContextTakeover === true,
      clientNoContextTakeover: offer.clientNoContextTakeover || options.clientNoContextTakeover === true,
      serverMaxWindowBits: Math.min(offer.serverMaxWindowBits ?? 15, options.serverMaxWindowBits ?? 15),
      // §7.1.2.2: without the parameter in the offer the client cannot be told to use less.
      clientMaxWindowBits:
        offer.clientMaxWindowBits === undefined
          ? 15
          : Math.min(offer.clientMaxWindowBits || 15, options.clientMaxWindowBits ?? 15),
    };
    let answer = NAME;
    if (agreed.serverNoContextTakeover) answer += "; server_no_context_takeover";
    if (agreed.clientNoContextTakeover) answer += "; client_no_context_takeover";
    if (offer.serverMaxWindowBits !== undefined || agreed.serverMaxWindowBits < 15)
      answer += `; server_max_window_bits=${agreed.serverMaxWindowBits}`;
    if (agreed.clientMaxWindowBits < 15) answer += `; client_max_window_bits=${agreed.clientMaxWindowBits}`;
    return { agreed, answer };
  }
  return undefined;
}

/** As a client: the field value that offers it. */
export function offerOf(options: CompressionOptions): string {
  const { serverMaxWindowBits = 15, clientMaxWindowBits = 15 } = options;
  let offer = NAME;
  if (options.serverNoContextTakeover === true) offer += "; server_no_context_takeover";
  if (options.clientNoContextTakeover === true) offer += "; client_no_context_takeover";
  if (serverMaxWindowBits < 15) offer += `; server_max_window_bits=${serverMaxWindowBits}`;
  return `${offer}; client_max_window_bits${clientMaxWindowBits < 15 ? `=${clientMaxWindowBits}` : ""}`;
}

/** As a client: what the server's answer says; undefined where it is none to our offer, and the connection fails. */
export function checkAccepted(field: string, options: CompressionOptions): Compression | undefined {
  const extensions = parseExtensions(field);
  if (extensions?.length !== 1) return undefined;
  const answer = parametersOf(extensions[0] as Extension);
  if (answer === undefined || answer.clientMaxWindowBits === 0) return undefined;
  const { serverMaxWindowBits = 15, clientMaxWindowBits = 15 } = options;
  // §7.1.2.1: the server takes the offer "with the same or smaller value"; without one it has not taken it.
  if ((answer.serverMaxWindowBits ?? 15) > serverMaxWindowBits) return undefined;
  // §7.1.1.1: likewise.
  if (options.serverNoContextTakeover === true && !answer.serverNoContextTakeover) return undefined;
  return {
    serverNoContextTakeover: answer.serverNoContextTakeover,
    clientNoContextTakeover: answer.clientNoContextTakeover || options.clientNoContextTakeover === true,
    serverMaxWindowBits: answer.serverMaxWindowBits ?? 15,
    clientMaxWindowBits: Math.min(answer.clientMaxWindowBits ?? 15, clientMaxWindowBits),
  };
}
