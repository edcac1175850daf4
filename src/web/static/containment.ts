/**
 * Whether what is open lies in a folder. A path says nothing about that: a rename or a link may change where it leads between any two
 * looks. So a file is opened first, and then the system is asked where that which was opened lies; nothing of it is read before.
 */
import * as fs from "node:fs";
import type { BigIntStats } from "node:fs";
import { HTTPError } from "../handler/http-error.ts";
import { closeFile, openFile, realPath } from "./files.ts";
import { isInside } from "../paths/file-paths.ts";

/** Looks at a path that leads elsewhere each time, where the system cannot be asked about what is open. */
const MOST_LOOKS = 4;

/** The real path of what is open, as Linux knows it; undefined where the system does not tell. */
function pathOfOpen(fd: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // No /proc, as in a bare chroot.
    return undefined;
  }
}

const lookAt = (path: string): Promise<BigIntStats | undefined> =>
  new Promise((resolve) => {
    fs.lstat(path, { bigint: true }, (error, stats) => resolve(error === null ? stats : undefined));
  });

/**
 * The real path of what is open, by the path it was opened with, for systems that do not tell: where that path leads must be the same file
 * (device and inode), and must not have changed while it was compared. @throws HTTPError 403 where that cannot be found out.
 */
export async function realPathByName(fd: number, path: string): Promise<string> {
  const opened = fs.fstatSync(fd, { bigint: true });
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const real = await realPath(path);
    const there = await lookAt(real);
    if (there?.ino === opened.ino && there.dev === opened.dev && (await realPath(path)) === real) return real;
  }
  throw new HTTPError(403, `${path} leads elsewhere each time it is looked at`);
}

export class Containment {
  readonly #path: string;
  /** Milliseconds for which the real path of the folder is taken to be the same. */
  readonly #interval: number;
  #real = "";
  #realAt = -Infinity;

  constructor(path: string, interval: number) {
    this.#path = path;
    this.#interval = interval;
  }

  /** Opens what must lie in the folder. @throws HTTPError 403 where it does not, and what `open` throws. */
  async open(path: string): Promise<number> {
    const fd = await openFile(path);
    try {
      await this.check(pathOfOpen(fd) ?? (await realPathByName(fd, path)), path);
      return fd;
    } catch (error) {
      closeFile(fd);
      throw error;
    }
  }

  /**
   * Reads a folder that must lie in this one, or be it: `read` gets a path that leads to the folder which was looked at. Where the system
   * cannot open a folder by what is open, it is looked at again afterwards. @throws HTTPError 403, as `open`.
   */
  async readFolder<T>(path: string, read: (folder: string) => Promise<T>): Promise<T> {
    if (process.platform === "linux") {
      const fd = await this.open(path);
      try {
        const opened = `/proc/self/fd/${fd}`;
        if (fs.existsSync(opened)) return await read(opened);
      } finally {
        closeFile(fd);
      }
    }
    return this.readFolderByName(path, read);
  }

  /** The same by its name: nothing may have changed about where the path leads while it was read. */
  async readFolderByName<T>(path: string, read: (folder: string) => Promise<T>): Promise<T> {
    const real = await realPath(path);
    await this.check(real, path);
    const before = await lookAt(real);
    const content = await read(real);
    const after = await lookAt(real);
    if (before?.ino === after?.ino && before?.dev === after?.dev && (await realPath(path)) === real) return content;
    throw new HTTPError(403, `${path} was replaced while it was read`);
  }

  /** @throws HTTPError 403 where `real`, to which `path` leads, is not in the folder. The folder may be a link itself, and lead elsewhere the next moment. */
  async check(real: string, path: string): Promise<void> {
    const now = Date.now();
    if (now - this.#realAt >= this.#interval || !isInside(this.#real, real)) {
      this.#real = await realPath(this.#path);
      this.#realAt = now;
    }
    if (!isInside(this.#real, real)) throw new HTTPError(403, `${path} leads out of the static directory`);
  }
}
