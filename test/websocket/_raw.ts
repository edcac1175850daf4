/** A WebSocket peer that says exactly what it is told: frames as hex or parts, taken apart as they come back. As a client it can connect. */
import { Buffer } from "node:buffer";
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import { Application, RequestHandler } from "../../src/web/index.ts";
import { WebSocketHandler } from "../../src/web/websocket.ts";
import type { Message, WebSocketOptions } from "../../src/web/websocket.ts";
import { serving } from "../_support/wire.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";

export interface Frame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  /** It came masked; `payload` is not, any more. */
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** A frame with these flags and this opcode; without a key it is not masked. */
function framed(first: number, payload: Uint8Array | string, key?: number): Buffer {
  const data = typeof payload === "string" ? Buffer.from(payload) : payload;
  const size = data.length < 126 ? 0 : data.length < 65_536 ? 2 : 8;
  const start = 2 + size + (key === undefined ? 0 : 4);
  const frame = Buffer.allocUnsafe(start + data.length);
  frame[0] = first;
  frame[1] = (key === undefined ? 0 : 0x80) | (size === 0 ? data.length : size === 2 ? 126 : 127);
  if (size === 2) frame.writeUInt16BE(data.length, 2);
  if (size === 8) frame.writeBigUInt64BE(BigInt(data.length), 2);
  frame.set(data, start);
  if (key === undefined) return frame;
  frame.writeUInt32BE(key, start - 4);
  for (let i = start; i < frame.length; i++)
    frame[i] = (frame[i] as number) ^ (frame[start - 4 + ((i - start) & 3)] as number);
  return frame;
}

/** A masked frame, as of a client. `first`: flags and opcode. */
export const masked = (first: number, payload: Uint8Array | string = "", key = 0x01a2fe7f): Buffer =>
  framed(first, payload, key);

/** A frame of a server. */
export const unmasked = (first: number, payload: Uint8Array | string = ""): Buffer => framed(first, payload);

export const closeFrame = (code: number, reason = ""): Buffer => {
  const data = Buffer.alloc(2 + Buffer.byteLength(reason));
  data.writeUInt16BE(code);
  data.write(reason, 2);
  return masked(0x88, data);
};

