/**
 * Hashes of content, for versions in URLs and for entity tags: SHA-256 cut to 128 bits, as hexadecimal digits. Tornado takes SHA-512; the
 * length of a tag is paid with every answer. Files are read in pieces, so that a large one holds nobody else up.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { closeFile, openFile, PIECE_SIZE, readFile } from "./files.ts";

const newHash = (): Hash => createHash("sha256");
const digest = (hash: Hash): string => hash.digest("hex").slice(0, 32);

export const hashBytes = (bytes: Uint8Array): string => digest(newHash().update(bytes));

/** The hash of all of a file that is open. The loop turns between any two pieces, each of them a fraction of a millisecond. */
export async function hashOpened(fd: number): Promise<string> {
  const hash = newHash();
  const bytes = Buffer.allocUnsafeSlow(PIECE_SIZE);
  for (let at = 0; ;) {
    const count = await readFile(fd, bytes, PIECE_SIZE, at);
    if (count === 0) return digest(hash);
    hash.update(count === PIECE_SIZE ? bytes : bytes.subarray(0, count));
    at += count;
  }
}

/** The hash of the file at a path. */
export async function hashFile(path: string): Promise<string> {
  const fd = await openFile(path);
  try {
    return await hashOpened(fd);
  } finally {
    closeFile(fd);
  }
}

/** What `getContent` gives. */
export type StaticContent = Uint8Array | string | Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

/** The hash of what a subclass serves from elsewhere. */
export async function hashContent(content: StaticContent): Promise<string> {
  if (content instanceof Uint8Array) return hashBytes(content);
  const hash = newHash();
  if (typeof content === "string") hash.update(content);
  else for await (const piece of content) hash.update(piece);
  return digest(hash);
}
