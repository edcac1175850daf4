/** Gives heads of responses to the functions of a program that want them. What those throw is the caller's to handle. */
import type { ResponseHead } from "../http1/response-head-reader.ts";
import { HTTPHeaders } from "../message/headers.ts";
import type { Settings } from "./settings.ts";

export function tellInterim({ informationCallback }: Settings, { status, fields }: ResponseHead): void {
  informationCallback?.(status, HTTPHeaders.from({ readFields: () => fields.slice() }));
}

/** As Tornado does: the status line, each field, and the empty line. */
export function tellHead({ headerCallback }: Settings, head: ResponseHead, headers: HTTPHeaders): void {
  if (headerCallback === undefined) return;
  headerCallback(`HTTP/1.${head.minor} ${head.status} ${head.reason}\r\n`);
  for (const [name, value] of headers) headerCallback(`${name}: ${value}\r\n`);
  headerCallback("\r\n");
}
