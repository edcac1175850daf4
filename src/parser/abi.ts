/**
 * The contract between the parsers and everything above them, in plain numbers: the memory map, the slots of the result
 * table, flags, well-known ids and error codes. `assembly/` imports this very file (the compiler folds the constants), so
 * it may hold nothing but `export const NAME = literal` and comments. Both implementations, `src/parser/types.ts`
 * and `src/parser/errors.ts` change with it; raise ABI_VERSION when a number changes its meaning.
 *
 *   0x00000  static data of the Wasm module (look-up tables)              16 KiB
 *   0x04000  TABLE     result table: HEAD_SLOTS numbers, then the fields  20 KiB
 *   0x09000  NEEDLE    the delimiter of indexOf                            4 KiB
 *   0x10000  SCRATCH   bytes brought here to be scanned or hashed         64 KiB
 *   0x20000  CARRY     unfinished bytes, put right before RECEIVE        256 KiB
 *   0x60000  RECEIVE   where a socket's bytes land                        64 KiB
 *   0x70000  end of memory: a load past RECEIVE traps
 */
export const ABI_VERSION = 4;

// --- memory map (bytes) ---
export const TABLE = 0x04000;
export const NEEDLE = 0x09000;
export const NEEDLE_SIZE = 0x01000;
export const SCRATCH = 0x10000;
export const SCRATCH_SIZE = 0x10000;
export const CARRY = 0x20000;
export const CARRY_SIZE = 0x40000;
export const RECEIVE = 0x60000;
export const RECEIVE_SIZE = 0x10000;
export const MEMORY_SIZE = 0x70000;
export const MEMORY_PAGES = 7;

// --- slots of the result table (u32 each; offsets are absolute in the memory) ---
export const T_METHOD = 0;
export const T_METHOD_START = 1;
export const T_METHOD_END = 2;
export const T_TARGET_FORM = 3;
export const T_TARGET_START = 4;
export const T_TARGET_END = 5;
/** First byte of the path: the target's start in origin-form and asterisk-form, after the authority in absolute-form. */
export const T_PATH_START = 6;
/** The `?` that ends the path, or the target's end. In authority-form the path is empty, at the target's end. */
export const T_PATH_END = 7;
/** Authority of an absolute-form or authority-form target (host and port); both 0 in the other forms. */
export const T_AUTHORITY_START = 8;
export const T_AUTHORITY_END = 9;
/** Minor version as sent: the y of HTTP/1.y. */
export const T_MINOR = 10;
export const T_FLAGS = 11;
/** Value of the only, valid Content-Length, low and high word; both 0 otherwise. */
export const T_CONTENT_LENGTH_LO = 12;
export const T_CONTENT_LENGTH_HI = 13;
/** Value of the first Host field line; both 0 where there is none. */
export const T_HOST_START = 14;
export const T_HOST_END = 15;
/** Which well-known names occur: bit `id & 31` of slot `T_KNOWN + (id >> 5)`. */
export const T_KNOWN = 16;
export const T_KNOWN_HI = 17;
export const T_STATUS = 18;
export const T_REASON_START = 19;
export const T_REASON_END = 20;
export const T_FIELD_COUNT = 21;
/** After an error: offset of the byte that could not be accepted. */
export const T_ERROR_OFFSET = 22;
/** After "incomplete": the hint to pass to the next call; its low 24 bits count the bytes seen, the rest is the parser's. */
export const T_RESUME = 23;
/** After "incomplete": 0 while the start line is unfinished, 1 in the field section. */
export const T_STAGE = 24;
export const T_CHUNK_SIZE_LO = 25;
export const T_CHUNK_SIZE_HI = 26;
/**
 * The number of the result that the table holds: every call of a parse function adds 1 (modulo 2^32) before anything else. Code that comes
 * back later to read the table compares it with the number it has kept.
 */
export const T_EPOCH = 27;
/** State and result of the hash, four words. */
export const T_HASH = 28;
/** The field lines in order, FIELD_SLOTS each: `id << 24 | name start`, name end, value start, value end. */
export const T_FIELDS = 32;
export const FIELD_SLOTS = 4;
/** Most field lines the table can hold; `maxFields` of a call may not exceed it. */
export const MAX_FIELDS = 1024;
export const TABLE_SLOTS = 4128;

// --- target forms, RFC 9112 §3.2 ---
export const FORM_ORIGIN = 1;
export const FORM_ABSOLUTE = 2;
export const FORM_AUTHORITY = 3;
export const FORM_ASTERISK = 4;

