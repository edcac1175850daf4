/**
 * `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2), as Host and as the authority of a target.
 * Stricter than RFC 3986: no comma in a name, no IPvFuture, at most five port digits. Looser: a zone (GRAMMAR.md).
 */
import { byteAt, COLON, isDigit, isHex, lower, notRegName } from "./classes";
import { at, equalTo } from "./lanes";

/**
 * Whether `[start, end)` is a host with an optional port. `limit`: end of the bytes it lies in. `hostRequired`: the host may not be
 * empty. `portRequired`: the port must be there and not be empty.
 */
export function isAuthority(start: usize, end: usize, limit: usize, hostRequired: bool, portRequired: bool): bool {
  const length = <u32>(end - start);
  if (length - 1 < 15) {
    // A name and port of up to fifteen bytes, nearly every one, in one vector.
    const v = at(start, limit);
    const all: u32 = ((<u32>1) << length) - 1;
    const name = ctz((notRegName(v) & all) | (1 << length));
    if (name == length) return !portRequired;
    const port: u32 = all & ~(((<u32>2) << name) - 1);
    const digits = <u32>i8x16.bitmask(i8x16.le_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(9)));
    const colon = ((equalTo(v, 0x3a) >> name) & 1) != 0;
    if (colon && (digits & port) == port && length - name <= 6)
      return (!hostRequired || name > 0) && (!portRequired || port != 0);
  }
  return oddAuthority(start, end, hostRequired, portRequired);
}

/** A long one, an address in brackets, one with percent-encoding, or a wrong one. */
function oddAuthority(start: usize, end: usize, hostRequired: bool, portRequired: bool): bool {
  const hostEnd = start < end && byteAt(start) == 0x5b ? literalEnd(start, end) : nameEnd(start, end);
  if (hostEnd == 0 || (hostRequired && hostEnd == start)) return false;
  if (hostEnd == end) return !portRequired;
  if (byteAt(hostEnd) != COLON) return false;
  const digits = end - hostEnd - 1;
  if (digits > 5 || (portRequired && digits == 0)) return false;
  for (let ptr = hostEnd + 1; ptr < end; ptr++) if (!isDigit(byteAt(ptr))) return false;
  return true;
}

// reg-name = *( unreserved / pct-encoded / sub-delims ), here without ","; IPv4address is among them
function nameEnd(start: usize, end: usize): usize {
  let ptr = start;
  while (ptr < end) {
    const stops = notRegName(at(ptr, end));
    if (stops == 0) {
      ptr += 16;
      continue;
    }
    ptr += <usize>ctz(stops);
    if (ptr >= end || byteAt(ptr) != 0x25) break;
    if (end - ptr < 3 || !isHex(byteAt(ptr + 1)) || !isHex(byteAt(ptr + 2))) return 0;
    ptr += 3;
  }
  return ptr < end ? ptr : end;
}

// IP-literal = "[" IPv6address [ "%" 1*unreserved ] "]"; the address by its letters only
function literalEnd(start: usize, end: usize): usize {
  let ptr = start + 1;
  while (ptr < end && (isHex(byteAt(ptr)) || byteAt(ptr) == COLON || byteAt(ptr) == 0x2e)) ptr++;
  if (ptr == end || ptr - start < 3) return 0;
  if (byteAt(ptr) == 0x25) {
    const zone = ++ptr;
    while (ptr < end && isUnreserved(byteAt(ptr))) ptr++;
    if (ptr == end || ptr == zone) return 0;
  }
  return byteAt(ptr) == 0x5d ? ptr + 1 : 0;
}

// RFC 3986 §2.3: unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
function isUnreserved(byte: u32): bool {
  return isDigit(byte) || lower(byte) - 0x61 < 26 || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}