export class RawWebSocket {
  readonly socket: net.Socket;
  /** What has come and was not looked at yet; joined when somebody looks, not with every read. */
  #chunks: Buffer[] = [];
  /** Bytes of what is not joined. */
  #unjoined = 0;
  #rest: Buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined = undefined;
  ended = false;
  /** The answer to the handshake. */
  answer = "";

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#unjoined += chunk.length;
      this.#wake?.();
    });
    const over = (): void => {
      this.ended = true;
      this.#wake?.();
    };
    socket.on("end", over);
    socket.on("close", over);
    socket.on("error", over);
  }

  /** `ca`: over TLS, the server's certificate being for `localhost`. */
  static async open(port: number, path = "/", fields = "", ca?: string): Promise<RawWebSocket> {
    const to = { port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true };
    const socket = ca === undefined ? net.connect(to) : tls.connect({ ...to, ca, servername: "localhost" });
    await once(socket, ca === undefined ? "connect" : "secureConnect");
    const raw = new RawWebSocket(socket);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${fields}\r\n`,
    );
    raw.answer = await raw.head();
    if (!raw.answer.startsWith("HTTP/1.1 101 Switching Protocols\r\n")) throw new Error(raw.answer);
    return raw;
  }

  get #bytes(): Buffer {
    if (this.#chunks.length > 0) this.#rest = Buffer.concat([this.#rest, ...this.#chunks.splice(0)]);
    this.#unjoined = 0;
    return this.#rest;
  }
  async #more(): Promise<boolean> {
    if (this.ended) return false;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return true;
  }
  /** The head of the answer to the handshake. */
  async head(): Promise<string> {
    for (;;) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end >= 0) {
        const head = this.#bytes.toString("latin1", 0, end);
        this.#rest = this.#bytes.subarray(end + 4);
        return head;
      }
      if (!(await this.#more())) throw new Error("no answer");
    }
  }
  write(...frames: readonly (Buffer | string)[]): void {
    this.socket.write(Buffer.concat(frames.map((one) => (typeof one === "string" ? Buffer.from(one, "hex") : one))));
  }

  /** The next frame; undefined once the peer has closed its side. */
  async frame(): Promise<Frame | undefined> {
    for (let needed = 2; ;) {
      if (this.#rest.length + this.#unjoined < needed) {
        if (!(await this.#more())) return undefined;
        continue;
      }
      const bytes = this.#bytes;
      const first = bytes[0] as number;
      const isMasked = (bytes[1] as number) >= 128;
      const short = (bytes[1] as number) & 127;
      const size = short < 126 ? 0 : short === 126 ? 2 : 8;
      const start = (needed = 2 + size + (isMasked ? 4 : 0));
      if (bytes.length < needed) continue;
      const length = size === 0 ? short : size === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      needed += length;
      if (bytes.length < needed) continue;
      const payload = Buffer.from(bytes.subarray(start, needed));
      if (isMasked)
        for (let i = 0; i < length; i++) payload[i] = (payload[i] as number) ^ (bytes[start - 4 + (i & 3)] as number);
      this.#rest = bytes.subarray(needed);
      return { fin: first >= 128, rsv: (first >> 4) & 7, opcode: first & 15, masked: isMasked, payload };
    }
  }
  /** The code of the close frame that must come next. */
  async closeCode(): Promise<number> {
    const frame = await this.frame();
    if (frame?.opcode !== 8) throw new Error(`no close frame but ${JSON.stringify(frame)}`);
    return frame.payload.length === 0 ? 1005 : frame.payload.readUInt16BE();
  }
  async text(): Promise<string> {
    const frame = await this.frame();
    if (frame?.opcode !== 1 && frame?.opcode !== 2) throw new Error(`no message but ${JSON.stringify(frame)}`);
    return frame.payload.toString(frame.opcode === 1 ? "utf8" : "hex");
  }
  /** Nothing more comes: the server has closed its side. */
  async over(): Promise<void> {
    const frame = await this.frame();
    if (frame !== undefined) throw new Error(`one more frame: ${JSON.stringify(frame)}`);
  }
  destroy(): void {
    this.socket.destroy();
  }
}

/** What an echo has been told, in order. */
export class Log {
  readonly events: string[] = [];
  #closed: (() => void) | undefined = undefined;
  readonly closed: Promise<void> = new Promise((resolve) => (this.#closed = resolve));
  add(event: string): void {
    this.events.push(event);
    if (event.startsWith("close")) this.#closed?.();
  }
}

/** Serves an echo at `/`, and whatever else is given, while `use` runs. */
export async function withEcho(
  use: (port: number, log: Log) => Promise<void>,
  {
    options = {},
    server = {},
    echo,
  }: { options?: WebSocketOptions; server?: HTTPServerOptions; echo?: typeof WebSocketHandler } = {},
): Promise<void> {
  const log = new Log();
  class Echo extends WebSocketHandler {
    override open() {
      log.add("open");
    }
    override onMessage(message: Message) {
      void this.writeMessage(message);
    }
    override onPing(data: Buffer) {
      log.add(`ping ${data.toString()}`);
    }
    override onPong(data: Buffer) {
      log.add(`pong ${data.toString()}`);
    }
    override onClose(code: number, reason: string) {
      log.add(`close ${code} ${reason}`);
    }
  }
  const routes = [
    ["/", echo ?? Echo],
    ["/plain", RequestHandler],
  ] as const;
  const app = new Application(routes as never, { accessLog: false, websocket: options });
  await serving(app, server, (port) => use(port, log));
}
