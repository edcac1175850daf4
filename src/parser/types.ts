/**
 * The parser seam: bytes in, numbers out. No callbacks, no strings, no state between calls. Two implementations stand
 * behind it, `src/parser/wasm/` (AssemblyScript from `assembly/`) and `src/parser/ts/`; they are written independently, give
 * equal results, and are each other's oracle in the tests. What the numbers mean is in abi.ts.
 *
 * Every parse function works on `[start, end)` of `buffer` and returns
 *   > 0  bytes consumed: the element is complete, the table is filled
 *     0  incomplete: every byte so far is acceptable; T_RESUME and T_STAGE are set, the rest of the table is unspecified
 *   < 0  minus an error code of abi.ts: T_ERROR_OFFSET is set, the rest of the table is unspecified
 * Malformed bytes are refused as soon as they are seen, however the input is cut, and always with the same code and offset.
 */
export type ParserKind = "wasm" | "ts";

export interface HttpParser {
  readonly kind: ParserKind;
  /** The whole memory, MEMORY_SIZE bytes; it never grows or moves. */
  readonly buffer: Uint8Array;
  /** The result table: TABLE_SLOTS words of `buffer` from TABLE on. */
  readonly table: Uint32Array;
  /** Which result the table holds: T_EPOCH. The four parse functions advance it themselves. */
  readonly epoch: number;
  /**
   * CARRY and RECEIVE hold the bytes of a read that has not ended: nothing may be put there. Set by memory.ts alone.
   */
  reading: boolean;

  /**
   * One request head: request line, field lines, empty line (RFC 9112 §2.1, §3, §5). One CRLF in front of it is skipped
   * (RFC 9112 §2.2).
   *
   * `hint` is 0, or the T_RESUME of the previous, incomplete call for the same head (its bytes may have moved as a whole):
   * bytes already seen are then not searched again, so that a head sent byte by byte costs linear time.
   * `maxFields` (at most MAX_FIELDS) bounds the number of field lines.
   */
  parseRequestHead(start: number, end: number, hint: number, maxFields: number): number;

  /** One response head: status line, field lines, empty line (RFC 9112 §4). T_METHOD … T_AUTHORITY_END are 0. */
  parseResponseHead(start: number, end: number, hint: number, maxFields: number): number;

  /** A trailer section up to and with its empty line (RFC 9112 §7.1.2): fields as in a head; an empty line alone is 2. */
  parseTrailers(start: number, end: number, hint: number, maxFields: number): number;

  /** `chunk-size [ chunk-ext ] CRLF` (RFC 9112 §7.1); the size goes to T_CHUNK_SIZE_LO/HI. T_RESUME is not set. */
  parseChunkSize(start: number, end: number): number;

  /**
   * Offset of the first occurrence of the `needleLength` (1 … NEEDLE_SIZE) bytes at NEEDLE in `[start, end)`, or -1. To go
   * on after -1 with more bytes, start at `end - needleLength + 1`. Leaves the table alone.
   */
  indexOf(start: number, end: number, needleLength: number): number;

  /** MurmurHash3_x86_128 over whole 16-byte blocks; the state is the four words at T_HASH (the seed, at the beginning). */
  hashBlocks(start: number, end: number): void;

  /** The last piece, of any length, of an input of `total` bytes (modulo 2^32); the digest replaces the state. */
  hashFinish(start: number, end: number, total: number): void;

  /**
   * Masks or unmasks `[start, end)` in place (RFC 6455 §5.3). `key`: the four bytes of the key as a little-endian word, turned so that
   * its lowest byte goes with the byte at `start`.
   */
  mask(start: number, end: number, key: number): void;

  /**
   * Whether `[start, end)` goes on as UTF-8 after `state`, which is 0 at the beginning of a text. Returns the state for the next piece, 0
   * where a character has just ended, UTF8_INVALID as soon as the text cannot become valid any more.
   */
  utf8(start: number, end: number, state: number): number;
}

/** A parser and the reason why it was chosen: an option, an environment variable, or what stood in the way of Wasm. */
export interface ParserChoice {
  readonly parser: HttpParser;
  readonly reason: string;
}
