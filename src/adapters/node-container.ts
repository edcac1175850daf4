/**
 * Runs a listener of `node:http` (an app of Express, Connect or Koa, a plain function) inside landspout. It gets a request and a response
 * made by Node's own classes over a socket that is none: what it writes is taken apart and answered here.
 */
import type { Buffer } from "node:buffer";
import type * as NodeHTTP from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { Duplex } from "node:stream";
import { asksToClose } from "../http/http1/response-framing.ts";
import { ResponseReader } from "../http/http1/response-reader.ts";
import { HTTPHeaders } from "../http/message/headers.ts";
import { belongsToConnection } from "../http/message/connection-fields.ts";
import type {
  Exchange,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  RequestStartLine,
} from "../http/interfaces.ts";
import { hasNoContent } from "../http/message/status.ts";
import { watch } from "../user-code.ts";

export type ContainedListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * @example
 * const legacy = express().get("/", (_req, res) => res.send("Hello"));
 * new HTTPServer(new NodeContainer(legacy)).listen(8888);
 */
export class NodeContainer implements HTTPServerConnectionDelegate {
  readonly #listener: ContainedListener;

  constructor(listener: ContainedListener) {
    this.#listener = listener;
  }
  startRequest(_serverConnection: object, exchange: Exchange): HTTPMessageDelegate {
    return new NodeMessage(this.#listener, exchange);
  }
}

let http: typeof NodeHTTP | undefined;

/** Asked for when it is needed: imported, newer versions of Node would load the whole of Fetch with it. */
const nodeHTTP = (): typeof NodeHTTP => (http ??= createRequire(import.meta.url)("node:http") as typeof NodeHTTP);

class NodeMessage implements HTTPMessageDelegate {
  readonly #listener: ContainedListener;
  readonly #exchange: Exchange;
  readonly #socket: ResponseSocket;
  readonly #request: IncomingMessage;
  #wanted: (() => void) | undefined = undefined;

  constructor(listener: ContainedListener, exchange: Exchange) {
    this.#listener = listener;
    this.#exchange = exchange;
    this.#socket = new ResponseSocket(exchange);
    this.#request = new (nodeHTTP().IncomingMessage)(this.#socket as never);
    this.#request._read = (): void => {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      wanted?.();
    };
  }

  headersReceived(startLine: RequestStartLine, headers: HTTPHeaders): void {
    const request = this.#request;
    const raw = headers.getAll().flat();
    const byName = Object.create(null) as { [name: string]: string };
    for (const [name] of headers) {
      // RFC 6265 §5.4: cookies are joined by "; ", everything else by a comma.
      const lower = name.toLowerCase();
      byName[lower] = headers.getList(name).join(lower === "cookie" ? "; " : ", ");
    }
    Object.defineProperty(request, "headers", { value: byName, writable: true, enumerable: true, configurable: true });
    Object.assign(request, {
      method: startLine.method,
      url: startLine.path,
      httpVersion: startLine.version.slice(5),
      httpVersionMajor: 1,
      httpVersionMinor: Number(startLine.version.slice(7)),
      rawHeaders: raw,
    });
    const response = new (nodeHTTP().ServerResponse)(request);
    response.assignSocket(this.#socket as never);
    // The connection is ours; between Node and us an answer ends with its own framing.
    response.shouldKeepAlive = true;
    this.#exchange.setCloseCallback(() => {
      request.destroy();
      response.emit("close");
      this.#socket.destroy();
    });
    response.on("finish", () => response.detachSocket(this.#socket as never));
    try {
      const pending = this.#listener(request, response);
      if (pending !== undefined) watch(pending, (error) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }
  #failed(error: unknown): void {
    if (!this.#exchange.lost) this.#exchange.fail(error);
  }

  dataReceived(chunk: Uint8Array): Promise<void> | void {
    if (this.#request.destroyed || this.#request.push(chunk)) return undefined;
    return new Promise((resolve) => (this.#wanted = resolve));
  }
  finish(): void {
    this.#request.complete = true;
    this.#request.push(null);
  }
  onConnectionClose(): void {
    this.#request.destroy();
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.();
  }
}

/** What Node's response takes for its connection: what is written to it becomes our answer. */
class ResponseSocket extends Duplex {
  readonly #exchange: Exchange;
  readonly #reader: ResponseReader;
  #drained: Promise<void> | void = undefined;
  readonly remoteAddress: string;
  readonly encrypted: boolean;

  constructor(exchange: Exchange) {
    super({ autoDestroy: false });
    this.#exchange = exchange;
    this.remoteAddress = exchange.remoteIp;
    this.encrypted = exchange.protocol === "https";
    this.#reader = new ResponseReader(
      {
        head: (status, reason, fields) => this.#head(status, reason, fields),
        content: (piece) => this.#content(piece),
        complete: () => {
          if (!exchange.finished) exchange.finish();
        },
      },
      exchange.head.method === "HEAD",
    );
  }

  #head(status: number, reason: string, fields: readonly (readonly [string, string])[]): void {
    if (this.#exchange.finished) return;
    const headers = new HTTPHeaders(fields.filter(([name]) => !belongsToConnection(name)));
    if (hasNoContent(status)) headers.delete("Content-Length");
    // An app that wants its connection closed gets that; what else it says of it was between Node and us.
    if (fields.some(([name, value]) => name.toLowerCase() === "connection" && asksToClose(value)))
      headers.set("Connection", "close");
    this.#drained = this.#exchange.writeHeaders({ code: status, reason }, headers);
  }
  #content(piece: Buffer): void {
    if (!this.#exchange.finished) this.#drained = this.#exchange.write(piece);
  }

  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    try {
      this.#reader.add(chunk);
    } catch (error) {
      this.#exchange.fail(error);
    }
    const drained = this.#drained;
    this.#drained = undefined;
    if (drained === undefined) callback();
    else
      drained.then(
        () => callback(),
        () => callback(),
      );
  }
  override _final(callback: (error?: Error | null) => void): void {
    try {
      this.#reader.end();
    } catch (error) {
      this.#exchange.fail(error);
    }
    callback();
  }
  override _destroy(_error: Error | null, callback: (error?: Error | null) => void): void {
    // An app that gives up its connection in the middle of an answer must not leave half of one that looks whole.
    if (!this.#exchange.finished) this.#exchange.destroy();
    callback(null);
  }
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
}
