/** The masking of WebSocket frames (RFC 6455 §5.3): "octet i of the transformed data is octet i of the original XOR octet i modulo 4 of the key". */

export function mask(bytes: Uint8Array, view: DataView, start: number, end: number, key: number): void {
  let i = start;
  // Words that are aligned, as far as there are any; the key turns with the bytes in front of them.
  let turned = key;
  for (; i < end && (i & 3) !== 0; i++) {
    bytes[i] = (bytes[i] as number) ^ (turned & 0xff);
    turned = (turned >>> 8) | (turned << 24);
  }
  for (; end - i >= 4; i += 4) view.setInt32(i, view.getInt32(i, true) ^ turned, true);
  for (; i < end; i++) {
    bytes[i] = (bytes[i] as number) ^ (turned & 0xff);
    turned >>>= 8;
  }
}
