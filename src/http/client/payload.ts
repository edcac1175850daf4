/** The content of a request: what a program gave, in a form that can be sent, and perhaps sent again. */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { badRequest } from "./options.ts";
import type { FetchBody, HTTPRequestInit } from "./options.ts";

type Write = (piece: string | Uint8Array) => Promise<void>;

export interface Payload {
  /** All of it, where it is there; else it is produced. */
  readonly bytes: Uint8Array | undefined;
  /** Writes it piece by piece. */
  readonly produce: ((write: Write) => unknown) | undefined;
  /** Undefined: not known before the end. */
  readonly length: number | undefined;
  /** Content-Type, where the form of the content decides it. */
  readonly type: string | undefined;
  /** It can be sent a second time. */
  readonly repeatable: boolean;
}

const whole = (bytes: Uint8Array, type?: string): Payload => ({
  bytes,
  produce: undefined,
  length: bytes.length,
  type,
  repeatable: true,
});
const produced = (
  produce: (write: Write) => unknown,
  repeatable: boolean,
  more: { length?: number; type?: string } = {},
): Payload => ({
  bytes: undefined,
  produce,
  length: more.length,
  type: more.type,
  repeatable,
});

/** @throws UsageError on content that is none of the forms, or given twice. */
export function payloadOf({ body, json, bodyProducer }: HTTPRequestInit): Payload | undefined {
  const given = [body, json, bodyProducer].filter((one) => one !== undefined).length;
  if (given > 1) throw badRequest("a request has one of body, json and bodyProducer");
  if (given === 0) return undefined;
  if (bodyProducer !== undefined) return produced(bodyProducer, true);
  if (json !== undefined) {
    let text: string | undefined;
    try {
      text = JSON.stringify(json);
    } catch (error) {
      throw badRequest(`json cannot be sent as JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (text === undefined) throw badRequest("json must be a value that JSON has");
    return whole(Buffer.from(text), "application/json");
  }
  return bodyOf(body as FetchBody);
}

function bodyOf(body: FetchBody): Payload {
  if (typeof body === "string") return whole(Buffer.from(body));
  if (body instanceof Uint8Array) return whole(body);
  if (body instanceof URLSearchParams) return whole(Buffer.from(String(body)), "application/x-www-form-urlencoded");
  if (body instanceof Blob)
    return produced((write) => pump(body.stream(), write), true, {
      length: body.size,
      ...(body.type === "" ? {} : { type: body.type }),
    });
  if (body instanceof FormData) return formOf(body);
  if (
    typeof body === "object" &&
    body !== null &&
    (Symbol.asyncIterator in body || (body as unknown) instanceof ReadableStream)
  )
    return produced((write) => pump(body, write), false);
  throw badRequest(
    "body must be text, bytes, URLSearchParams, FormData, a Blob, an async iterable or a ReadableStream",
  );
}

/** Writes the pieces as they are taken. Leaves the source where a write fails: its iterator is returned. */
async function pump(
  source: AsyncIterable<string | Uint8Array> | ReadableStream<Uint8Array>,
  write: Write,
): Promise<void> {
  for await (const piece of source as AsyncIterable<string | Uint8Array>) await write(piece);
}

/** WHATWG HTML, multipart/form-data encoding: quotes and line breaks in names cannot end them. */
const escapedName = (name: string): string => name.replaceAll(/\r\n?|\n/g, "%0D%0A").replaceAll('"', "%22");

/** RFC 7578. The boundary cannot be guessed by whom the content comes from. */
function formOf(form: FormData): Payload {
  const boundary = `landspout-${randomBytes(16).toString("hex")}`;
  const parts: (Buffer | Blob)[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapedName(name)}"`;
    if (typeof value === "string")
      parts.push(Buffer.from(`${head}\r\n\r\n${value.replaceAll(/\r\n?|\n/g, "\r\n")}\r\n`));
    else {
      // oxlint-disable-next-line no-control-regex
      const type = value.type.replaceAll(/[^\x20-\x7e]/g, "") || "application/octet-stream";
      parts.push(
        Buffer.from(`${head}; filename="${escapedName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`),
        value,
        Buffer.from("\r\n"),
      );
    }
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  const length = parts.reduce((sum, part) => sum + (part instanceof Blob ? part.size : part.length), 0);
  const produce = async (write: Write): Promise<void> => {
    for (const part of parts) await (part instanceof Blob ? pump(part.stream(), write) : write(part));
  };
  return produced(produce, true, { length, type: `multipart/form-data; boundary=${boundary}` });
}
