/**
 * `HTTPServerRequest`: a request as handlers see it (Tornado's `httputil.HTTPServerRequest`). Everything it tells is made when asked
 * for; of an unread request nothing is decoded or copied.
 */
import { Buffer } from "node:buffer";
import { H_CONTENT_TYPE, H_COOKIE } from "../parser/abi.ts";
import { parseQueryArguments } from "./message/arguments.ts";
import type { ArgumentMap } from "./message/arguments.ts";
import { parseBodyArguments } from "./message/body-arguments.ts";
import { parseCookie } from "./message/cookies.ts";
import { HTTPHeaders } from "./message/headers.ts";
import type { FileMap } from "./message/multipart/form.ts";
import type { Exchange, RequestFacts } from "./interfaces.ts";

const EMPTY: Buffer = Buffer.alloc(0);

/** What has been parsed of a request: an object of its own, since most requests need nothing of it. */
class ParsedParts {
  query: ArgumentMap | undefined = undefined;
  body: ArgumentMap | undefined = undefined;
  /** Of query and body. */
  both: ArgumentMap | undefined = undefined;
  files: FileMap | undefined = undefined;
  cookies: { [name: string]: string } | undefined = undefined;
}

export class HTTPServerRequest {
  /** Where the answer goes. */
  readonly connection: Exchange;
  private readonly head: RequestFacts;
  private fields: HTTPHeaders | undefined;
  private received: Buffer = EMPTY;
  private parsedParts: ParsedParts | undefined = undefined;
  /** Milliseconds of `performance.now()` when the head was complete; 0 where nobody measures. */
  startTime = 0;
  private endTime = 0;

  constructor(connection: Exchange, headers?: HTTPHeaders) {
    this.connection = connection;
    this.head = connection.head;
    this.fields = headers;
  }

  get method(): string {
    return this.head.method;
  }
  /** The method's id (M_ in ../parser/abi.ts), 0 for an unusual one. */
  get methodId(): number {
    return this.head.id;
  }
  /** The request target as sent; bytes above 0x7F are percent-encoded. */
  get uri(): string {
    return this.head.path;
  }
  /** The path of the target, as sent: not decoded; bytes above 0x7F are percent-encoded. */
  get path(): string {
    return this.head.targetPath;
  }
  /** What follows the `?`, or "". */
  get query(): string {
    return this.head.query;
  }
  /** `"HTTP/1.1"` or `"HTTP/1.0"`. */
  get version(): string {
    return this.head.version;
  }
  /** Whether the path holds a percent-encoded character. */
  get pathEscaped(): boolean {
    return this.head.pathEscaped;
  }
  get headers(): HTTPHeaders {
    this.fields ??= HTTPHeaders.from(this.head);
    return this.fields;
  }
  /** Whether a well-known field (H_ in ../parser/abi.ts) was sent, without reading the fields. */
  knows(id: number): boolean {
    return this.head.knows(id);
  }

  /** The content; empty where there is none or it is streamed. */
  get body(): Buffer {
    return this.received;
  }
  set body(bytes: Buffer) {
    this.received = bytes;
    if (this.parsedParts === undefined) return;
    this.parsedParts.body = undefined;
    this.parsedParts.both = undefined;
    this.parsedParts.files = undefined;
  }

  /** Host and port as sent in Host, or in the target in absolute-form; `127.0.0.1` where an old client sent none. */
  get host(): string {
    return this.head.host ?? "127.0.0.1";
  }
  /** Host in lower case without the port. */
  get hostName(): string {
    return this.host.replace(/:[0-9]*$/, "").toLowerCase();
  }
  /** Address of the client; with `xheaders`, what the trusted proxies say. `0.0.0.0` on a unix socket. */
  get remoteIp(): string {
    return this.connection.remoteIp;
  }
  get protocol(): "http" | "https" {
    return this.connection.protocol;
  }

  private get parsed(): ParsedParts {
    return (this.parsedParts ??= new ParsedParts());
  }
  /** Query arguments by name; values are bytes, as sent. */
  get queryArguments(): ArgumentMap {
    return (this.parsed.query ??= parseQueryArguments(this.head.query));
  }
  /** Arguments of a urlencoded or multipart form. @throws RemoteProtocolError (400, 413) on a malformed one, or over its limits. */
  get bodyArguments(): ArgumentMap {
    return this.parsed.body ?? this.readForm();
  }
  /** Files of a multipart form by the name of their input. Throws as `bodyArguments` does. */
  get files(): FileMap {
    const { parsed } = this;
    if (parsed.files === undefined) this.readForm();
    return parsed.files as FileMap;
  }
  private readForm(): ArgumentMap {
    const files = Object.create(null) as FileMap;
    const type = this.head.knows(H_CONTENT_TYPE) ? (this.headers.get("Content-Type") ?? "") : "";
    const map = parseBodyArguments(type, this.received, this.headers, files);
    this.parsed.files = files;
    this.parsed.body = map;
    return map;
  }
  /** Query arguments, then body arguments, by name. */
  get arguments(): ArgumentMap {
    const { parsed } = this;
    if (parsed.both !== undefined) return parsed.both;
    const both = Object.create(null) as ArgumentMap;
    for (const map of [this.queryArguments, this.bodyArguments]) {
      for (const name of Object.keys(map)) both[name] = [...(both[name] ?? []), ...(map[name] ?? [])];
    }
    parsed.both = both;
    return both;
  }
  /** Cookies by name; a malformed one is left out, never an error. */
  get cookies(): { [name: string]: string } {
    return (this.parsed.cookies ??= parseCookie(
      this.head.knows(H_COOKIE) ? this.headers.getList("Cookie").join("; ") : "",
    ));
  }

  /** Aborted when the client leaves before its answer is complete, and only then. */
  get signal(): AbortSignal {
    return this.connection.signal;
  }

  /**
   * Aborted when the server is shut down before the answer is complete, and only then: whoever waits answers now, or is cut off at the
   * deadline.
   */
  get shutdownSignal(): AbortSignal {
    return this.connection.shutdownSignal;
  }

  fullUrl(): string {
    const { uri } = this;
    return uri.startsWith("/") || uri === "*" ? `${this.protocol}://${this.host}${uri}` : uri;
  }

  /** Seconds from the complete head to now, or to the end of the answer. */
  requestTime(): number {
    return ((this.endTime === 0 ? performance.now() : this.endTime) - this.startTime) / 1000;
  }
  /** The answer is complete: `requestTime` stands still. */
  markFinished(): void {
    this.endTime = performance.now();
  }

  /** Without headers and content: those hold secrets and can be large. */
  toString(): string {
    return `HTTPServerRequest(${this.protocol}://${this.host} ${this.method} ${this.uri} ${this.version} ${this.remoteIp})`;
  }
}
