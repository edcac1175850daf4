/** `HTTPResponse`, a complete response, and the error that carries one. */
import { Buffer } from "node:buffer";
import type { HTTPHeaders } from "../message/headers.ts";
import { LandspoutError } from "../../errors.ts";
import type { HTTPRequest } from "./request.ts";

/** How the end of the content was known: "close" means that nobody can tell whether it was cut short. */
export type Delimited = "length" | "chunked" | "close" | "none";

/** Seconds of each part of a request; 0 where there was none. */
export interface TimeInfo {
  readonly queue: number;
  readonly namelookup: number;
  readonly connect: number;
  /** TLS. */
  readonly appconnect: number;
  /** Until the head of the last response. */
  readonly starttransfer: number;
  /** All hops before the last. */
  readonly redirect: number;
  readonly total: number;
}

export interface ResponseFacts {
  readonly request: HTTPRequest;
  readonly code: number;
  readonly reason: string;
  readonly headers: HTTPHeaders;
  readonly effectiveUrl: string;
  readonly body: Buffer;
  readonly requestTime: number;
  readonly startTime: number;
  readonly timeInfo: TimeInfo;
  readonly reused: boolean;
  readonly remoteAddress: string | undefined;
  readonly delimited: Delimited;
  readonly trailers: HTTPHeaders | undefined;
}

export class HTTPResponse {
  /** The one you made, whatever was followed. */
  readonly request: HTTPRequest;
  readonly code: number;
  readonly reason: string;
  readonly headers: HTTPHeaders;
  readonly trailers: HTTPHeaders | undefined;
  /** After redirects, without credentials, with the fragment (RFC 9110 §10.2.2). */
  readonly effectiveUrl: string;
  /** Empty with `streamingCallback`. */
  readonly body: Buffer;
  /** Why there is no good response; undefined on 2xx. */
  readonly error: Error | undefined;
  /** Seconds, without the wait for a slot. */
  readonly requestTime: number;
  /** Seconds since the epoch. */
  readonly startTime: number;
  readonly timeInfo: TimeInfo;
  /** The connection had been used before. */
  readonly reused: boolean;
  readonly remoteAddress: string | undefined;
  readonly delimited: Delimited;

  /** For the client. `failure`: why there is no response. */
  constructor(facts: ResponseFacts, failure?: Error) {
    this.request = facts.request;
    this.code = facts.code;
    this.reason = facts.reason;
    this.headers = facts.headers;
    this.trailers = facts.trailers;
    this.effectiveUrl = facts.effectiveUrl;
    this.body = facts.body;
    this.requestTime = facts.requestTime;
    this.startTime = facts.startTime;
    this.timeInfo = facts.timeInfo;
    this.reused = facts.reused;
    this.remoteAddress = facts.remoteAddress;
    this.delimited = facts.delimited;
    this.error = failure ?? (facts.code >= 200 && facts.code < 300 ? undefined : statusError(this));
  }

  get status(): number {
    return this.code;
  }
  /** @throws `error`, where there is one. */
  rethrow(): void {
    if (this.error !== undefined) throw this.error;
  }
  /** The content as UTF-8. */
  text(): string {
    return this.body.toString("utf8");
  }
  /** @throws SyntaxError on what is no JSON. */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }
}

/** The status of an error without a response, as in Tornado. */
const NO_RESPONSE = 599;

interface Details {
  readonly status?: number;
  readonly cause?: unknown;
  readonly response?: HTTPResponse | undefined;
}

/** A request that failed, or whose response is not 2xx (`ERR_LANDSPOUT_FETCH_STATUS`). */
export class HTTPClientError extends LandspoutError {
  /** Of the response, or 599 where there is none. */
  readonly status: number;
  readonly response: HTTPResponse | undefined;

  constructor(code: string, message: string, details: Details = {}) {
    super(code, message, details.cause === undefined ? {} : { cause: details.cause });
    this.status = details.status ?? NO_RESPONSE;
    this.response = details.response;
  }
}

function statusError(response: HTTPResponse): HTTPClientError {
  const { code, reason } = response;
  return new HTTPClientError("ERR_LANDSPOUT_FETCH_STATUS", `HTTP ${code}: ${reason}`, { status: code, response });
}

export const EMPTY: Buffer = Buffer.alloc(0);
