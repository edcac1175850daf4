/**
 * Sends files to the upload server from the command line, with a progress bar and without holding them in memory:
 * `node --import tsx examples/upload/upload.ts FILE… --to http://localhost:8888`. It waits for the server's consent before it sends
 * (`Expect: 100-continue`), so that a file which is refused is not sent at all.
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { fail } from "../arguments.ts";

/** Seconds to wait for a server that knows nothing of consent (RFC 9110 §10.1.1: not "for an indefinite period"). */
const PATIENCE = 2;
/** Milliseconds between two pictures of the bar. */
const FRAME = 100;

function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

/** One line on a terminal, drawn again and again; elsewhere a line for every tenth. */
class ProgressBar {
  readonly #name: string;
  readonly #total: number;
  readonly #began = performance.now();
  #drawn = -Infinity;
  #tenths = 0;

  constructor(name: string, total: number) {
    // Names may hold what moves a cursor.
    this.#name = name.replace(/\p{C}/gu, "?");
    this.#total = total;
  }

  show(sent: number): void {
    const share = this.#total === 0 ? 1 : sent / this.#total;
    const now = performance.now();
    if (!process.stderr.isTTY) {
      const tenths = Math.floor(share * 10);
      if (tenths > this.#tenths) console.error(`${this.#name}: ${tenths * 10} %`);
      this.#tenths = Math.max(tenths, this.#tenths);
      return;
    }
    if (now - this.#drawn < FRAME && sent < this.#total) return;
    this.#drawn = now;
    const seconds = (now - this.#began) / 1000;
    const speed = seconds > 0 ? sent / seconds : 0;
    const left = speed > 0 ? `${Math.ceil((this.#total - sent) / speed)} s left` : "";
    const facts = `${String(Math.floor(share * 100)).padStart(3)} %  ${sizeText(sent)}  ${sizeText(speed)}/s  ${left}`;
    const room = Math.max(10, (process.stderr.columns ?? 80) - 1);
    const width = Math.max(5, Math.min(30, room - facts.length - 25));
    const full = Math.round(width * share);
    const name = this.#name.length > 20 ? `${this.#name.slice(0, 19)}…` : this.#name.padEnd(20);
    const line = `${name} ${"█".repeat(full)}${"░".repeat(width - full)} ${facts}`;
    process.stderr.write(`\r\x1b[K${line.slice(0, room)}`);
  }
  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  }
}

interface Answer {
  readonly files?: readonly { readonly id: string; readonly size: number; readonly sha256: string }[];
  readonly error?: string;
}

function readAnswer(response: http.IncomingMessage, text: string): Answer {
  let answer: Answer = {};
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    // Some proxy's page, perhaps.
  }
  if (response.statusCode === 201) return answer;
  throw new Error(answer.error ?? `the server answered ${response.statusCode}`);
}

/** Waits until the request wants more: false when it will not have it. Its listeners are there once, however often it is asked. */
function newDrain(request: http.ClientRequest): () => Promise<boolean> {
  let wake: ((more: boolean) => void) | undefined;
  request.on("drain", () => wake?.(true));
  request.once("close", () => wake?.(false));
  return () => (request.destroyed ? Promise.resolve(false) : new Promise((resolve) => (wake = resolve)));
}

async function send(path: string, url: URL): Promise<void> {
  const { size } = await stat(path);
  const boundary = `----landspout-${randomBytes(16).toString("hex")}`;
  // The names browsers send are quoted like this (HTML standard, "multipart/form-data encoding algorithm").
  const name = basename(path).replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`;
  const head = `--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const bar = new ProgressBar(basename(path), size);
  const request = (url.protocol === "https:" ? https : http).request(url, {
    method: "POST",
    headers: {
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
      "Content-Length": Buffer.byteLength(head) + size + tail.length,
      Expect: "100-continue",
    },
  });
  const answered = new Promise<Answer>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.once("error", reject);
      response.once("end", () => {
        try {
          resolve(readAnswer(response, text));
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  });
  // Whoever answers before the end has refused, and needs no more.
  let done = false;
  const over = answered.then(
    () => void (done = true),
    () => void (done = true),
  );
  const consent = new Promise<void>((resolve) => {
    request.once("continue", resolve);
    setTimeout(resolve, PATIENCE * 1000).unref();
  });
  request.flushHeaders();
  await Promise.race([consent, over]);
  try {
    if (!done) await sendContent(request, path, size, head, tail, bar, () => done);
    const { files } = await answered;
    bar.end();
    const [file] = files ?? [];
    console.log(`${basename(path)}: ${file?.size} bytes, SHA-256 ${file?.sha256}`);
  } finally {
    bar.end();
    request.destroy();
  }
}

async function sendContent(
  request: http.ClientRequest,
  path: string,
  size: number,
  head: string,
  tail: string,
  bar: ProgressBar,
  isDone: () => boolean,
): Promise<void> {
  const drained = newDrain(request);
  request.write(head);
  let sent = 0;
  if (size > 0) {
    // No more than was announced, even if the file has grown meanwhile.
    for await (const piece of createReadStream(path, { end: size - 1, highWaterMark: 256 * 1024 })) {
      if (isDone()) return;
      const more = request.write(piece as Buffer);
      sent += (piece as Buffer).length;
      bar.show(sent);
      if (!more && !(await drained())) return;
    }
  }
  if (sent < size) throw new Error("the file was cut short while it was sent");
  bar.show(sent);
  request.end(tail);
}

const USAGE = "Usage: upload.ts FILE… [--to http://localhost:8888]";

function readCall(): { values: { to: string }; positionals: string[] } {
  try {
    return parseArgs({ allowPositionals: true, options: { to: { type: "string", default: "http://localhost:8888" } } });
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`);
  }
}

const { values, positionals } = readCall();
if (positionals.length === 0 || !URL.canParse(values.to)) fail(USAGE);
for (const path of positionals) {
  try {
    await send(path, new URL("/files", values.to));
  } catch (error) {
    console.error(`${path}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
