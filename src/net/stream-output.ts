/**
 * The sending half of a stream: output is collected here and leaves in as few writes as possible. It decides who may change which bytes
 * when, for everything above: HTTP, WebSocket, event streams, `IOStream.write`.
 *
 * Output appended while bytes are being delivered leaves in one write at the end of that delivery, otherwise at once.
 *
 * The rule: once `appendBytes` returns, nothing refers to the caller's bytes. Up to `COPY_LIMIT` bytes are copied. More are offered to the
 * operating system during the call, from where they lie; only what it does not take is copied. So an idle socket costs no copy, and a
 * client that reads slowly costs the copy of what waits for it. A caller cannot be asked whether it will wait for a promise: the bytes
 * have to be safe when the call returns.
 */
import { Buffer } from "node:buffer";
import type { BytesPolicy } from "./bytes-policy.ts";
import { InputStream } from "./input-stream.ts";
import { COPY_LIMIT, giveBack, ownCopy, takeCopy } from "./output-arena.ts";
import type { TextEncoding, Transport } from "./transport.ts";

/** Unsent bytes above which a stream counts as congested. */
export const OUTPUT_HIGH_WATER_MARK: number = 64 * 1024;

/** What bytes a pending text may hold. ASCII goes with either of the others. */
export const ASCII = 0;
export const LATIN1 = 1;
export const UTF8 = 2;
export type TextKind = 0 | 1 | 2;

/** Bytes that are kept are copied all the same below this: one write is cheaper than one in several parts. */
const JOIN_LIMIT = 4096;

const encodingOf = (kind: TextKind): TextEncoding => (kind === UTF8 ? "utf8" : "latin1");
const toBytes = (piece: string | Uint8Array): Uint8Array =>
  typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;

export abstract class StreamOutput extends InputStream {
  private text = "";
  private textKind: TextKind = ASCII;
  /** Pending output. Nobody changes bytes in it; text is latin1. */
  private pieces: (string | Uint8Array)[] | undefined = undefined;
  private piecesSize = 0;
  /** Counts what has been given to the transport: between two equal readings `congested` has not changed for the worse. */
  flushes = 0;

  /** Unsent bytes are above the high-water mark: who can, waits for `streamDrained`. */
  get congested(): boolean {
    return this.transport !== undefined && this.transport.bufferedAmount > OUTPUT_HIGH_WATER_MARK;
  }
  /** Bytes given to the transport that the operating system has not taken. Falls with every byte it takes. */
  get unsentLength(): number {
    return this.transport?.unsentAmount ?? this.transport?.bufferedAmount ?? 0;
  }

  /** Everything appended has left this process. */
  private get outputLeft(): boolean {
    return this.transport?.bufferedAmount === 0 && this.text === "" && this.pieces === undefined;
  }

  /** Appends text to the pending output. `kind` says which characters it may hold. */
  appendText(text: string, kind: TextKind): void {
    if (this.text === "") {
      this.text = text;
      this.textKind = kind;
    } else if ((this.textKind | kind) !== 3) {
      this.text += text;
      this.textKind = (this.textKind | kind) as TextKind;
    } else {
      this.sealText();
      this.text = text;
      this.textKind = kind;
    }
    if (this.corked === 0 || this.text.length > OUTPUT_HIGH_WATER_MARK) this.flush();
  }

  /**
   * Appends bytes, with text of one byte per character before and behind. The caller may change the bytes as soon as this returns.
   */
  appendBytes(bytes: Uint8Array, before = "", after = ""): void {
    const { transport } = this;
    if (transport === undefined) return;
    if (bytes.length > COPY_LIMIT) {
      this.pieces = this.sendNow(transport, bytes, before, after, true);
      giveBack(bytes);
      this.flush();
      return;
    }
    this.sealText();
    if (transport.bufferedAmount > 0) this.push(ownCopy(before, bytes, after));
    else {
      const pieces = (this.pieces ??= []);
      const previous = pieces.at(-1);
      const piece = takeCopy(previous, before, bytes, after);
      const added = before.length + bytes.length + after.length;
      this.piecesSize += added;
      // In one piece with what came before.
      if (previous !== undefined && piece.length > added) pieces[pieces.length - 1] = piece;
      else pieces.push(piece);
    }
    this.flushWhenDue();
  }

  /**
   * Appends bytes that are never changed any more, with text of one byte per character before and behind. They are copied only with `join`,
   * and where that is cheaper than a write in several parts.
   */
  appendKept(bytes: Uint8Array, before = "", after = "", join = false): void {
    const { transport } = this;
    if (transport === undefined) return;
    if ((join || bytes.length < JOIN_LIMIT) && bytes.length <= COPY_LIMIT && transport.bufferedAmount === 0) {
      this.appendBytes(bytes, before, after);
      // Where they are the copy of a handler's content, its memory is free again.
      giveBack(bytes);
      return;
    }
    this.sealText();
    if (before !== "") this.push(before);
    if (bytes.length > 0) this.push(bytes);
    if (after !== "") this.push(after);
    this.flushWhenDue();
  }

