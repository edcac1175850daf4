/** One request through two exchanges: over a socket, and in memory. What comes of it, in a form that can be compared. */
import { Buffer } from "node:buffer";
import { setLoggers } from "../../src/log.ts";
import type { Logger } from "../../src/log.ts";
import type { RequestCallback } from "../../src/http/delegates.ts";
import type { HTTPServerConnectionDelegate } from "../../src/http/interfaces.ts";
import { MemoryServer } from "../../src/http/memory/memory-server.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import { serving, withPeer } from "../_support/wire.ts";

export interface Asked {
  readonly method?: string;
  readonly target: string;
  /** Host comes by itself where it is not named. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** No Host. */
  readonly hostless?: boolean;
  /** Content of a known length. */
  readonly content?: string | Uint8Array;
  /** Content of unknown length. */
  readonly pieces?: readonly string[];
}

export interface Outcome {
  readonly status: number;
  readonly reason: string;
  /** Sorted lines, without the fields of framing and of the connection; the date is only there. */
  readonly fields: readonly string[];
  /** The content, one character a byte. */
  readonly body: string;
  readonly complete: boolean;
  /** `[level logger] message`, times and addresses left out. */
  readonly log: readonly string[];
}

type Delegate = HTTPServerConnectionDelegate | RequestCallback;

const OF_FRAMING = /^(?:connection|transfer-encoding|keep-alive|te|trailer|upgrade):/;

const line = (name: string, value: string): string =>
  `${name.toLowerCase()}: ${name.toLowerCase() === "date" ? "…" : value}`;
const comparable = (lines: readonly string[]): string[] => lines.filter((one) => !OF_FRAMING.test(one)).sort();

async function logged<T>(run: () => Promise<T>): Promise<readonly [result: T, log: string[]]> {
  const log: string[] = [];
  const recorder = (name: string): Logger => {
    const record =
      (level: string) =>
      (message: string): void => {
        // Stacks differ below the handler.
        const [first = ""] = message.split("\n");
        log.push(`[${level} ${name}] ${first.replace(/ [0-9.]+ms$/, " …ms")}`);
      };
    return { debug: () => undefined, info: record("info"), warn: record("warn"), error: record("error") };
  };
  const before = setLoggers({
    access: recorder("access"),
    application: recorder("application"),
    general: recorder("general"),
  });
  try {
    const result = await run();
    await new Promise((resolve) => setImmediate(resolve));
    return [result, log];
  } finally {
    setLoggers(before);
  }
}

const fieldsOf = ({ fields = [], hostless }: Asked): (readonly [string, string])[] =>
  hostless === true || fields.some(([name]) => name.toLowerCase() === "host")
    ? [...fields]
    : [["Host", "localhost"], ...fields];

function textOf(asked: Asked): Buffer {
  const { content, pieces } = asked;
  const lines = fieldsOf(asked).map(([name, value]) => `${name}: ${value}\r\n`);
  lines.push("Connection: close\r\n");
  const bytes = content === undefined ? Buffer.alloc(0) : Buffer.from(content as string);
  if (content !== undefined) lines.push(`Content-Length: ${bytes.length}\r\n`);
  const given = asked.fields?.some(([name]) => name.toLowerCase() === "content-length") === true;
  if (pieces !== undefined && !given) lines.push("Transfer-Encoding: chunked\r\n");
  const chunk = (piece: string): Buffer =>
    given ? Buffer.from(piece) : Buffer.from(`${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`);
  return Buffer.concat([
    Buffer.from(`${asked.method ?? "GET"} ${asked.target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"),
    bytes,
    ...(pieces ?? []).map(chunk),
    ...(pieces === undefined || given ? [] : [Buffer.from("0\r\n\r\n")]),
  ]);
}

export async function overSocket(delegate: Delegate, options: HTTPServerOptions, asked: Asked): Promise<Outcome> {
  const [text, log] = await logged(() =>
    serving(delegate, options, (port) =>
      withPeer(port, async (peer) => {
        peer.write(textOf(asked));
        return peer.rest();
      }),
    ),
  );
  const response = responseIn(text, asked.method === "HEAD");
  return { ...(response.complete ? response : NOTHING), log };
}

const NOTHING: Omit<Outcome, "log"> = { status: 0, reason: "", fields: [], body: "", complete: false };

function responseIn(all: string, toHead: boolean): Omit<Outcome, "log"> {
  let text = all;
  // Interim responses may be left out on the way (RFC 9110 §15.2).
  while (/^HTTP\/1\.1 1(?!01)/.test(text)) text = text.slice(text.indexOf("\r\n\r\n") + 4);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return NOTHING;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const fields = lines.map((one) => line(one.slice(0, one.indexOf(":")), one.slice(one.indexOf(":") + 1).trim()));
  const status = Number(first.slice(9, 12));
  let body = text.slice(end + 4);
  let complete = true;
  const length = fields.find((one) => one.startsWith("content-length: "))?.slice(16);
  if (toHead || status === 204 || status === 304) body = "";
  else if (fields.includes("transfer-encoding: chunked")) [body, complete] = dechunked(body);
  else if (length !== undefined) complete = body.length >= Number(length);
  return { status, reason: first.slice(13), fields: comparable(fields), body, complete };
}

function dechunked(text: string): [body: string, complete: boolean] {
  let body = "";
  for (let at = 0; ;) {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return [body, false];
    const size = Number.parseInt(text.slice(at, end), 16);
    if (size === 0) return [body, true];
    body += text.slice(end + 2, end + 2 + size);
    at = end + 4 + size;
  }
}

export async function inMemory(delegate: Delegate, options: HTTPServerOptions, asked: Asked): Promise<Outcome> {
  const server = new MemoryServer(delegate, options);
  const { method = "GET", target, content, pieces } = asked;
  const [result, log] = await logged(
    () =>
      new Promise<Omit<Outcome, "log">>((resolve) => {
        let response: Omit<Outcome, "log"> = NOTHING;
        let body = "";
        const head = (status: number, reason: string, lines: readonly string[]): void => {
          const fields = lines.flatMap((name, i) => (i % 2 === 0 ? [line(name, lines[i + 1] as string)] : []));
          response = { status, reason, fields: comparable(fields), body: "", complete: false };
        };
        const connection = server.connect(
          {
            whole: (status, reason, lines, bytes) => {
              head(status, reason, lines);
              resolve({ ...response, body: Buffer.from(bytes as string).toString("latin1"), complete: true });
            },
            head,
            content: (piece) => {
              body += piece.toString("latin1");
              queueMicrotask(() => connection.taken(piece.length));
            },
            complete: () => resolve({ ...response, body, complete: true }),
            // How much of it has been sent is a question of turns.
            failed: () => resolve(NOTHING),
          },
          { remoteAddress: "127.0.0.1" },
        );
        const bytes = content === undefined ? undefined : Buffer.from(content as string);
        connection.begin({
          method,
          target,
          fields: fieldsOf(asked).flat(),
          content: pieces === undefined ? bytes : given(pieces),
        });
      }),
  );
  return { ...result, log };
}

async function* given(pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.from(piece);
  }
}
