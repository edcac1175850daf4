/**
 * Frames as they come in (RFC 6455 §5), read where they lie in the parser's memory: unmasked and checked in place, whole messages made of
 * what has come in one read without a copy in between. It knows no socket; what is wrong is said once, with the code to close with.
 */
import { Buffer, constants } from "node:buffer";
import { memoryOf } from "../net/parser-memory.ts";
import type { ParserMemory } from "../net/parser-memory.ts";
import { UTF8_INVALID } from "../parser/abi.ts";
import type { HttpParser } from "../parser/types.ts";
import { CLOSE_INVALID_DATA, CLOSE_POLICY, CLOSE_PROTOCOL_ERROR, CLOSE_TOO_BIG } from "./close-codes.ts";
import { BINARY, CLOSE, CONTINUATION, FIN, PONG, RSV1, TEXT } from "./frame.ts";
import { MessageBuffer } from "./message-buffer.ts";

/** What a reader tells. None of these may throw. After `failed` nothing follows. */
export interface FrameSink {
  /** A whole message. `compressed`: it is to be inflated, and its text has not been checked. */
  message(opcode: number, data: string | Buffer, compressed: boolean): void;
  /** A ping, pong or close frame. */
  control(opcode: number, data: Buffer): void;
  failed(code: number, reason: string): void;
}

/** What was agreed on with the peer. */
export interface FrameForm {
  /** Frames come masked: this is a server. */
  readonly masked: boolean;
  /** A compressed message may come. */
  readonly compression: boolean;
}

export interface FrameLimits {
  /** Bytes of a message, all its fragments together. */
  readonly maxMessageSize: number;
  /** Frames of a message that are empty and not its last. */
  readonly maxEmptyFragments: number;
  /** Frames of a message. */
  readonly maxFragments: number;
  /** Bytes of a message that came in one read are given out where they lie, and are gone after `message`. */
  readonly borrowMessages: boolean;
}

/** Bytes, of which a text has no more characters. */
const LONGEST_TEXT = constants.MAX_STRING_LENGTH;

const NOBODY: FrameSink = { message: () => undefined, control: () => undefined, failed: () => undefined };
const NO_LIMITS: FrameLimits = { maxMessageSize: 0, maxEmptyFragments: 0, maxFragments: 0, borrowMessages: false };
/** The reader nobody needs just now: connections are between two messages most of the time, and ten thousand get by with this one. */
let spare: FrameReader | undefined;

export class FrameReader {
  private readonly parser: HttpParser;
  private readonly memory: ParserMemory;
  private sink: FrameSink = NOBODY;
  private limits: FrameLimits = NO_LIMITS;
  private masked = true;
  private compression = false;
  private failed = false;
  /** Opcode of the message being received; 0 where none is. */
  private opcode = 0;
  private compressed = false;
  private pieces: MessageBuffer | undefined = undefined;
  private size = 0;
  private fragments = 0;
  private emptyFragments = 0;
  private utf8 = 0;
  /** Bytes of the current frame's payload still to come; -1: between two frames. */
  private left = -1;
  private final = false;
  private key = 0;

  private constructor(parser: HttpParser) {
    this.parser = parser;
    this.memory = memoryOf(parser);
  }

  /** A reader at the beginning of a message. */
  static take(parser: HttpParser, sink: FrameSink, limits: FrameLimits, form: FrameForm): FrameReader {
    const reader = spare !== undefined && spare.parser === parser ? spare : new FrameReader(parser);
    spare = undefined;
    reader.sink = sink;
    reader.limits = limits;
    reader.masked = form.masked;
    reader.compression = form.compression;
    return reader;
  }
  /** Leaves a reader to others, if no message is under way: whoever has left it must not use it any more. */
  static leave(reader: FrameReader): boolean {
    if (reader.opcode !== 0 || reader.left >= 0 || reader.failed) return false;
    reader.sink = NOBODY;
    spare = reader;
    return true;
  }

  /**
   * Reads one frame, or a part of one, from `[at, end)`. Returns where it ends; `at` itself where more must come first, or it failed.
   */
  read(at: number, end: number): number {
    if (this.left >= 0) return this.payload(at, end);
    if (end - at < 2) return at;
    const first = this.memory[at] as number;
    const second = this.memory[at + 1] as number;
    const problem = this.problemOf(first, second);
    if (problem !== undefined) return this.fail(at, CLOSE_PROTOCOL_ERROR, problem);
    const short = second & 127;
    const lengthSize = short < 126 ? 0 : short === 126 ? 2 : 8;
    const header = 2 + lengthSize + (this.masked ? 4 : 0);
    if (end - at < header) return at;
    const length = lengthSize === 0 ? short : this.longLength(at + 2, lengthSize);
    if (length < 0)
      return this.fail(at, CLOSE_PROTOCOL_ERROR, "a length is not in its shortest form, or its first bit is set");
    const start = at + header;
    if ((first & 15) >= CLOSE) return this.control(at, first & 15, start, length, end);
    return this.beginData(at, first, start, length, end);
  }

  /** What is wrong with the first two bytes of a frame. */
  private problemOf(first: number, second: number): string | undefined {
    const opcode = first & 15;
    const reserved = first & 0x70;
    if (second >= 128 !== this.masked) return this.masked ? "a frame is not masked" : "a frame of a server is masked";
    if (opcode >= CLOSE) {
      if (opcode > PONG) return "a reserved opcode";
      if (reserved !== 0) return "a reserved bit is set";
      if (first < FIN) return "a control frame is fragmented";
      return (second & 127) > 125 ? "a control frame is longer than 125 bytes" : undefined;
    }
    if (opcode > BINARY) return "a reserved opcode";
    // RFC 7692 §6: the bit stands on the first frame of a message, if it was agreed on.
    if (reserved !== 0 && (reserved !== RSV1 || !this.compression || opcode === CONTINUATION))
      return "a reserved bit is set";
    if (opcode === CONTINUATION) return this.opcode === 0 ? "a continuation of nothing" : undefined;
    return this.opcode === 0 ? undefined : "a new message in the middle of one";
  }

