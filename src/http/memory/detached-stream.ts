/**
 * The stream of a request in memory whose handler has taken it away from HTTP. The other side has no connection to give, so what the
 * program writes must still be a response of HTTP/1: it is read and passed on as one.
 */
import { Buffer } from "node:buffer";
import { IOStream } from "../../net/iostream.ts";
import { MemoryTransport } from "../../net/memory-transport.ts";
import type { MemoryAddresses } from "../../net/memory-transport.ts";
import type { HttpParser } from "../../parser/types.ts";
import { guard, logFailure } from "../../user-code.ts";
import { ResponseReader } from "../http1/response-reader.ts";
import type { MemorySink } from "./memory-sink.ts";

export function detachedStream(
  parser: HttpParser,
  sink: MemorySink,
  toHead: boolean,
  addresses: MemoryAddresses,
): IOStream {
  const failed = (error?: unknown): void => {
    if (error !== undefined) logFailure("the server that a response was handed to", error);
    guard(
      () => sink.failed(),
      (second) => logFailure("the server that a response was handed to", second),
    );
  };
  let over = false;
  const reader = new ResponseReader(
    {
      head: (status, reason, fields) => sink.head(status, reason, fields.flat()),
      content: (piece) => sink.content(Buffer.from(piece)),
      complete: () => sink.complete(),
    },
    toHead,
  );
  const transport = new MemoryTransport(
    parser,
    {
      bytes: (chunk) => {
        try {
          if (!over) reader.add(chunk);
        } catch (error) {
          over = true;
          failed(error);
          queueMicrotask(() => transport.close());
        }
        return 0;
      },
      ended: () => end(),
      closed: () => end(),
    },
    addresses,
  );
  function end(): void {
    if (over) return;
    over = true;
    if (!reader.complete && !reader.end()) failed();
    queueMicrotask(() => transport.close());
  }
  return new IOStream(parser, transport);
}
