/**
 * The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a load balancer says about the client in front of
 * the first byte of HTTP. Only reads bytes; whether a peer may say it is decided elsewhere.
 */
import { isIPv4, isIPv6 } from "node:net";

export interface ProxyHeader {
  /** Bytes of the header. */
  readonly consumed: number;
  /** The proxy speaks for itself (a health check), does not know the client, or knows it by no IP address (unix). */
  readonly local: boolean;
  readonly source?: { readonly address: string; readonly port: number };
  readonly destination?: { readonly address: string; readonly port: number };
}

/** §2.1: "107-byte maximum line length", CRLF included. */
const LONGEST_LINE = 107;
/** Version 2 announces up to 65,535 bytes of addresses and extras; more than this is refused unread. */
const LONGEST_BLOCK = 4096;
// §2.2: "\x0D \x0A \x0D \x0A \x00 \x0D \x0A \x51 \x55 \x49 \x54 \x0A"
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const PREFIX = "PROXY ";
// Version 2 in the high half of the byte, the command in the low one.
const LOCAL = 0x20;
const PROXY = 0x21;
// Family in the high half, transport in the low one.
const UNSPECIFIED = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNIX_STREAM = 0x31;
/** Bytes of the addresses and ports of each. */
const ADDRESS_BLOCKS: ReadonlyMap<number, number> = new Map([
  [UNSPECIFIED, 0],
  [TCP4, 12],
  [TCP6, 36],
  [UNIX_STREAM, 216],
]);

/** Parses the beginning of a connection. Decides as soon as the bytes allow. */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeader | "incomplete" | "malformed" {
  if (bytes.length === 0) return "incomplete";
  return bytes[0] === SIGNATURE[0] ? parseBinary(bytes) : parseLine(bytes);
}

// "PROXY" SP ( "TCP4" / "TCP6" ) SP source SP destination SP source-port SP destination-port CRLF, or "PROXY UNKNOWN" … CRLF
function parseLine(bytes: Uint8Array): ProxyHeader | "incomplete" | "malformed" {
  const known = Math.min(bytes.length, PREFIX.length);
  for (let i = 0; i < known; i++) if (bytes[i] !== PREFIX.charCodeAt(i)) return "malformed";
  const end = bytes.subarray(0, LONGEST_LINE - 1).indexOf(0x0d);
  if (end < 0) return bytes.length < LONGEST_LINE - 1 && mayBegin(bytes) ? "incomplete" : "malformed";
  if (end + 1 === bytes.length) return "incomplete";
  if (bytes[end + 1] !== 0x0a) return "malformed";
  const consumed = end + 2;
  const line = String.fromCharCode(...bytes.subarray(PREFIX.length, end));
  if (line === "UNKNOWN" || line.startsWith("UNKNOWN ")) return { consumed, local: true };
  const parts = line.split(" ");
  const [family, from, to, fromPort, toPort] = parts;
  const valid = family === "TCP4" ? isIPv4 : family === "TCP6" ? isIPv6 : undefined;
  const source = endpoint(from, fromPort, valid);
  const destination = endpoint(to, toPort, valid);
  if (parts.length !== 5 || source === undefined || destination === undefined) return "malformed";
  return { consumed, local: false, source, destination };
}

const FAMILIES = ["TCP4 ", "TCP6 ", "UNKNOWN"];

/** Whether an unfinished line may still become a good one. */
function mayBegin(bytes: Uint8Array): boolean {
  const rest = String.fromCharCode(...bytes.subarray(PREFIX.length));
  return FAMILIES.some((family) =>
    rest.length <= family.length
      ? family.startsWith(rest)
      : rest.startsWith(family) && (family === "UNKNOWN" || /^[0-9A-Fa-f:. ]*$/.test(rest.slice(family.length))),
  );
}

function endpoint(
  address: string | undefined,
  port: string | undefined,
  valid: ((address: string) => boolean) | undefined,
): { address: string; port: number } | undefined {
  if (address === undefined || port === undefined || valid?.(address) !== true || address.includes("%"))
    return undefined;
  // §2.1: decimal, "no leading zero"
  if (!/^(?:0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535) return undefined;
  return { address, port: Number(port) };
}

/** Version 2: signature, version and command, family, length of the address block, the block, more that is skipped. */
function parseBinary(bytes: Uint8Array): ProxyHeader | "incomplete" | "malformed" {
  for (let i = 0; i < Math.min(bytes.length, 12); i++) if (bytes[i] !== SIGNATURE[i]) return "malformed";
  const versionCommand = bytes[12] ?? PROXY;
  // §2.2: "other values are unassigned and must not be emitted […]. Receivers must drop connections presenting unexpected values".
  if (versionCommand !== LOCAL && versionCommand !== PROXY) return "malformed";
  const local = versionCommand === LOCAL;
  const family = bytes[13] ?? UNSPECIFIED;
  // Datagrams cannot be the front of a stream. Of LOCAL "the receiver must […] discard the protocol block including the family".
  const needed = local ? 0 : ADDRESS_BLOCKS.get(family);
  if (needed === undefined) return "malformed";
  if (bytes.length < 16) return "incomplete";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint16(14);
  if (length > LONGEST_BLOCK || length < needed) return "malformed";
  const consumed = 16 + length;
  if (bytes.length < consumed) return "incomplete";
  if (local || (family !== TCP4 && family !== TCP6)) return { consumed, local: true };
  const size = family === TCP4 ? 4 : 16;
  const address = (at: number): string => (size === 4 ? bytes.subarray(at, at + 4).join(".") : ipv6(view, at));
  return {
    consumed,
    local: false,
    source: { address: address(16), port: view.getUint16(16 + 2 * size) },
    destination: { address: address(16 + size), port: view.getUint16(18 + 2 * size) },
  };
}

/** RFC 5952, by way of the URL parser, which writes addresses in that form. */
function ipv6(view: DataView, at: number): string {
  const groups: string[] = [];
  for (let i = 0; i < 8; i++) groups.push(view.getUint16(at + 2 * i).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
