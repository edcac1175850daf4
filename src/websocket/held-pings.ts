/**
 * Pings among bytes that are not read yet, since a promise of the program is pending: they are found where they lie, so that a peer that
 * wants to know whether its connection lives need not wait for a handler. Nothing is taken; what is in front of them stays in front.
 */
import { Buffer } from "node:buffer";
import { BINARY, CLOSE, FIN, PING, PONG } from "./frame.ts";

export class HeldPings {
  /** Where the next header is, counted from the first byte that is not read. */
  private next = 0;
  /** Pings before it: they have been answered. */
  private answered = 0;

  /**
   * Finds pings in the first `length` of `bytes`, whose first byte begins a frame, or has been looked at before. `masked`: the frames of a
   * client. A frame that is malformed ends the search, and fails when it is read.
   */
  find(bytes: Buffer, length: number, masked: boolean, found: (data: Buffer) => void): void {
    for (;;) {
      const at = this.next;
      if (length - at < 2) return;
      const first = bytes[at] as number;
      const second = bytes[at + 1] as number;
      if (second >= 128 !== masked) return;
      const short = second & 127;
      const opcode = first & 15;
      const control = opcode >= CLOSE;
      if ((opcode > BINARY && !control) || opcode > PONG || (first & 0x30) !== 0) return;
      if (control && (short > 125 || (first & 0xf0) !== FIN)) return;
      // RFC 6455 §5.5.1: behind a close frame nothing follows.
      if (opcode === CLOSE) return;
      const start = at + 2 + (short < 126 ? 0 : short === 126 ? 2 : 8) + (masked ? 4 : 0);
      if (length < start) return;
      const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : sizeAt(bytes, at + 2);
      if (opcode === PING) {
        if (length < start + size) return;
        const data = Buffer.from(bytes.subarray(start, start + size));
        if (masked)
          for (let i = 0; i < size; i++) data[i] = (data[i] as number) ^ (bytes[start - 4 + (i & 3)] as number);
        this.answered++;
        found(data);
      }
      this.next = start + size;
    }
  }

  /** So many bytes have been read. */
  read(count: number): void {
    this.next = Math.max(0, this.next - count);
  }
  /** Whether the search may go on where it stopped, in the middle of a frame. */
  get started(): boolean {
    return this.next > 0;
  }
  /** A ping has been read. True: it was answered before. */
  take(): boolean {
    if (this.answered === 0) return false;
    this.answered--;
    return true;
  }
}

const sizeAt = (bytes: Buffer, at: number): number =>
  bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
