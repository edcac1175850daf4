/**
 * The half of a stream that never waits: bytes from a transport to a consumer (`InputStream`), and pending output back. It decides when
 * output leaves; it knows neither what the bytes mean nor any promise. `IOStream` adds Tornado's reads and writes on top; an HTTP connection
 * attaches itself as the consumer.
 *
 * Output appended while bytes are being delivered leaves in one write at the end of that delivery, otherwise at once.
 */
import { Buffer } from "node:buffer";
import type { HttpParser } from "../parser/types.ts";
import { plainAddress } from "./address.ts";
import { InputStream } from "./input-stream.ts";
import { COPY_LIMIT, giveBack, takeCopy } from "./output-arena.ts";
import type { TextEncoding, Transport, TransportHandler } from "./transport.ts";

export type { StreamConsumer } from "./input-stream.ts";

/** Unsent bytes above which a stream counts as congested. */
export const OUTPUT_HIGH_WATER_MARK: number = 64 * 1024;

/** What bytes a pending text may hold. ASCII goes with either of the others. */
export const ASCII = 0;
export const LATIN1 = 1;
export const UTF8 = 2;
export type TextKind = 0 | 1 | 2;

const plain = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : plainAddress(address);

const encodingOf = (kind: TextKind): TextEncoding => (kind === UTF8 ? "utf8" : "latin1");

export class BaseIOStream extends InputStream implements TransportHandler {
  private text = "";
  private textKind: TextKind = ASCII;
  private pieces: (string | Uint8Array)[] | undefined = undefined;
  private address: string | undefined = undefined;
  /** Counts what has been given to the transport: between two equal readings `congested` has not changed for the worse. */
  flushes = 0;

  constructor(parser: HttpParser, transport: Transport | undefined) {
    super(parser, transport);
    if (transport !== undefined) transport.handler = this;
  }

  protected override dropOutput(): void {
    this.text = "";
    this.pieces = undefined;
  }
  protected override didClose(_error: Error | undefined): void {}

  // --- writing ---

  /** Unsent bytes are above the high-water mark: who can, waits for `streamDrained`. */
  get congested(): boolean {
    return this.transport !== undefined && this.transport.bufferedAmount > OUTPUT_HIGH_WATER_MARK;
  }
  /** Bytes given to the transport that the operating system has not taken. Falls with every byte it takes. */
  get unsentLength(): number {
    return this.transport?.unsentAmount ?? this.transport?.bufferedAmount ?? 0;
  }

  /** Everything appended has left this process: the memory it lay in may be used again. */
  get outputLeft(): boolean {
    const transport = this.transport;
    if (transport === undefined || transport.handsOver === true || transport.bufferedAmount > 0) return false;
    return this.text === "" && this.pieces === undefined;
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

  /** Appends bytes to the pending output. They are not copied: do not change them before they are sent. */
  appendBytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.sealText();
    (this.pieces ??= []).push(bytes);
    if (this.corked === 0) this.flush();
  }

  /**
   * Appends text of one byte per character, and bytes, copied. Nothing is appended, and the answer is false, where it would not pay:
   * they are many, or output is waiting already.
   */
  appendCopied(text: string, bytes: Uint8Array): boolean {
    const transport = this.transport;
    if (transport === undefined || transport.handsOver === true || transport.bufferedAmount > 0) return false;
    if (text.length + bytes.length > COPY_LIMIT) return false;
    this.sealText();
    const pieces = (this.pieces ??= []);
    const before = pieces.at(-1);
    const piece = takeCopy(before, text, bytes);
    // In one piece with what came before.
    if (before !== undefined && piece.length > text.length + bytes.length) pieces[pieces.length - 1] = piece;
    else pieces.push(piece);
    if (this.corked === 0) this.flush();
    return true;
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
    (this.pieces ??= []).push(sealed);
    this.text = "";
    this.textKind = ASCII;
  }

  /** Gives the pending output to the transport. */
  flush(): void {
    const transport = this.transport;
    this.flushes++;
    if (this.pieces === undefined) {
      if (this.text === "") return;
      const text = this.text;
      const kind = this.textKind;
      this.text = "";
      this.textKind = ASCII;
      transport?.write(text, encodingOf(kind));
      return;
    }
    this.sealText();
    const pieces = this.pieces;
    this.pieces = undefined;
    const piece = pieces[0] as string | Uint8Array;
    if (pieces.length === 1) transport?.write(piece, "latin1");
    else {
      transport?.cork();
      for (const one of pieces) transport?.write(one, "latin1");
      transport?.uncork();
    }
    if (this.outputLeft) giveBack(pieces.at(-1));
  }

  transportDrain(): void {
    this.consumer?.streamDrained();
  }

  /** Closes our side once everything appended is out (FIN); the peer may go on sending. */
  end(): void {
    this.flush();
    this.transport?.end();
  }

  /** Closes at once; what is unsent is lost. */
  override destroy(): void {
    this.dropOutput();
    // The system forgets it with the connection, and what is logged of its end names it.
    this.address ??= plain(this.transport?.remoteAddress);
    this.transport?.destroy();
  }

  // --- facts ---

  /** IPv4 as IPv4, also on a socket of IPv6. Still known once this side has destroyed the connection. */
  get remoteAddress(): string | undefined {
    return this.address ?? plain(this.transport?.remoteAddress);
  }
  get remotePort(): number | undefined {
    return this.transport?.remotePort;
  }
  get localAddress(): string | undefined {
    return plain(this.transport?.localAddress);
  }
  get localPort(): number | undefined {
    return this.transport?.localPort;
  }
  get encrypted(): boolean {
    return this.transport?.encrypted === true;
  }
  setNodelay(on: boolean): void {
    this.transport?.setNoDelay(on);
  }
}
