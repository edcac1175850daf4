/**
 * Sends content whose fields have been set, no faster than its client reads. However it ends — done, client gone, file changed under
 * it — what was opened is closed, and an answer that cannot become whole is cut off.
 */
import { Buffer } from "node:buffer";
import { H_IF_NONE_MATCH, M_HEAD } from "../../parser/abi.ts";
import type { WriteOptions } from "../../net/bytes-policy.ts";
import { writeStream } from "../handler/return-value.ts";
import type { Source } from "../handler/return-value.ts";
import { HTTPError } from "../handler/http-error.ts";
import { RequestHandler } from "../handler/request-handler.ts";
import type { StaticContent } from "./content-hash.ts";
import { closeFile, readFile, statFile, toHTTPError } from "./files.ts";
import { Piece } from "./pieces.ts";
import { isSame } from "./stored-files.ts";
import type { StoredFile, StoredFiles } from "./stored-files.ts";

/** Content in memory: the answer leaves in one piece. */
export function sendKept(handler: RequestHandler, content: Buffer, start: number, end: number): Promise<void> | void {
  const bytes = end - start === content.length ? content : content.subarray(start, end);
  // `finish` would compare the tag again, without asking `shouldReturn304`.
  if (handler.request.knows(H_IF_NONE_MATCH)) return sendContent(handler, bytes, bytes.length);
  void handler.finish(bytes, KEPT);
  return undefined;
}

/** The fields of an answer to HEAD, with the length a GET would have. */
async function sendHead(handler: RequestHandler, length: number): Promise<void> {
  handler.setHeader("Content-Length", length);
  await handler.flush();
  void handler.finish();
}

/**
 * Bytes `[start, end)` of a file. False, with nothing sent: the file is not what was looked at. With `anyway` it need not be, but
 * must lie in the folder of `files` all the same.
 */
export async function sendFile(
  handler: RequestHandler,
  files: StoredFiles,
  file: StoredFile,
  start: number,
  end: number,
  anyway: boolean,
): Promise<boolean> {
  if (handler.request.methodId === M_HEAD) {
    await sendHead(handler, end - start);
    return true;
  }
  const fd = await files.open(file.absolutePath).catch((error: unknown) => {
    const reason = toHTTPError(error);
    if (reason instanceof HTTPError && reason.status === 404) return -1;
    throw reason;
  });
  if (fd < 0) return false;
  const piece = new Piece();
  // Subclasses that see what is written may keep it.
  const plain = handler.write === RequestHandler.prototype.write;
  let free = false;
  try {
    if (!anyway && !isSame(statFile(fd), file.stats)) return false;
    handler.setHeader("Content-Length", end - start);
    for (let at = start; at < end;) {
      const bytes = piece.next(end - at, free);
      const count = await readFile(fd, bytes, bytes.length, at);
      if (count === 0) throw new HTTPError(500, `${file.path} was cut short while it was sent`);
      at += count;
      free = false;
      handler.write(count === bytes.length ? bytes : bytes.subarray(0, count), LENT);
      const sent = handler.flush();
      // Behind the last piece nothing waits: the next request is the connection's business.
      if (sent !== undefined && at < end) await sent;
      free = plain && (sent === undefined || at < end);
    }
  } finally {
    closeFile(fd);
    piece.close(free);
  }
  void handler.finish();
  return true;
}

/** What a subclass gave: `length` bytes, in one piece or several. */
export async function sendContent(handler: RequestHandler, content: StaticContent, length: number): Promise<void> {
  if (handler.request.methodId === M_HEAD) return sendHead(handler, length);
  handler.setHeader("Content-Length", length);
  if (typeof content === "string" || content instanceof Uint8Array) {
    if (sizeOf(content) !== length) throw wrongSize(length);
    handler.write(content, LENT);
    await handler.flush();
  } else await writeStream(handler, counted(content, length));
  if (!handler.finished) void handler.finish();
  return undefined;
}

const LENT: WriteOptions = { bytes: "lend" };
const KEPT: WriteOptions = { bytes: "keep" };

const sizeOf = (piece: string | Uint8Array): number =>
  typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;

const wrongSize = (length: number): HTTPError =>
  new HTTPError(500, `getContent gave other than the ${length} bytes it was asked for`);

type Pieces = Exclude<StaticContent, string | Uint8Array>;

/** A source that fails where it has not the length that was said. */
function counted(content: Pieces, length: number): Source {
  return {
    async *[Symbol.asyncIterator]() {
      let left = length;
      for await (const piece of content) {
        left -= sizeOf(piece);
        if (left < 0) break;
        yield piece;
      }
      if (left !== 0) throw wrongSize(length);
    },
    destroy() {
      const source: { destroy?: () => void; return?: () => unknown } = content as object;
      if (source.destroy !== undefined) source.destroy();
      else source.return?.();
    },
  };
}
