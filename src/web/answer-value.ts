/**
 * What a method may return besides what `write` takes: a `Response`, a web or Node stream, an async iterable. Each is written as its
 * bytes come, no faster than the client reads, and let go of when the client leaves.
 */
import { Buffer } from "node:buffer";
import { UsageError } from "../errors.ts";
import type { WriteOptions } from "../net/bytes-policy.ts";
import { StreamClosedError } from "../net/errors.ts";
import { isPromiseLike } from "../user-code.ts";
import type { RequestHandler } from "./request-handler.ts";

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
    return;
  }
  // A source that has nothing to say for a while must not keep the request of a client that left.
  const left = (): void => void letGo(source).catch(() => undefined);
  signal.addEventListener("abort", left, { once: true });
  try {
    for await (const piece of source) {
      if (signal.aborted) break;
      // The source is not asked for the next one before this one has left, or has been copied.
      const bytes = typeof piece === "string" || piece instanceof Uint8Array ? piece : bytesOf(piece);
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

function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  if (typeof piece === "object" && piece !== null) return Buffer.from(JSON.stringify(piece));
  throw new UsageError("ERR_LANDSPOUT_WRITE", `a stream that is returned must give text or bytes, not ${typeof piece}`);
}
