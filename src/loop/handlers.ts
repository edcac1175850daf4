/**
 * `addHandler`: readiness callbacks over the streams of the runtime. Decides when a stream counts as readable, writable or failed, and
 * repeats the call while it stays so (level-triggered, as epoll does for Tornado). Knows streams only; numbers become streams
 * in fd-stream.ts.
 */
import type { Duplex, Readable, Writable } from "node:stream";
import { UsageError } from "../errors.ts";
import { Callback } from "./callback.ts";
import type { CallbackQueue } from "./callback-queue.ts";
import { ERROR, NONE, READ, WRITE } from "./events.ts";
import { FdStream } from "./fd-stream.ts";

/** A stream that can be waited for: `net.Socket`, the stdio of a child, any Readable, Writable or Duplex. */
export type ReadySource = Readable | Writable;

/** Gets what was added, the events as bits, and the stream to read from or write to (for a stream, that stream itself). */
export type HandlerCallback<Key extends ReadySource | number> = (
  key: Key,
  events: number,
  stream: Key extends ReadySource ? Key : Duplex,
) => unknown;

type AnyFunction = (...args: unknown[]) => unknown;

/** All handlers of one loop. */
export class Handlers {
  readonly #queue: CallbackQueue;
  readonly #watches: Map<ReadySource | number, Watch> = new Map();
  /** Streams over numbers; they outlive their handler, because unread data may be in them. */
  readonly #fds: Map<number, FdStream> = new Map();

  constructor(queue: CallbackQueue) {
    this.#queue = queue;
  }

  add(key: ReadySource | number, callback: AnyFunction, events: number): void {
    if (this.#watches.has(key)) {
      throw new UsageError("ERR_LANDSPOUT_HANDLER_EXISTS", `${describe(key)} already has a handler; use updateHandler`);
    }
    checkEvents(events);
    const source = typeof key === "number" ? this.#openFd(key, events) : key;
    const watch = new Watch(this.#queue, key, source, callback, () => this.#watches.delete(key));
    watch.update(events);
    this.#watches.set(key, watch);
  }

  update(key: ReadySource | number, events: number): void {
    const watch = this.#watches.get(key);
    if (watch === undefined)
      throw new UsageError("ERR_LANDSPOUT_NO_HANDLER", `${describe(key)} has no handler; use addHandler`);
    checkEvents(events);
    if (typeof key === "number") this.#fds.get(key)?.require(events);
    watch.update(events);
  }

  remove(key: ReadySource | number): void {
    const watch = this.#watches.get(key);
    if (watch === undefined) return;
    this.#watches.delete(key);
    watch.end();
    if (typeof key === "number") this.#fds.get(key)?.rest();
  }

  close(destroy: boolean): void {
    for (const [key, watch] of this.#watches) {
      watch.end();
      if (destroy && typeof key !== "number") key.destroy();
    }
    this.#watches.clear();
    for (const fd of this.#fds.values()) {
      if (destroy) fd.stream.destroy();
      else fd.rest();
    }
    this.#fds.clear();
  }

  #openFd(number: number, events: number): ReadySource {
    const known = this.#fds.get(number);
    if (known !== undefined) {
      known.require(events);
      known.wake();
      return known.stream;
    }
    const opened = new FdStream(number, (events & READ) !== 0, (events & WRITE) !== 0);
    this.#fds.set(number, opened);
    opened.stream.once("close", () => {
      if (this.#fds.get(number) === opened) this.#fds.delete(number);
    });
    return opened.stream;
  }
}

/** One handler: the callback with the events it waits for. Its place in the queue is itself, so waiting allocates nothing. */
class Watch extends Callback {
  readonly #queue: CallbackQueue;
  readonly #key: ReadySource | number;
  readonly #readable: Readable | undefined;
  readonly #writable: Writable | undefined;
  readonly #source: ReadySource;
  readonly #onEnd: () => void;
  #events: number = NONE;
  #queued = false;
  #ended = false;
  /** Something to read, or the end of it, not yet reported. */
  #canRead = false;
  #failed = false;
  #closed = false;

