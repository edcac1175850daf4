/**
 * `uri-host [ ":" port ]` (RFC 9110 §4.2, §7.2; RFC 3986 §3.2.2): of the Host field, of an absolute-form and of an
 * authority-form target. It answers yes or no and nothing else; userinfo has no place in any of them.
 */
import * as classes from "./classes.ts";

// Copies of imported constants: why, says index.ts.
const { BRACKET_CLOSE, BRACKET_OPEN, COLON, HEX, IP_LITERAL, PERCENT, REG_NAME, UNRESERVED, isDigit } = classes;

/** The most digits of a port: 65535 has five. */
const MAX_PORT_DIGITS = 5;

/**
 * Position after the uri-host that starts at `start`, or -1 where an IP literal is malformed. Stricter than RFC 3986: of the
 * IP literals only IPv6address, no IPvFuture. Looser: an address may have a zone, as clients send the one they were given.
 */
function hostEnd(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  if (i < end && bytes[i] === BRACKET_OPEN) {
    i++;
    while (i < end && IP_LITERAL[bytes[i] as number] === 1) i++;
    if (i - start <= 2) return -1;
    if (i < end && bytes[i] === PERCENT) {
      const zone = ++i;
      while (i < end && UNRESERVED[bytes[i] as number] === 1) i++;
      if (i === zone) return -1;
    }
    return i < end && bytes[i] === BRACKET_CLOSE ? i + 1 : -1;
  }
  for (;;) {
    while (i < end && REG_NAME[bytes[i] as number] === 1) i++;
    if (i === end || bytes[i] !== PERCENT) return i;
    if (i + 2 >= end || HEX[bytes[i + 1] as number] === 16 || HEX[bytes[i + 2] as number] === 16) return -1;
    i += 3;
  }
}

/** Whether `[start, end)` is `uri-host [ ":" port ]`. The Host field permits an empty host, `hostRequired` does not. */
export function isAuthority(
  bytes: Uint8Array,
  start: number,
  end: number,
  hostRequired: boolean,
  portRequired: boolean,
): boolean {
  const colon = hostEnd(bytes, start, end);
  if (colon < 0 || (hostRequired && colon === start)) return false;
  if (colon === end) return !portRequired;
  const digits = end - colon - 1;
  if (bytes[colon] !== COLON || digits > MAX_PORT_DIGITS || (portRequired && digits === 0)) return false;
  for (let i = colon + 1; i < end; i++) {
    if (!isDigit(bytes[i] as number)) return false;
  }
  return true;
}
