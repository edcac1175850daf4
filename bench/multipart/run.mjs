/**
 * `node bench/multipart/run.mjs [--scan]`: a multipart form taken apart, beside busboy and its fork. Each contender has a turn in every
 * round; the best round of each counts, since noise only ever adds. All get the same chunks of 64 KiB and count the bytes of the parts.
 * With `--scan`: what finds a delimiter fastest that is not there, which decides src/http/message/multipart/scan.ts.
 */
import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
execFileSync(process.execPath, [join(root, "scripts/setup.mjs")], { stdio: "inherit" });
if (!existsSync(join(here, "node_modules/busboy"))) {
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: here, stdio: "inherit" });
}
const require = createRequire(import.meta.url);
const { abi } = await import("../../build/parser/index.js");
const { createWasmParser } = await import("../../build/parser/wasm/index.js");
const { createTsParser } = await import("../../build/parser/ts/index.js");
const { MultipartParser, MultipartStream, parseMultipartFormData } = await import("../../build/http/httputil.js");
const busboy = require("busboy");
const { Busboy } = require("@fastify/busboy");

const ROUNDS = 9;
const CHUNK = 65_536;
const BOUNDARY = "----WebKitFormBoundaryTFhBj0tMuq8CdvxG";
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const MIB = 1024 * 1024;

const random = randomFillSync(Buffer.alloc(16 * MIB));
const lines = Buffer.alloc(16 * MIB, "2026-11-21,42,some text,3.1415,and a little more of it\r\n");
const zeros = Buffer.alloc(16 * MIB);

const part = (head, body) => [
  Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
  body,
  Buffer.from("\r\n"),
];
const file = (body) => part('name="f"; filename="a.bin"\r\nContent-Type: application/octet-stream', body);
const fields = (count) =>
  Array.from({ length: count }, (_, i) => part(`name="field${i}"`, Buffer.from(`value ${i}`))).flat();
const form = (parts) => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);

const inputs = {
  "16 MiB file, random bytes": form(file(random)),
  "16 MiB file, lines of text": form(file(lines)),
  "16 MiB file, zeros": form(file(zeros)),
  "form of 10 fields": form(fields(10)),
  "form of 900 fields": form(fields(900)),
};

const chunksOf = (bytes) =>
  Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => bytes.subarray(i * CHUNK, (i + 1) * CHUNK));

function pushed(parser) {
  return (chunks) => {
    let size = 0;
    const sink = { partBegin() {}, partData: (bytes) => void (size += bytes.length), partEnd() {} };
    const reader = new MultipartParser(BOUNDARY, sink, { parser });
    for (const chunk of chunks) reader.feed(chunk);
    reader.end();
    return size;
  };
}

async function streamed(chunks) {
  const stream = new MultipartStream(TYPE);
  const feed = async () => {
    for (const chunk of chunks) await stream.push(chunk);
    stream.end();
  };
  let size = 0;
  const read = async () => {
    for await (const one of stream) for await (const piece of one.body) size += piece.length;
  };
  await Promise.all([read(), feed()]);
  return size;
}

function whole(_chunks, bytes) {
  const args = Object.create(null);
  const files = Object.create(null);
  parseMultipartFormData(BOUNDARY, bytes, args, files);
  let size = 0;
  for (const name of Object.keys(args)) for (const value of args[name]) size += value.length;
  for (const name of Object.keys(files)) for (const value of files[name]) size += value.body.length;
  return size;
}

const peer = (make, ended) => (chunks) =>
  new Promise((resolve, reject) => {
    let size = 0;
    const reader = make({ headers: { "content-type": TYPE } });
    reader.on("file", (_name, stream) => stream.on("data", (bytes) => void (size += bytes.length)));
    reader.on("field", (_name, value) => void (size += value.length));
    reader.on("error", reject);
    reader.on(ended, () => resolve(size));
    let i = 0;
    const write = () => {
      while (i < chunks.length) if (!reader.write(chunks[i++])) return void reader.once("drain", write);
      reader.end();
    };
    write();
  });

const contenders = {
  "MultipartParser (wasm)": pushed(createWasmParser()),
  "MultipartParser (ts)": pushed(createTsParser()),
  MultipartStream: streamed,
  parseMultipartFormData: whole,
  busboy: peer((options) => busboy(options), "close"),
  "@fastify/busboy": peer((options) => new Busboy(options), "finish"),
};

async function measure(input) {
  const chunks = chunksOf(input);
  const repeat = Math.max(1, Math.round((4 * MIB) / input.length));
  const best = Object.fromEntries(Object.keys(contenders).map((name) => [name, Infinity]));
  let expected;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = performance.now();
      let size = 0;
      for (let i = 0; i < repeat; i++) size = await run(chunks, input);
      best[name] = Math.min(best[name], (performance.now() - start) / repeat);
      expected ??= size;
      if (size !== expected) throw new Error(`${name} counts ${size} bytes, not ${expected}`);
    }
  }
  return best;
}

async function forms() {
  for (const [title, input] of Object.entries(inputs)) {
    const best = await measure(input);
    console.log(`\n${title} (${input.length} bytes)`);
    for (const [name, ms] of Object.entries(best)) {
      const speed = `${(input.length / ms / 1e6).toFixed(2)} GB/s`;
      console.log(
        `  ${name.padEnd(24)} ${ms.toFixed(4).padStart(9)} ms  ${speed.padStart(11)}  ${(best["@fastify/busboy"] / ms).toFixed(1)}×`,
      );
    }
  }
}

function scans() {
  const needle = Buffer.from(`\r\n--${BOUNDARY}`);
  for (const parser of [createWasmParser(), createTsParser()]) {
    for (const [title, bytes] of Object.entries({ random, lines, zeros })) {
      const piece = bytes.subarray(0, CHUNK);
      const ways = {
        "copied to the parser": () => {
          parser.buffer.set(needle, abi.NEEDLE);
          parser.buffer.set(piece, abi.SCRATCH);
          return parser.indexOf(abi.SCRATCH, abi.SCRATCH + CHUNK, needle.length);
        },
        "Buffer.indexOf": () => piece.indexOf(needle),
      };
      const speeds = Object.entries(ways).map(([name, run]) => {
        let best = Infinity;
        for (let round = 0; round < ROUNDS; round++) {
          const start = performance.now();
          for (let i = 0; i < 200; i++) if (run() !== -1) throw new Error("found");
          best = Math.min(best, performance.now() - start);
        }
        return `${name} ${((CHUNK * 200) / best / 1e6).toFixed(1)} GB/s`;
      });
      console.log(`${parser.kind.padEnd(5)} ${title.padEnd(7)} ${speeds.join(", ")}`);
    }
  }
}

if (process.argv.includes("--scan")) scans();
else await forms();
