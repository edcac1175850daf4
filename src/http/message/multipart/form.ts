/** A multipart form that is there as a whole: arguments and files by name (Tornado's `parse_multipart_form_data`). */
import { Buffer } from "node:buffer";
import type { ArgumentMap } from "../arguments.ts";
import { RemoteProtocolError } from "../errors.ts";
import { getParseBodyConfig } from "./options.ts";
import type { ParseBodyConfig } from "./options.ts";
import { MultipartParser } from "./parser.ts";
import type { PartHead } from "./part-head.ts";

/** A file of a form. `body` is a view of the content it came in: copy what is to outlive the request. */
export class HTTPFile {
  /** As the client calls it, without directories. Not checked in any other way: do not make a path of it as it is. */
  readonly filename: string;
  readonly body: Buffer;
  /** As the client says; `application/unknown` where it says nothing. */
  readonly contentType: string;

  constructor(filename: string, body: Buffer, contentType: string) {
    this.filename = filename;
    this.body = body;
    this.contentType = contentType;
  }
}

/** Files by the name of their input, in the order they came; no prototype, so every name is safe. */
export interface FileMap {
  [name: string]: HTTPFile[];
}

const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Adds the parts of a form to `args` and `files`: what has a file name is a file. On an error neither is to be used.
 *
 * @param boundary As in the Content-Type, with or without quotes.
 * @throws RemoteProtocolError (400; 413 where a size is crossed) on the first defect.
 */
export function parseMultipartFormData(
  boundary: string,
  data: Uint8Array,
  args: ArgumentMap,
  files: FileMap,
  config: ParseBodyConfig = getParseBodyConfig(),
): void {
  const { enabled = true, ...options } = config.multipart ?? {};
  if (!enabled) {
    throw new RemoteProtocolError("ERR_LANDSPOUT_MULTIPART_DISABLED", "multipart/form-data parsing is disabled.", 400);
  }
  const unquoted = /^"(.*)"$/.exec(boundary)?.[1] ?? boundary;
  let part: PartHead | undefined;
  let body = EMPTY;
  const parser = new MultipartParser(
    unquoted,
    {
      partBegin(head) {
        part = head;
        body = EMPTY;
      },
      // Fed as a whole, a part comes in one piece.
      partData(bytes) {
        body = bytes;
      },
      partEnd() {
        if (part === undefined) return;
        const { name, filename } = part;
        if (filename === undefined || filename === "") (args[name] ??= []).push(body);
        else (files[name] ??= []).push(new HTTPFile(filename, body, part.contentType ?? "application/unknown"));
      },
    },
    options,
  );
  parser.feed(data);
  parser.end();
}