  /**
   * Like `appendBytes`, but the caller lends the bytes: large ones are not copied. True: nothing refers to them any more. False: `done` is
   * called when that is so; never, if the connection closes before.
   */
  appendLent(bytes: Uint8Array, before: string, after: string, done: () => void): boolean {
    const { transport } = this;
    if (transport === undefined) return true;
    if (bytes.length <= COPY_LIMIT) {
      this.appendBytes(bytes, before, after);
      return true;
    }
    const rest = this.sendNow(transport, bytes, before, after, false);
    if (rest === undefined) return true;
    this.give(rest, done);
    return false;
  }

  /**
   * Sends bytes behind what is pending, at once, with a call to `done` when the system has them. With `policy` "copy" the caller may change
   * them when this returns.
   */
  protected sendBytes(bytes: Uint8Array, policy: BytesPolicy, done: () => void): void {
    this.flush();
    const { transport } = this;
    if (transport === undefined) return;
    let rest: Uint8Array = bytes;
    if (policy === "copy" && bytes.length <= COPY_LIMIT) {
      const shared = transport.bufferedAmount === 0;
      rest = shared ? takeCopy(undefined, "", bytes, "") : ownCopy("", bytes, "");
      transport.write(rest, "latin1", done);
      if (shared && (this.outputLeft || transport.copies === true)) giveBack(rest);
      return;
    }
    if (policy !== "keep") {
      const taken = transport.writeNow([bytes]);
      if (taken === bytes.length) return done();
      rest = policy === "copy" ? Buffer.from(bytes.subarray(taken)) : bytes.subarray(taken);
    }
    transport.write(rest, "latin1", done);
  }

  /**
   * Offers the system what is pending with large bytes behind it. What it has not taken is returned, the rest of the bytes copied where
   * `copy` says so.
   */
  private sendNow(
    transport: Transport,
    bytes: Uint8Array,
    before: string,
    after: string,
    copy: boolean,
  ): Uint8Array[] | undefined {
    this.sealText();
    const pending = this.pieces ?? [];
    const all = pending.map(toBytes);
    if (before !== "") all.push(toBytes(before));
    all.push(bytes);
    if (after !== "") all.push(toBytes(after));
    this.dropOutput();
    let taken = transport.writeNow(all);
    this.flushes++;
    let rest: Uint8Array[] | undefined;
    for (const piece of all) {
      if (taken >= piece.length) {
        taken -= piece.length;
        continue;
      }
      const left = taken === 0 ? piece : piece.subarray(taken);
      taken = 0;
      (rest ??= []).push(copy && piece === bytes ? Buffer.from(left) : left);
    }
    if (rest === undefined) giveBack(pending.at(-1));
    return rest;
  }

  private push(piece: string | Uint8Array): void {
    (this.pieces ??= []).push(piece);
    this.piecesSize += piece.length;
  }

  /** Much is not held back: what goes on within the turn shall see that the stream is congested. */
  private flushWhenDue(): void {
    if (this.corked === 0 || this.piecesSize > OUTPUT_HIGH_WATER_MARK) this.flush();
  }

  /** Holds output back until the matching `uncork`, so that what is appended between them leaves in one write. */
  cork(): void {
    this.corked++;
  }
  override uncork(): void {
    if (--this.corked === 0 && (this.text !== "" || this.pieces !== undefined)) this.flush();
  }

  private sealText(): void {
    if (this.text === "") return;
    const sealed = this.textKind === ASCII ? this.text : Buffer.from(this.text, encodingOf(this.textKind));
    this.text = "";
    this.textKind = ASCII;
    this.push(sealed);
  }

  protected override dropOutput(): void {
    this.text = "";
    this.textKind = ASCII;
    this.pieces = undefined;
    this.piecesSize = 0;
  }

  /** Gives the pending output to the transport. */
  flush(): void {
    this.flushes++;
    if (this.pieces === undefined) {
      if (this.text === "") return;
      const text = this.text;
      const kind = this.textKind;
      this.text = "";
      this.textKind = ASCII;
      this.transport?.write(text, encodingOf(kind));
      return;
    }
    this.sealText();
    const pieces = this.pieces;
    this.dropOutput();
    this.give(pieces, undefined);
  }

  private give(pieces: readonly (string | Uint8Array)[], done: (() => void) | undefined): void {
    const { transport } = this;
    if (transport === undefined) return;
    const last = pieces.length - 1;
    const idle = transport.bufferedAmount === 0;
    if (last === 0) transport.write(pieces[0] as string | Uint8Array, "latin1", done);
    else {
      transport.cork();
      for (let i = 0; i <= last; i++)
        transport.write(pieces[i] as string | Uint8Array, "latin1", i === last ? done : undefined);
      transport.uncork();
    }
    if (this.outputLeft || (idle && transport.copies === true)) for (let i = last; i >= 0; i--) giveBack(pieces[i]);
  }

  /** Closes our side once everything appended is out (FIN); the peer may go on sending. */
  end(): void {
    this.flush();
    this.transport?.end();
  }

  /** Closes at once; what is unsent is lost. */
  override destroy(): void {
    this.dropOutput();
    this.transport?.destroy();
  }
}
