/**
 * Streams on one parser, with runtimes that report anything at any time, from inside our calls too, and consumers that take what they like
 * and interfere with each other. Whatever happens: each stream hears its own bytes, all of them, in order; the bytes under a consumer's
 * eyes stay; and the canaries live.
 */
import { Buffer } from "node:buffer";
import { isLandspoutError } from "../../src/errors.ts";
import { BaseIOStream } from "../../src/net/base-iostream.ts";
import type { StreamConsumer } from "../../src/net/base-iostream.ts";
import { MAX_KEPT } from "../../src/net/input-stream.ts";
import { ReceivingTransport } from "../../src/net/receiving-transport.ts";
import { CARRY_SIZE, SCRATCH, SCRATCH_SIZE } from "../../src/parser/abi.ts";
import { createParser } from "../../src/parser/choose.ts";
import { putNeedle, putScratch } from "../../src/parser/memory.ts";
import type { HttpParser, ParserKind } from "../../src/parser/types.ts";
import { Canaries, Chance } from "./_canaries.ts";

const STREAMS = 4;
const STEPS = 40;
const MOST_BYTES = 4_194_304;

/** All that a stream ever sends: no other one's bytes look like them. */
const contents = Array.from({ length: STREAMS }, (_, id) => {
  const bytes = Buffer.alloc(MOST_BYTES);
  for (let i = 0; i < MOST_BYTES; i += 4) bytes.writeUInt32LE(((i * 4 + id) ^ 0x5a5a_0000) >>> 0, i);
  return bytes;
});

class FuzzTransport extends ReceivingTransport {
  readonly road = "copy";
  readonly encrypted = false;
  readonly bufferedAmount = 0;
  readonly remoteAddress = undefined;
  readonly remotePort = undefined;
  readonly localAddress = undefined;
  readonly localPort = undefined;
  readonly #during: () => void;
  sourcePausedNow = false;
  destroyed = false;

  constructor(parser: HttpParser, during: () => void) {
    super(parser);
    this.#during = during;
  }
  data(bytes: Uint8Array, lent: boolean): void {
    this.receive(bytes, lent);
  }
  ended(): void {
    this.receiveEnd();
  }
  drained(): void {
    this.receiveDrain();
  }
  closed(): void {
    this.receiveClose();
  }
  #call(): void {
    ReceivingTransport.calls++;
    try {
      this.#during();
    } finally {
      ReceivingTransport.calls--;
    }
  }
  protected pauseSource(): void {
    this.sourcePausedNow = true;
    this.#call();
  }
  protected resumeSource(): void {
    this.sourcePausedNow = false;
    this.#call();
  }
  protected destroySource(): void {
    this.destroyed = true;
    this.#call();
  }
  write(): boolean {
    this.#call();
    return true;
  }
  writeNow(): number {
    this.#call();
    return 0;
  }
  cork(): void {}
  uncork(): void {}
  end(): void {
    this.#call();
  }
  setNoDelay(): void {}
  setKeepAlive(): void {}
}

class One implements StreamConsumer {
  readonly run: Run;
  readonly id: number;
  readonly transport: FuzzTransport;
  readonly stream: BaseIOStream;
  sent = 0;
  taken = 0;
  held = false;
  endSent = false;
  closeSent = false;
  closed = false;
  calls = 0;

  constructor(run: Run, id: number) {
    this.run = run;
    this.id = id;
    this.transport = new FuzzTransport(run.parser, () => run.fromInside(this));
    this.stream = new BaseIOStream(run.parser, this.transport);
    if (!run.chance.one(3)) this.stream.attach(this);
    else
      setImmediate(() => {
        if (this.stream.isClosed) this.closed = true;
        else this.stream.attach(this);
      });
  }

  /** What the runtime reports. */
  report(): void {
    const { chance } = this.run;
    if (this.closeSent) return;
    const left = MOST_BYTES - this.sent;
    // One chunk at a time may come to a stream that has paused.
    if (!this.endSent && left > 0 && (!this.transport.sourcePausedNow || chance.one(8))) {
      const size = Math.min(left, chance.size(), this.transport.sourcePausedNow ? 262_144 : left);
      const content = contents[this.id] as Buffer;
      const lent = chance.one(2);
      const bytes = lent
        ? Buffer.from(content.subarray(this.sent, this.sent + size))
        : content.subarray(this.sent, this.sent + size);
      this.sent += size;
      this.transport.data(bytes, lent);
      // A runtime uses lent memory again.
      if (lent) bytes.fill(0xee);
    }
    if (chance.one(25)) this.transport.drained();
    if (!this.endSent && chance.one(30)) {
      this.endSent = true;
      this.transport.ended();
    }
    if (chance.one(60) || (this.transport.destroyed && chance.one(2))) this.close();
  }
  close(): void {
    if (this.closeSent) return;
    this.closeSent = true;
    this.transport.closed();
  }

