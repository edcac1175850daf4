/**
 * `publicAddress`: which addresses belong to the public internet. A program that connects where strangers say must not reach what only its
 * own machine or network can (server-side request forgery). Knows nothing of connections.
 */
import { isIP } from "node:net";
import type { AllowAddress } from "./resolver.ts";

type Block = readonly [start: readonly number[], bits: number];

/** `10.0.0.0/8` as bytes. */
function block4(text: string): Block {
  const [address = "", bits = "32"] = text.split("/");
  return [address.split(".").map(Number), Number(bits)];
}
/** `fc00::/7` as 16-bit groups. */
function block6(text: string): Block {
  const [address = "", bits = "128"] = text.split("/");
  return [groupsOf(address), Number(bits)];
}

function isIn(parts: readonly number[], [start, bits]: Block, width: number): boolean {
  for (let i = 0, left = bits; left > 0; i++, left -= width) {
    const shift = Math.max(0, width - left);
    if (((parts[i] as number) ^ (start[i] as number)) >> shift !== 0) return false;
  }
  return true;
}

/** The eight groups of an IPv6 address that is well-formed (RFC 4291 §2.2). */
function groupsOf(address: string): number[] {
  // §2.2, form 3: the last 32 bits may be written as IPv4.
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  let text = address;
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(2).map(Number);
    text = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = "", tail] = text.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  if (tail === undefined) return before;
  const after = groups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

// The IANA registries of special-purpose addresses (RFC 6890), as far as they are not globally reachable.
const BLOCKS4: readonly string[] = [
  "0.0.0.0/8", // RFC 1122 §3.2.1.3: this network
  "10.0.0.0/8", // RFC 1918
  "100.64.0.0/10", // RFC 6598: shared by carriers
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // RFC 3927: link-local, where clouds keep their metadata
  "172.16.0.0/12", // RFC 1918
  "192.0.0.0/24", // RFC 6890
  "192.0.2.0/24", // RFC 5737: documentation
  "192.168.0.0/16", // RFC 1918
  "198.18.0.0/15", // RFC 2544: benchmarks
  "198.51.100.0/24", // RFC 5737
  "203.0.113.0/24", // RFC 5737
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and the broadcast address
];
const BLOCKS6: readonly string[] = [
  "64:ff9b:1::/48", // RFC 8215: translation within a network
  "100::/64", // RFC 6666: discard
  "2001::/23", // RFC 2928: Teredo and others
  "2001:db8::/32", // RFC 3849: documentation
  "fc00::/7", // RFC 4193: unique local
  "fe80::/10", // link-local
  "fec0::/10", // RFC 3879: site-local
  "ff00::/8", // multicast
];

interface Tables {
  readonly four: readonly Block[];
  readonly six: readonly Block[];
}
let tables: Tables | undefined;

const isPublic4 = (bytes: readonly number[], { four }: Tables): boolean => !four.some((block) => isIn(bytes, block, 8));

function isPublic6(groups: readonly number[], all: Tables): boolean {
  const inner = (at: number): number[] => {
    const [high = 0, low = 0] = groups.slice(at, at + 2);
    return [high >> 8, high & 255, low >> 8, low & 255];
  };
  const zeros = (to: number, from = 0): boolean => groups.slice(from, to).every((group) => group === 0);
  // RFC 4291 §2.5.5.2, IPv4-mapped; §2.5.5.1, IPv4-compatible, with :: and ::1 among them, which are not public.
  if (zeros(5) && groups[5] === 0xffff) return isPublic4(inner(6), all);
  // RFC 2765 §2.1: IPv4-translated, ::ffff:0:a.b.c.d.
  if (zeros(4) && groups[4] === 0xffff && groups[5] === 0) return isPublic4(inner(6), all);
  if (zeros(6)) return isPublic4(inner(6), all);
  // RFC 6052 §2.1: the well-known prefix of translators; RFC 3056 §2: 6to4.
  if (groups[0] === 0x64 && groups[1] === 0xff9b && zeros(6, 2)) return isPublic4(inner(6), all);
  if (groups[0] === 0x2002) return isPublic4(inner(1), all);
  return !all.six.some((block) => isIn(groups, block, 16));
}

/**
 * Allows addresses of the public internet and nothing else: for `allowAddress`, where strangers choose the URL. Addresses of IPv6 that hold
 * one of IPv4 (mapped, translated, 6to4) count as that one; what is no address is refused.
 */
export const publicAddress: AllowAddress = (address) => {
  const family = isIP(address);
  if (family === 0 || address.includes("%")) return false;
  tables ??= { four: BLOCKS4.map(block4), six: BLOCKS6.map(block6) };
  return family === 4 ? isPublic4(address.split(".").map(Number), tables) : isPublic6(groupsOf(address), tables);
};
