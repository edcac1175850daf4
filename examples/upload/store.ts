/**
 * Where uploads go: a folder of its own, each file under a made-up name, what is known of it in memory. Bounded: it promises room
 * before it is filled. It must not know HTTP, and never makes a path of what a client calls a file.
 */
import type { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";

export interface StoredUpload {
  /** Also its name in the folder. */
  readonly id: string;
  /** As the client calls it. */
  readonly name: string;
  readonly size: number;
  /** Of its content, hexadecimal. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export class Store {
  readonly folder: string;
  readonly room: number;
  readonly #uploads: Map<string, StoredUpload> = new Map();
  #stored = 0;
  #promised = 0;

  /**
   * @param parent The folder in which the store makes its own.
   * @param room Bytes of all files together.
   */
  constructor(parent: string, room: number) {
    this.folder = mkdtempSync(join(parent, "landspout-upload-"));
    this.room = room;
  }

  /** Newest first. */
  list(): StoredUpload[] {
    return [...this.#uploads.values()].reverse();
  }
  find(id: string): StoredUpload | undefined {
    return this.#uploads.get(id);
  }
  get free(): number {
    return Math.max(0, this.room - this.#stored - this.#promised);
  }

  /** Keeps room for so many bytes until `giveBack`; false where there is not that much. */
  promise(bytes: number): boolean {
    if (bytes > this.free) return false;
    this.#promised += bytes;
    return true;
  }
  giveBack(bytes: number): void {
    this.#promised -= bytes;
  }

  /** Writes a file as its pieces come. What cannot become whole leaves nothing behind. */
  async add(name: string, pieces: AsyncIterable<Buffer>): Promise<StoredUpload> {
    const id = randomBytes(12).toString("hex");
    const path = join(this.folder, id);
    const hash = createHash("sha256");
    let size = 0;
    const file = await open(path, "wx", 0o600);
    try {
      for await (const piece of pieces) {
        hash.update(piece);
        size += piece.length;
        for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
      }
      await file.close();
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
      throw error;
    }
    const upload = { id, name, size, sha256: hash.digest("hex"), time: Date.now() };
    this.#uploads.set(id, upload);
    this.#stored += size;
    return upload;
  }

  /** False where there is no such file. */
  async remove(id: string): Promise<boolean> {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return false;
    this.#uploads.delete(id);
    await rm(join(this.folder, id), { force: true });
    this.#stored -= upload.size;
    return true;
  }

  /** Deletes the folder with all there is in it. */
  clear(): void {
    this.#uploads.clear();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