  bytesReceived(start: number, end: number): number {
    const { run } = this;
    const { chance } = run;
    const { buffer } = run.parser;
    this.calls++;
    run.reading++;
    if (run.reading !== 1) throw new Error("a read within a read");
    if (this.held) throw new Error(`stream ${this.id} is read although it holds`);
    if (this.closed) throw new Error(`stream ${this.id} is read after its close`);
    this.#compare(buffer, start, end, "on arrival");
    run.interfere(this);
    this.#compare(buffer, start, end, "after interference");
    let done = end;
    const size = end - start;
    const way = chance.below(6);
    if (way === 0) done = start + chance.below(size + 1);
    else if (way === 1 && size < CARRY_SIZE) done = start;
    // A consumer with a limit: at CARRY_SIZE bytes at the latest it goes on.
    if (done === start && size >= CARRY_SIZE) done = start + 1;
    if (!this.held && chance.one(4)) this.hold();
    this.taken += done - start;
    run.reading--;
    return done;
  }
  #compare(buffer: Uint8Array, start: number, end: number, when: string): void {
    const own = contents[this.id] as Buffer;
    if (own.compare(buffer, start, end, this.taken, this.taken + end - start) !== 0)
      throw new Error(`stream ${this.id} does not see its own bytes ${when}, at ${this.taken}`);
  }
  hold(): void {
    this.held = true;
    this.stream.hold();
    const release = (): void => {
      this.held = false;
      this.stream.release();
    };
    if (this.run.chance.one(2)) setImmediate(release);
    else this.run.later.push(release);
  }
  streamEnded(): void {
    if (this.run.reading > 0) throw new Error("an end within a read");
    if (this.stream.unreadLength + this.taken !== this.sent)
      throw new Error(`stream ${this.id} is told of the end before its last bytes`);
  }
  streamClosed(error: Error | undefined): void {
    // A runtime that reports too much although it was paused is cut for it. The last defence is never needed.
    if (isLandspoutError(error) && error.code !== "ERR_LANDSPOUT_BACKLOG") throw error;
    if (this.run.reading > 0) throw new Error("a close within a read");
    if (this.closed) throw new Error("closed twice");
    this.closed = true;
  }
  streamDrained(): void {
    if (this.run.reading > 0) throw new Error("a drain within a read");
  }
}

class Run {
  readonly parser: HttpParser;
  readonly chance: Chance;
  readonly canaries: Canaries;
  readonly ones: One[];
  reading = 0;
  later: (() => void)[] = [];
  #depth = 0;

  constructor(kind: ParserKind, seed: number) {
    this.parser = createParser(kind).parser;
    this.chance = new Chance(seed);
    this.canaries = new Canaries(this.parser);
    this.ones = Array.from({ length: STREAMS }, (_, id) => new One(this, id));
  }
  any(): One {
    return this.ones[this.chance.below(STREAMS)] as One;
  }
  /** A runtime that reports before our call has returned. */
  fromInside(caller: One): void {
    if (this.#depth > 2 || this.ones === undefined) return;
    this.#depth++;
    if (this.chance.one(2)) (this.chance.one(2) ? caller : this.any()).report();
    this.#depth--;
  }
  /** A handler in the middle of its read: it searches, cuts others, writes to them, is reported to. */
  interfere(self: One): void {
    const { chance } = this;
    if (chance.one(3)) {
      const piece = Buffer.alloc(1 + chance.below(SCRATCH_SIZE), 0xaa);
      putScratch(this.parser, 0, piece, 0, piece.length);
      putNeedle(this.parser, Buffer.from("needle"));
      this.parser.parseTrailers(SCRATCH, SCRATCH + piece.length, 0, 8);
    }
    const other = this.any();
    if (other !== self && chance.one(40)) other.stream.destroy();
    if (chance.one(6)) other.stream.appendText("x", 0);
    if (chance.one(8)) other.report();
    if (chance.one(60)) self.stream.destroy();
  }
  async play(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      const one = this.any();
      one.report();
      this.check(`after step ${step}`);
      if (this.chance.one(3)) await new Promise((resolve) => setImmediate(resolve));
      if (this.chance.one(4)) this.later.shift()?.();
      this.check(`after the turn of step ${step}`);
    }
    await this.#finish();
  }
  check(when: string): void {
    this.canaries.check(when);
    if (this.parser.reading) throw new Error(`a read has not ended, ${when}`);
    for (const { id, stream } of this.ones)
      if (stream.unreadLength > MAX_KEPT) throw new Error(`stream ${id} keeps ${stream.unreadLength} bytes, ${when}`);
  }
  /** Whoever was not cut hears all of it, and the end. */
  async #finish(): Promise<void> {
    for (const one of this.ones) {
      if (one.endSent || one.closeSent) continue;
      one.endSent = true;
      one.transport.ended();
    }
    for (let turn = 0; turn < 2000; turn++) {
      const waiting = this.ones.filter((one) => !one.closeSent && !one.transport.destroyed && one.taken < one.sent);
      if (waiting.length === 0) break;
      for (const release of this.later.splice(0)) release();
      for (const { stream, held } of waiting) if (!held) stream.release();
      await new Promise((resolve) => setImmediate(resolve));
      this.check("at the end");
    }
    for (const release of this.later.splice(0)) release();
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (const one of this.ones) {
      const cut = one.closeSent || one.transport.destroyed;
      if (!cut && (one.taken !== one.sent || !one.stream.peerEnded))
        throw new Error(
          `stream ${one.id} heard ${one.taken} of ${one.sent} bytes, the end ${String(one.stream.peerEnded)}`,
        );
      one.close();
    }
    await new Promise((resolve) => setImmediate(resolve));
    for (const { id, closed } of this.ones) if (!closed) throw new Error(`stream ${id} is not told of its close`);
    this.check("after the close");
  }
}

/** Plays runs from a seed on. @throws Error with the seed that shows a fault. */
export async function fuzzStreams(kind: ParserKind, seed: number, runs: number): Promise<void> {
  for (let i = 0; i < runs; i++) {
    try {
      await new Run(kind, seed + i).play();
    } catch (cause) {
      throw new Error(`streams, ${kind}, seed ${seed + i}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }
}
