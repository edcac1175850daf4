/**
 * What a method may return besides what `write` takes: a `Response`, a web or Node stream, an async iterable. Each is written as its
 * bytes come, no faster than the client reads, and let go of when the client leaves.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../../errors.ts";
import type { WriteOptions } from "../../net/bytes-policy.ts";
import { StreamClosedError } from "../../net/errors.ts";
import { isPromiseLike } from "../../user-code.ts";
import { HTML } from "../../http/message/default-fields.ts";
import type { RequestHandler } from "./request-handler.ts";
import { asBytes, checkedObject, isLater } from "./writable.ts";

const LENT: WriteOptions = { bytes: "lend" };

/** Writes a returned value. The promise, where there is one, ends with the last piece. */
export function writeReturned(handler: RequestHandler, value: unknown): Promise<void> | void {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    // The request ends with it.
    return handler.write(value as string, LENT);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return handler.write(value);
  if (isResponse(value)) return writeResponse(handler, value);
  if (isLater(value)) return writeLater(handler, value);
  const source = sourceOf(value);
  return source === undefined ? handler.write(value) : writeStream(handler, source);
}

/** By its shape: a program may bring a `Response` of its own. */
function isResponse(value: object): value is Response {
  return (
    (typeof Response === "function" && value instanceof Response) ||
    ("status" in value && "headers" in value && "arrayBuffer" in value && typeof value.arrayBuffer === "function")
  );
}

/** RFC 9110 §7.6.1, §15.2: what belongs to a connection, not to an answer. */
const OF_THE_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function writeResponse(handler: RequestHandler, response: Response): Promise<void> | void {
  if (response.bodyUsed)
    throw new UsageError("ERR_LANDSPOUT_BODY_USED", "the body of this Response has been read already");
  handler.setStatus(response.status, response.statusText === "" ? undefined : response.statusText);
  handler.clearHeader("Content-Type");
  // `fetch` has decoded the content, but left the fields that speak of it.
  const fetched = response.url !== undefined && response.url !== "" && response.headers.has("content-encoding");
  for (const [name, value] of response.headers) {
    if (OF_THE_CONNECTION.has(name) || name === "set-cookie") continue;
    if (fetched && (name === "content-encoding" || name === "content-length")) continue;
    handler.setHeader(name, value);
  }
  for (const line of response.headers.getSetCookie()) handler.addHeader("Set-Cookie", line);
  const { body } = response;
  if (body === null) return undefined;
  return writeStream(handler, body as unknown as Source);
}

/** A Blob (a file of Bun too), or a form with files: as a `Response` sends it, under its type unless the handler has set another. */
function writeLater(handler: RequestHandler, value: Blob | FormData): Promise<void> | void {
  const { headers, body } = new Response(value);
  const type = headers.get("Content-Type") ?? (value instanceof Blob ? value.type : "");
  if (handler.getHeader("Content-Type") === HTML) handler.setHeader("Content-Type", type === "" ? BYTES : type);
  // The size of a file of Bun is that of a moment ago.
  if (value instanceof Blob && !isFileOfBun(value)) handler.setHeader("Content-Length", value.size);
  return body === null ? undefined : writeStream(handler, body as unknown as Source);
}

/** Bun gives it a name, as a `File` has, but no class of its own. */
const isFileOfBun = (value: Blob): boolean =>
  "name" in value && typeof value.name === "string" && !(typeof File === "function" && value instanceof File);

/** RFC 9110 §8.3: content of a type that is not known. */
const BYTES = "application/octet-stream";

export interface Source extends AsyncIterable<unknown> {
  cancel?(reason?: unknown): unknown;
  destroy?(error?: Error): unknown;
}

function sourceOf(value: object): Source | undefined {
  if (Symbol.asyncIterator in value) return value as Source;
  if (Symbol.iterator in value && "next" in value) return value as unknown as Source;
  return undefined;
}

/** Writes a stream piece by piece, no faster than the client reads; lets go of it when the client leaves. */
export async function writeStream(handler: RequestHandler, source: Source): Promise<void> {
  const { signal } = handler.request;
  if (handler.request.method === "HEAD") {
    await letGo(source);
    // RFC 9110 §8.6: a Content-Length of HEAD is that of GET; nobody knows it, unless it was set.
    if (!handler.finished) await handler.flush();
    return;
  }
  // A source that has nothing to say for a while must not keep the request of a client that left.
  const left = (): void => void letGo(source).catch(() => undefined);
  signal.addEventListener("abort", left, { once: true });
  try {
    for await (const piece of source) {
      if (signal.aborted) break;
      // The source is not asked for the next one before this one has left, or has been copied.
      const bytes = typeof piece === "string" || piece instanceof Uint8Array ? piece : await bytesOf(piece);
      const written: unknown = handler.write(bytes, LENT);
      // A `write` that a class overrides may be async.
      if (isPromiseLike(written)) await written;
      await handler.flush();
    }
  } catch (error) {
    // Whatever the source says of being let go of: nobody is left to hear it.
    if (signal.aborted || error instanceof StreamClosedError) return;
    throw error;
  } finally {
    signal.removeEventListener("abort", left);
  }
}

async function letGo(source: Source): Promise<void> {
  if (typeof source.destroy === "function") await source.destroy();
  else if (typeof source.cancel === "function" && (source as unknown as ReadableStream).locked !== true)
    await source.cancel();
  else if ("return" in source && typeof source.return === "function") await (source.return as () => Promise<unknown>)();
}

async function bytesOf(piece: unknown): Promise<Uint8Array> {
  const bytes = asBytes(piece);
  if (bytes !== undefined) return bytes;
  if (piece instanceof Blob) return new Uint8Array(await piece.arrayBuffer());
  if (Array.isArray(piece)) return Buffer.from(JSON.stringify(piece));
  if (typeof piece === "object" && piece !== null)
    return Buffer.from(JSON.stringify(checkedObject(piece, "a stream that is returned")));
  throw new UsageError("ERR_LANDSPOUT_WRITE", `a stream that is returned must give text or bytes, not ${typeof piece}`);
}