  /**
   * §5.2: "the minimal number of bytes MUST be used to encode the length", and of eight "the most significant bit MUST be 0"; -1 where it
   * is otherwise. Infinity: well-formed, and more than can be counted exactly (2^53 - 1), so more than any message may have.
   */
  private longLength(at: number, size: number): number {
    if (size === 2) {
      const length = this.memory.readUInt16BE(at);
      return length < 126 ? -1 : length;
    }
    const high = this.memory.readUInt32BE(at);
    if (high > 0x7fff_ffff) return -1;
    if (high > 0x1f_ffff) return Infinity;
    const length = high * 0x1_0000_0000 + this.memory.readUInt32BE(at + 4);
    return length < 65_536 ? -1 : length;
  }

  private fail(at: number, code: number, reason: string): number {
    this.failed = true;
    this.pieces = undefined;
    this.sink.failed(code, reason);
    return at;
  }

  private control(at: number, opcode: number, start: number, length: number, end: number): number {
    if (end - start < length) return at;
    if (this.masked) this.parser.mask(start, start + length, this.memory.readInt32LE(start - 4));
    const data = Buffer.allocUnsafe(length);
    this.memory.copy(data, 0, start, start + length);
    this.sink.control(opcode, data);
    return start + length;
  }

  private beginData(at: number, first: number, start: number, length: number, end: number): number {
    const opcode = first & 15;
    const { limits } = this;
    const size = this.size + length;
    if (size > limits.maxMessageSize || (size > LONGEST_TEXT && this.exceeds(size, opcode)))
      return this.fail(at, CLOSE_TOO_BIG, "message too big");
    // §5.4 gives a message any number of fragments. Bytes are gathered in one place, so that those which bring some cost what their bytes
    // do; those which bring none are work for nothing.
    if (++this.fragments > limits.maxFragments) return this.fail(at, CLOSE_POLICY, "too many fragments");
    if (length === 0 && first < FIN && ++this.emptyFragments > limits.maxEmptyFragments)
      return this.fail(at, CLOSE_POLICY, "too many empty fragments");
    if (opcode !== CONTINUATION) {
      this.opcode = opcode;
      this.compressed = (first & RSV1) !== 0;
    }
    this.size = size;
    this.final = first >= FIN;
    this.key = this.masked ? this.memory.readInt32LE(start - 4) : 0;
    this.left = length;
    // Most messages are one frame, and most frames are there at once.
    if (this.final && this.pieces === undefined && end - start >= length) return this.whole(start, start + length);
    return this.payload(start, end);
  }

  /** Whether a message has more bytes than a text, or a number, can hold, where no limit of the program refuses it. */
  private exceeds(size: number, opcode: number): boolean {
    return size > Number.MAX_SAFE_INTEGER || opcode === TEXT || (opcode === CONTINUATION && this.opcode === TEXT);
  }

  private whole(start: number, end: number): number {
    const { opcode, compressed } = this;
    if (this.masked) this.parser.mask(start, end, this.key);
    const text = opcode === TEXT && !compressed;
    if (text && this.parser.utf8(start, end, 0) !== 0)
      return this.fail(start, CLOSE_INVALID_DATA, "a text is not UTF-8");
    this.reset();
    if (text) this.sink.message(opcode, this.memory.utf8Slice(start, end), false);
    else if (this.limits.borrowMessages && !compressed)
      this.sink.message(opcode, this.memory.subarray(start, end), false);
    else {
      const data = Buffer.allocUnsafe(end - start);
      this.memory.copy(data, 0, start, end);
      this.sink.message(opcode, data, compressed);
    }
    return end;
  }

  /** Takes what has come of a frame's payload. */
  private payload(start: number, end: number): number {
    const part = Math.min(this.left, end - start);
    const stop = start + part;
    if (part > 0) {
      if (this.masked) {
        this.parser.mask(start, stop, this.key);
        const turn = (part & 3) * 8;
        if (turn !== 0) this.key = (this.key >>> turn) | (this.key << (32 - turn));
      }
      if (this.opcode === TEXT && !this.compressed) {
        this.utf8 = this.parser.utf8(start, stop, this.utf8);
        if (this.utf8 === UTF8_INVALID) return this.fail(start, CLOSE_INVALID_DATA, "a text is not UTF-8");
      }
      this.left -= part;
      (this.pieces ??= new MessageBuffer(this.limits.maxMessageSize)).add(
        this.memory,
        start,
        stop,
        this.left,
        this.final,
      );
    }
    if (this.left > 0) return stop;
    this.left = -1;
    if (!this.final) {
      this.pieces ??= new MessageBuffer(this.limits.maxMessageSize);
      return stop;
    }
    if (this.utf8 !== 0) return this.fail(start, CLOSE_INVALID_DATA, "a text is not UTF-8");
    const { opcode, compressed } = this;
    const { pieces } = this;
    this.reset();
    if (opcode === TEXT && !compressed) this.sink.message(opcode, pieces?.text() ?? "", false);
    else this.sink.message(opcode, pieces?.take() ?? Buffer.alloc(0), compressed);
    return stop;
  }

  private reset(): void {
    this.opcode = 0;
    this.compressed = false;
    this.pieces = undefined;
    this.size = 0;
    this.fragments = 0;
    this.emptyFragments = 0;
    this.utf8 = 0;
    this.left = -1;
  }
}