// --- flags ---
export const F_CL_PRESENT = 0x1;
/** A Content-Length that is not 1*DIGIT or exceeds 2^53 - 1. */
export const F_CL_INVALID = 0x2;
export const F_CL_REPEATED = 0x4;
export const F_TE_PRESENT = 0x8;
/** The last coding of all Transfer-Encoding lines together is chunked. */
export const F_TE_CHUNKED_LAST = 0x10;
/** chunked is followed by another coding, or by itself. */
export const F_TE_CHUNKED_MISPLACED = 0x20;
/** A coding other than chunked is named. */
export const F_TE_OTHER = 0x40;
/** An element of Transfer-Encoding is empty or does not start with a token. */
export const F_TE_INVALID = 0x80;
export const F_CONN_CLOSE = 0x100;
export const F_CONN_KEEP_ALIVE = 0x200;
export const F_CONN_UPGRADE = 0x400;
export const F_HOST_PRESENT = 0x800;
export const F_HOST_REPEATED = 0x1000;
/** The first Host is not `uri-host [ ":" port ]`. */
export const F_HOST_INVALID = 0x2000;
export const F_EXPECT_CONTINUE = 0x4000;
/** An expectation other than 100-continue, or a second Expect line. */
export const F_EXPECT_OTHER = 0x8000;
/** An Upgrade field with a value. */
export const F_UPGRADE = 0x10000;
/** The path (not the query) holds a `%`. */
export const F_PATH_ESCAPED = 0x20000;
/** The target holds a byte above 0x7F. */
export const F_TARGET_RAW = 0x40000;

// --- methods ---
export const M_OTHER = 0;
export const M_GET = 1;
export const M_HEAD = 2;
export const M_POST = 3;
export const M_PUT = 4;
export const M_DELETE = 5;
export const M_PATCH = 6;
export const M_OPTIONS = 7;
export const M_CONNECT = 8;
export const M_TRACE = 9;

// --- well-known field names (0: any other), in the order of FIELD_NAMES in names.ts ---
// --- generated by scripts/make-field-names.mjs from names.ts ---
export const H_HOST = 1;
export const H_CONNECTION = 2;
export const H_CONTENT_LENGTH = 3;
export const H_TRANSFER_ENCODING = 4;
export const H_EXPECT = 5;
export const H_UPGRADE = 6;
export const H_CONTENT_TYPE = 7;
export const H_CONTENT_ENCODING = 8;
export const H_ACCEPT = 9;
export const H_ACCEPT_ENCODING = 10;
export const H_ACCEPT_LANGUAGE = 11;
export const H_USER_AGENT = 12;
export const H_COOKIE = 13;
export const H_AUTHORIZATION = 14;
export const H_IF_NONE_MATCH = 15;
export const H_IF_MODIFIED_SINCE = 16;
export const H_IF_MATCH = 17;
export const H_IF_UNMODIFIED_SINCE = 18;
export const H_IF_RANGE = 19;
export const H_RANGE = 20;
export const H_REFERER = 21;
export const H_ORIGIN = 22;
export const H_CACHE_CONTROL = 23;
export const H_TE = 24;
export const H_TRAILER = 25;
export const H_FORWARDED = 26;
export const H_X_FORWARDED_FOR = 27;
export const H_X_FORWARDED_PROTO = 28;
export const H_X_REAL_IP = 29;
export const H_X_SCHEME = 30;
export const H_SEC_WEBSOCKET_KEY = 31;
export const H_SEC_WEBSOCKET_VERSION = 32;
export const H_SEC_WEBSOCKET_PROTOCOL = 33;
export const H_SEC_WEBSOCKET_EXTENSIONS = 34;
export const H_X_REQUESTED_WITH = 35;
export const H_X_XSRFTOKEN = 36;
export const H_X_CSRFTOKEN = 37;
export const H_LAST_EVENT_ID = 38;
export const H_SEC_FETCH_SITE = 39;
export const H_SEC_FETCH_MODE = 40;
export const H_SEC_FETCH_DEST = 41;
export const H_TRACEPARENT = 42;
export const H_DATE = 43;
export const H_SERVER = 44;
export const H_LOCATION = 45;
export const H_SET_COOKIE = 46;
export const H_ETAG = 47;
export const H_LAST_MODIFIED = 48;
export const H_CONTENT_RANGE = 49;
export const H_VARY = 50;
// --- end of what is generated ---
export const KNOWN_FIELDS = 50;

// --- error codes: a call returns the code negated; errors.ts has the sentence and the status of each ---
export const E_METHOD = 1;
export const E_TARGET = 2;
export const E_TARGET_FORM = 3;
export const E_VERSION = 4;
export const E_VERSION_UNSUPPORTED = 5;
export const E_BARE_CR = 6;
export const E_BARE_LF = 7;
export const E_FIELD_NAME = 8;
export const E_SPACE_BEFORE_COLON = 9;
export const E_NO_COLON = 10;
export const E_FIELD_VALUE = 11;
export const E_OBS_FOLD = 12;
export const E_TOO_MANY_FIELDS = 13;
export const E_STATUS = 14;
export const E_REASON = 15;
export const E_CHUNK_SIZE = 16;
export const E_CHUNK_OVERFLOW = 17;
export const E_CHUNK_EXTENSION = 18;

/** What `utf8` gives for bytes that are not UTF-8. */
export const UTF8_INVALID = -1;
