/** `HTTPRequest`: one request as a program describes it. It may be fetched again; the client never changes it. */
import { HTTPHeaders } from "../message/headers.ts";
import { checkRequestInit } from "./options.ts";
import type { HTTPRequestInit } from "./options.ts";

// The constructor sets them all at once.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface HTTPRequest extends Omit<HTTPRequestInit, "method" | "headers"> {}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class HTTPRequest {
  readonly url: string;
  method: string;
  headers: HTTPHeaders;
  /** Seconds since the epoch when it was made. */
  readonly startTime: number;

  /** @throws UsageError `ERR_LANDSPOUT_FETCH_REQUEST` on an option that is none. The URL is looked at by `fetch`. */
  constructor(url: string | URL, init?: HTTPRequestInit) {
    this.url = typeof url === "string" ? url : String(url);
    this.startTime = Date.now() / 1000;
    if (init === undefined) {
      this.method = "GET";
      this.headers = new HTTPHeaders();
      return;
    }
    checkRequestInit(init);
    const { method, headers, ...rest } = init;
    this.method = method ?? "GET";
    this.headers = new HTTPHeaders(headers);
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) Object.assign(this, { [name]: value });
  }
}
