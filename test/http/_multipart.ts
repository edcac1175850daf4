/** What the tests of multipart forms share: a form fed in pieces, and what came of it as plain values. */
import { Buffer } from "node:buffer";
import { LandspoutError } from "../../src/errors.ts";
import { RemoteProtocolError } from "../../src/http/message/errors.ts";
import type { MultipartOptions } from "../../src/http/message/multipart/options.ts";
import { MultipartParser } from "../../src/http/message/multipart/parser.ts";

/** A part as text: names in UTF-8, content in latin1. */
export interface PlainPart {
  readonly name: string;
  readonly filename?: string | undefined;
  readonly type?: string | undefined;
  readonly body: string;
}

/** Everything that came of a form: parts, and where it was refused, the code. */
export interface Outcome {
  readonly parts: readonly PlainPart[];
  /** `"400 BOUNDARY"`: status, and code without its common beginning. */
  readonly error?: string;
}

export const plainError = (error: unknown): string => {
  if (!(error instanceof RemoteProtocolError)) {
    if (error instanceof LandspoutError) return error.code;
    throw error;
  }
  return `${error.status} ${error.code.replace(/^ERR_LANDSPOUT_(?:MULTIPART_)?/, "")}`;
};

/** Feeds the pieces to a new parser. A part without its end counts for nothing. */
export function feed(boundary: string, pieces: Iterable<Uint8Array>, options: MultipartOptions): Outcome {
  const parts: PlainPart[] = [];
  let body: Buffer[] = [];
  let begun: Omit<PlainPart, "body"> | undefined;
  const log: string[] = [];
  try {
    const parser = new MultipartParser(
      boundary,
      {
        partBegin({ name, filename, contentType }) {
          log.push("begin");
          begun = { name, filename, type: contentType };
          body = [];
        },
        partData(bytes) {
          if (bytes.length === 0 || begun === undefined) log.push("wrong data");
          // What was given may be written to.
          body.push(Buffer.from(bytes));
          bytes.fill(0x21);
        },
        partEnd() {
          log.push("end");
          if (begun !== undefined) parts.push({ ...begun, body: Buffer.concat(body).toString("latin1") });
          begun = undefined;
        },
      },
      options,
    );
    for (const piece of pieces) parser.feed(Buffer.from(piece));
    parser.end();
  } catch (error) {
    return { parts, error: plainError(error) };
  }
  if (log.join(" ") !== parts.map(() => "begin end").join(" ")) throw new Error(`wrong order: ${log.join(" ")}`);
  return { parts };
}

/** The ways to cut some bytes: whole, at every byte in two, every byte by itself. */
export function* cuts(bytes: Uint8Array): Generator<readonly [string, readonly Uint8Array[]]> {
  yield ["whole", [bytes]];
  for (let i = 0; i <= bytes.length; i++) yield [`split at ${i}`, [bytes.subarray(0, i), bytes.subarray(i)]];
  yield ["byte by byte", Array.from(bytes, (byte) => Uint8Array.of(byte))];
}