  constructor(
    queue: CallbackQueue,
    key: ReadySource | number,
    source: ReadySource,
    callback: AnyFunction,
    onEnd: () => void,
  ) {
    super(callback, []);
    this.#queue = queue;
    this.#key = key;
    this.#source = source;
    this.#readable = isReadable(source) ? source : undefined;
    this.#writable = isWritable(source) ? source : undefined;
    this.#onEnd = onEnd;
    if (this.#readable === undefined && this.#writable === undefined) {
      throw new UsageError(
        "ERR_LANDSPOUT_BAD_HANDLER",
        "addHandler takes a stream, a socket or the number of an open one",
      );
    }
    source.on("error", this.#onError).on("close", this.#onClose);
    // A stream that closed before tells nobody again.
    if (source.destroyed) this.#onClose();
  }

  update(events: number): void {
    const added = events & ~this.#events;
    const dropped = this.#events & ~events;
    this.#events = events;
    if (added & READ) {
      this.#readable?.on("readable", this.#onReadable).on("end", this.#onReadable);
      if (this.#readable?.readableEnded === true) this.#canRead = true;
    }
    if (dropped & READ) this.#readable?.off("readable", this.#onReadable).off("end", this.#onReadable);
    if (added & WRITE) this.#writable?.on("drain", this.#check).on("connect", this.#check);
    if (dropped & WRITE) this.#writable?.off("drain", this.#check).off("connect", this.#check);
    this.#check();
  }

  /** The handler is called no more. The stream stays as it is; its errors are its owner's from now on. */
  end(): void {
    this.update(NONE);
    this.#ended = true;
    this.#source.off("close", this.#onClose).off("error", this.#onError);
  }

  override run(): void {
    this.#queued = false;
    const events = this.#ready();
    if (this.#ended || events === NONE) return;
    this.#canRead = false;
    this.#failed = false;
    this.args = [this.#key, events, this.#source];
    super.run();
    if (this.#ended) return;
    if (this.#closed) {
      this.end();
      this.#onEnd();
      return;
    }
    this.#checkUnread();
    this.#check();
  }

  /** After a call: what was left is reported again; when nothing was, the stream is asked to say whether that was the end. */
  #checkUnread(): void {
    const readable = this.#readable;
    if (readable === undefined || !(this.#events & READ) || readable.destroyed || readable.readableEnded) return;
    if (readable.readableLength > 0) this.#canRead = true;
    else readable.read(0);
  }

  #ready(): number {
    let events: number = NONE;
    if (this.#failed) events |= ERROR;
    if (this.#canRead) events |= READ & this.#events;
    if (this.#events & WRITE && canWrite(this.#writable)) events |= WRITE;
    return events;
  }

  readonly #check = (): void => {
    if (this.#queued || this.#ended || this.#ready() === NONE) return;
    this.#queued = true;
    this.#queue.add(this);
  };

  readonly #onReadable = (): void => {
    this.#canRead = true;
    this.#check();
  };

  readonly #onError = (): void => {
    this.#failed = true;
    this.#check();
  };

  /** Nothing can come after this: it is reported once, and the handler goes. */
  readonly #onClose = (): void => {
    this.#failed = true;
    this.#closed = true;
    this.#check();
  };
}

function isReadable(source: ReadySource): source is Readable {
  return "readableLength" in source && typeof source.read === "function";
}

function isWritable(source: ReadySource): source is Writable {
  return "writableLength" in source && typeof source.write === "function";
}

function canWrite(stream: Writable | undefined): boolean {
  if (stream === undefined || !stream.writable || stream.writableNeedDrain) return false;
  return !("connecting" in stream && stream.connecting === true);
}

function checkEvents(events: number): void {
  if (Number.isInteger(events) && (events & ~(READ | WRITE | ERROR)) === 0) return;
  throw new UsageError("ERR_LANDSPOUT_BAD_EVENTS", "Events are IOLoop.READ, IOLoop.WRITE, both, or IOLoop.NONE");
}

function describe(key: ReadySource | number): string {
  return typeof key === "number" ? `File descriptor ${key}` : `This ${key.constructor.name}`;
}
