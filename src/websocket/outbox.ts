/** Messages of a connection that compresses: they leave in the order they came, however long each takes; and are inflated as they come. */
import { Buffer, isUtf8 } from "node:buffer";
import type { BytesPolicy } from "../net/bytes-policy.ts";
import { Fifo } from "../async/fifo.ts";
import { CLOSE_INTERNAL, CLOSE_INVALID_DATA } from "./close-codes.ts";
import { WebSocketClosedError } from "./errors.ts";
import { CLOSE, RSV1 } from "./frame.ts";
import type { MessageDeflate } from "./deflate.ts";
import { PreparedFrame } from "./prepared-frame.ts";
import type { SharedFrame } from "./prepared-frame.ts";

/** Who sends. A promise waits for the socket. */
export interface OutboxSink {
  /** `opcode` may have RSV1. */
  sendFrame(opcode: number, payload: string | Uint8Array, policy: BytesPolicy): Promise<void> | void;
  appendShared(frame: SharedFrame): void;
  failed(code: number, reason: string): void;
}

interface Job {
  readonly opcode: number;
  readonly payload: string | Uint8Array | PreparedFrame;
  readonly size: number;
  readonly policy: BytesPolicy;
  readonly resolve: (sent: Promise<void> | void) => void;
  readonly reject: (error: Error) => void;
}

const nothing = (): void => undefined;

export class Outbox {
  readonly #sink: OutboxSink;
  readonly #codec: MessageDeflate;
  readonly #jobs = new Fifo<Job>();
  /** The first job is being compressed. */
  #running = false;
  #emptied: (() => void) | undefined = undefined;
  /** Bytes that wait here. */
  size = 0;

  constructor(sink: OutboxSink, codec: MessageDeflate) {
    this.#sink = sink;
    this.#codec = codec;
  }

  get busy(): boolean {
    return this.#jobs.length > 0;
  }
  /** Calls a function whenever all has left; not where it is given up. It takes the place of the one before. */
  whenEmpty(emptied: () => void): void {
    this.#emptied = emptied;
  }

  /** Sends a message, or a close frame, behind all others. Bytes that have to wait, or are compressed, are copied unless lent. */
  send(opcode: number, payload: string | Uint8Array, policy: BytesPolicy = "copy"): Promise<void> | void {
    const size = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
    if (this.#plain(opcode, size) && !this.busy) return this.#sink.sendFrame(opcode, payload, policy);
    if (typeof payload === "string" || policy !== "copy") return this.#add(opcode, payload, size, policy);
    return this.#add(opcode, Buffer.from(payload), size, "keep");
  }
  /** Sends a message that many connections send, behind all others. It is compressed once for all of them. */
  sendPrepared(frame: PreparedFrame): void {
    if (!this.busy && this.#plain(0, frame.contentSize)) return this.#sink.appendShared(frame);
    this.#push({ opcode: 0, payload: frame, size: frame.size, policy: "keep", resolve: nothing, reject: nothing });
  }

  #add(opcode: number, payload: Job["payload"], size: number, policy: BytesPolicy): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#push({ opcode, payload, size, policy, resolve, reject });
    });
    // Who does not wait for the socket need not hear that it closed.
    promise.catch(() => undefined);
    return promise;
  }
  #push(job: Job): void {
    this.#jobs.push(job);
    this.size += job.size;
    this.#advance();
  }

  /** Not worth it. Nothing is not compressed at all: zlib has nothing to say about it. */
  #plain(opcode: number, size: number): boolean {
    return opcode === CLOSE || size === 0 || size < this.#codec.threshold;
  }

  #advance(): void {
    while (!this.#running) {
      const job = this.#jobs.peek();
      if (job === undefined) {
        this.#emptied?.();
        return;
      }
      const { opcode, payload, policy } = job;
      if (payload instanceof PreparedFrame) {
        const frame = this.#sharedForm(payload, job);
        if (frame === undefined) return;
        this.#sink.appendShared(frame);
        this.#shift(job);
      } else if (this.#plain(opcode, job.size)) {
        this.#shift(job, this.#sink.sendFrame(opcode, payload, policy));
      } else {
        this.#running = true;
        const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
        this.#codec.deflate(bytes, (problem, result) => {
          if (this.#jobs.peek() !== job) return;
          if (problem !== 0) return this.#sink.failed(CLOSE_INTERNAL, "a message cannot be compressed");
          this.#running = false;
          this.#shift(job, this.#sink.sendFrame(opcode | RSV1, result, "keep"));
          this.#advance();
        });
      }
    }
  }

  /** A shared message as this connection sends it; undefined while it is being compressed, which holds back those behind it. */
  #sharedForm(prepared: PreparedFrame, job: Job): SharedFrame | undefined {
    if (this.#plain(0, prepared.contentSize)) return prepared;
    const frame = prepared.compressedBy(this.#codec, () => {
      if (this.#jobs.peek() !== job) return;
      this.#running = false;
      this.#advance();
    });
    if (frame === undefined) this.#running = true;
    else this.#codec.startAnew();
    return frame;
  }

  #shift(job: Job, sent?: Promise<void> | void): void {
    this.#jobs.shift();
    this.size -= job.size;
    job.resolve(sent);
  }

  /** What came, inflated; its text is UTF-8. */
  inflate(data: Buffer, text: boolean, limit: number, done: (problem: number, message: string | Buffer) => void): void {
    this.#codec.inflate(data, limit, (problem, result) => {
      if (problem !== 0 || !text) done(problem, result);
      else if (isUtf8(result)) done(0, result.toString());
      else done(CLOSE_INVALID_DATA, "");
    });
  }

  /** Frees everything; nothing is told any more. */
  close(): void {
    this.clear();
    this.#codec.close();
  }

  /** Gives up what has not left. Returns the content of a close frame among it. */
  clear(): Uint8Array | undefined {
    const jobs = this.#jobs.clear();
    this.#emptied = undefined;
    this.size = 0;
    // No job is begun after this one.
    this.#running = true;
    for (const job of jobs) job.reject(new WebSocketClosedError());
    const last = jobs.at(-1);
    return last?.opcode === CLOSE ? (last.payload as Uint8Array) : undefined;
  }
}
