/**
 * The few calls to the file system that serving needs, as promises over the callback API, which costs less than `fs/promises`. What may
 * have to wait for a disk or a server runs in other threads. Whoever opens closes; `readPieces` closes on every road out of it.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import type { Stats } from "node:fs";
import { HTTPError } from "../handler/http-error.ts";

/** Bytes read, and written, at a time from files that are not kept in memory. */
export const PIECE_SIZE: number = 256 * 1024;

type Failure = NodeJS.ErrnoException | null;

export const statPath = (path: string): Promise<Stats> =>
  new Promise((resolve, reject) => {
    fs.stat(path, (error: Failure, stats) => (error === null ? resolve(stats) : reject(error)));
  });

/** As `statPath`; of a link itself. */
export const lookAtPath = (path: string): Promise<Stats> =>
  new Promise((resolve, reject) => {
    fs.lstat(path, (error: Failure, stats) => (error === null ? resolve(stats) : reject(error)));
  });

export const realPath = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    fs.realpath.native(path, (error: Failure, real) => (error === null ? resolve(real) : reject(error)));
  });

/** Without O_NONBLOCK, opening a FIFO that took the place of a file would wait for a writer for ever. */
const READ_ONLY: number = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

export const openFile = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.open(path, READ_ONLY, (error: Failure, fd) => (error === null ? resolve(fd) : reject(error)));
  });

/** Of a file that is open the system knows everything: asking it directly costs a tenth of asking in another thread. */
export const statFile = (fd: number): Stats => fs.fstatSync(fd);

/** As quick, for what was opened to be read: there is nothing to be written back. */
export function closeFile(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // The descriptor is gone in any case.
  }
}

/** Reads once, at a position; fewer bytes than asked for where the file ends. */
export const readFile = (fd: number, bytes: Buffer, length: number, position: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.read(fd, bytes, 0, length, position, (error: Failure, count) =>
      error === null ? resolve(count) : reject(error),
    );
  });

/**
 * Bytes `[start, end)` of a file, or up to where it ends. Opened, with `open`, when the first is asked for; closed on every road out.
 */
export async function* readPieces(
  path: string,
  start: number,
  end: number = Infinity,
  open: (path: string) => Promise<number> = openFile,
): AsyncGenerator<Buffer, void, undefined> {
  const fd = await open(path);
  try {
    for (let at = start; at < end;) {
      const length = Math.min(PIECE_SIZE, end - at);
      const bytes = Buffer.allocUnsafeSlow(length);
      const count = await readFile(fd, bytes, length, at);
      if (count === 0) return;
      at += count;
      yield count === length ? bytes : bytes.subarray(0, count);
    }
  } finally {
    closeFile(fd);
  }
}

/** What the client is told of a failure to find or open: not there, not allowed, or (by the error itself) our fault. */
export function toHTTPError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
    case "ELOOP":
    case "EINVAL":
      return new HTTPError(404);
    case "EACCES":
    case "EPERM":
    // A socket, or a device that is not there.
    case "ENXIO":
    case "EOPNOTSUPP":
      return new HTTPError(403, { cause: error });
    case "EMFILE":
    case "ENFILE":
      return new HTTPError(503, { logMessage: "no file descriptor is left", cause: error });
    default:
      return error;
  }
}
