/**
 * A stream over the number of an open socket, pipe or terminal, for `IOLoop.addHandler`. Decides by what the number is, and by the
 * runtime, which stream can carry it. Regular files are refused: they are always ready, epoll refuses them too.
 */
import { createReadStream, createWriteStream, fstatSync } from "node:fs";
import type { Stats } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { isatty, ReadStream, WriteStream } from "node:tty";
import { UsageError } from "../errors.ts";
import { READ, WRITE } from "./events.ts";
import { BunFdSocket } from "./bun-fd-socket.ts";

/** One adopted number. A pipe or terminal has the directions it was added with, a socket has both. */
export class FdStream {
  readonly stream: Readable | Writable;
  readonly #number: number;
  readonly #directions: number;

  constructor(number: number, read: boolean, write: boolean) {
    this.#number = number;
    const stat = statOf(number);
    const isSocket = stat.isSocket();
    const isPipe = stat.isFIFO() || isatty(number);
    if (!isSocket && !isPipe) {
      throw new UsageError("ERR_LANDSPOUT_BAD_FD", `File descriptor ${number} is no socket, pipe or terminal`);
    }
    if (isPipe && read === write) {
      throw new UsageError(
        "ERR_LANDSPOUT_BAD_FD",
        `File descriptor ${number} is a pipe: add it with READ or with WRITE`,
      );
    }
    this.#directions = isSocket ? READ | WRITE : read ? READ : WRITE;
    this.stream = isSocket ? openSocket(number) : openPipe(number, read);
    // While it has no handler nobody else would listen, and an error without a listener ends the process.
    this.stream.on("error", ignore);
  }

  /** Refuses events the number was not opened for. */
  require(events: number): void {
    if ((events & (READ | WRITE) & ~this.#directions) === 0) return;
    const direction = this.#directions === READ ? "reading" : "writing";
    throw new UsageError("ERR_LANDSPOUT_BAD_FD", `File descriptor ${this.#number} was added for ${direction} only`);
  }

  /** Without a handler: does not keep the process alive. */
  rest(): void {
    if (this.stream instanceof Socket) this.stream.unref();
  }

  wake(): void {
    if (this.stream instanceof Socket) this.stream.ref();
  }
}

function statOf(number: number): Stats {
  try {
    return fstatSync(number);
  } catch (cause) {
    throw new UsageError("ERR_LANDSPOUT_BAD_FD", `File descriptor ${number} is not open`, { cause });
  }
}

/** Bun's `net.Socket` does not take numbers (1.4: it reads nothing and reports no error); its own sockets do. */
function openSocket(fd: number): Readable | Writable {
  if (process.versions.bun !== undefined) return new BunFdSocket(fd);
  return new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
}

function openPipe(fd: number, read: boolean): Readable | Writable {
  if (isatty(fd)) return read ? new ReadStream(fd) : new WriteStream(fd);
  if (process.versions.bun === undefined) {
    return new Socket({ fd, readable: read, writable: !read, allowHalfOpen: true });
  }
  return read ? createReadStream("", { fd }) : createWriteStream("", { fd });
}

function ignore(): void {}
