/**
 * Conversations on the wire: a server of ours on a real socket, a raw client that writes bytes, and answers taken apart by their
 * own framing. `eachServer` runs a suite with both parsers, and on Node by both roads.
 */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import type { HTTPServerConnectionDelegate } from "../../src/http/interfaces.ts";
import type { RequestCallback } from "../../src/http/delegates.ts";

/** What a suite is run with. */
export type Setup = Pick<HTTPServerOptions, "parser" | "transport">;

export const SETUPS: readonly (readonly [name: string, setup: Setup])[] =
  "Bun" in globalThis
    ? [
        ["wasm", { parser: "wasm" }],
        ["ts", { parser: "ts" }],
      ]
    : [
        ["wasm · zero-copy", { parser: "wasm", transport: "zero-copy" }],
        ["ts · zero-copy", { parser: "ts", transport: "zero-copy" }],
        ["wasm · copy", { parser: "wasm", transport: "copy" }],
      ];

/** Serves while `use` runs, then closes everything. */
export async function serving<T>(
  delegate: HTTPServerConnectionDelegate | RequestCallback,
  options: HTTPServerOptions,
  use: (port: number, server: HTTPServer) => Promise<T>,
): Promise<T> {
  const server = new HTTPServer(delegate, options);
  await server.listen(0, "127.0.0.1");
  try {
    return await use(server.port, server);
  } finally {
    await server.stop();
    await server.closeAllConnections();
  }
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  /** By name in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** A client that says exactly what it is told. */
export class Peer {
  readonly socket: net.Socket;
  /** What was received and not taken: pieces that are joined when somebody looks at them, and their length. */
  #pieces: Buffer[] = [];
  #length = 0;
  #wake: (() => void) | undefined = undefined;
  ended = false;
  closed = false;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#pieces.push(chunk);
      this.#length += chunk.length;
      this.#wake?.();
    });
    socket.on("end", () => {
      this.ended = true;
      this.#wake?.();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  static async connect(port: number): Promise<Peer> {
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    await once(socket, "connect");
    return new Peer(socket);
  }

  /** On a socket that is connected already. */
  static over(socket: net.Socket): Peer {
    return new Peer(socket);
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }
  /** One write, and one packet where the system plays along, for every byte. */
  async writeSlowly(text: string): Promise<void> {
    for (const letter of text) {
      if (this.ended || this.closed) return;
      await new Promise<void>((resolve) => this.socket.write(letter, "latin1", () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  finish(): void {
    this.socket.end();
  }
  destroy(): void {
    this.socket.destroy();
  }

  #joined(): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }

  async #more(): Promise<boolean> {
    if (this.ended || this.closed) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return true;
  }

  /** Everything that was received and not read, once the server has closed its side. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#take(this.#length);
  }

  /** The next `text` that comes, which must be the next bytes. */
  async expect(text: string): Promise<void> {
    while (this.#length < text.length && (await this.#more()));
    const got = this.#take(Math.min(text.length, this.#length));
    if (got !== text) throw new Error(`expected ${JSON.stringify(text)}, got ${JSON.stringify(got)}`);
  }

  /** The next so many bytes. */
  async next(size: number): Promise<string> {
    await this.#until(() => (this.#length >= size ? 0 : -1));
    return this.#take(size);
  }

  async #until(find: () => number): Promise<number> {
    for (;;) {
      const at = find();
      if (at >= 0) return at;
      if (!(await this.#more()))
        throw new Error(`the answer ends early: ${JSON.stringify(this.#joined().toString("latin1", 0, 300))}`);
    }
  }
  #take(size: number): string {
    const all = this.#joined();
    this.#pieces = [all.subarray(size)];
    this.#length -= size;
    return all.toString("latin1", 0, size);
  }

  /** The next whole answer, by its own framing. `head`: it answers HEAD and has no content. */
  async answer(head = false): Promise<Answer> {
    const end = await this.#until(() => this.#joined().indexOf("\r\n\r\n"));
    const [line = "", ...lines] = this.#take(end + 4)
      .slice(0, -4)
      .split("\r\n");
    const match = /^(HTTP\/1\.[01]) (\d{3}) (.*)$/.exec(line);
    if (match === null) throw new Error(`no status line: ${JSON.stringify(line)}`);
    const headers: { [name: string]: string } = {};
    for (const field of lines) {
      const colon = field.indexOf(":");
      const name = field.slice(0, colon).toLowerCase();
      if (name in headers) throw new Error(`${name} twice in an answer`);
      headers[name] = field.slice(colon + 1).trim();
    }
    const status = Number(match[2]);
    const empty = head || status === 204 || status === 304 || status < 200;
    const body = empty ? "" : await this.#content(headers);
    return { status, reason: match[3] ?? "", version: match[1] ?? "", headers, body };
  }

  async #content(headers: { readonly [name: string]: string }): Promise<string> {
    if (headers["transfer-encoding"] === "chunked") return this.#chunks();
    const length = headers["content-length"];
    if (length === undefined) return this.rest();
    await this.#until(() => (this.#length >= Number(length) ? 0 : -1));
    return this.#take(Number(length));
  }
  async #chunks(): Promise<string> {
    for (let body = ""; ;) {
      const line = await this.#until(() => this.#joined().indexOf("\r\n"));
      const size = Number.parseInt(this.#take(line + 2), 16);
      await this.#until(() => (this.#length >= size + 2 ? 0 : -1));
      body += this.#take(size);
      if (this.#take(2) !== "\r\n") throw new Error("a chunk does not end with CRLF");
      if (size === 0) return body;
    }
  }
}

/** Connects, uses, destroys. */
export async function withPeer<T>(port: number, use: (peer: Peer) => Promise<T>): Promise<T> {
  const peer = await Peer.connect(port);
  try {
    return await use(peer);
  } finally {
    peer.destroy();
  }
}
