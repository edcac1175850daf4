/** Uploads over raw HTTP and through the command-line uploader: large ones in little memory, refusals before a byte is sent. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { startExample } from "../_support/example.ts";
import type { Example } from "../_support/example.ts";
import { LOADER } from "../_support/loader.ts";
import { suite } from "../_support/suite.ts";
import { withPeer } from "../_support/wire.ts";
import type { Answer, Peer } from "../_support/wire.ts";

const test = suite("examples/upload", { deadline: 60 });

/** Bytes of the large file, and what the server's memory may grow by while it comes. */
const LARGE = 200_000_000;
const MAY_GROW = 80_000_000;
/** Of LARGE zeros. */
const LARGE_SHA256 = "d162f6594b643795442d4c7bba3a1711962b9e63717625d9f1f9696df315c86b";

const folder = mkdtempSync(join(tmpdir(), "landspout-test-"));
const large = join(folder, "large.bin");
let server: Example;

interface Stored {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** Most memory a process has had so far; bytes. Linux only. */
function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

const start = (...args: string[]): Promise<Example> =>
  startExample("upload/server.ts", ["--port", "0", "--quiet", "--folder", folder, ...args]);
const storeOf = ({ banner }: Example): string => /folder +(.*), deleted/.exec(banner)?.[1] ?? "";

async function upload(port: number, ...paths: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const args = [...LOADER, "examples/upload/upload.ts", ...paths, "--to", `http://127.0.0.1:${port}`];
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece) => (stdout += String(piece)));
  child.stderr.on("data", (piece) => (stderr += String(piece)));
  const [status] = (await once(child, "close")) as [number];
  return { status, stdout, stderr };
}

interface Part {
  readonly name: string;
  readonly content: string;
}
const formOf = (parts: readonly Part[]): string =>
  parts
    .map(
      ({ name, content }) =>
        `--limit\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n`,
    )
    .join("") + "--limit--\r\n";

function post(peer: Peer, body: string, fields: { [name: string]: string | number } = {}): Promise<Answer> {
  const all = {
    Host: "localhost",
    "Content-Type": "multipart/form-data; boundary=limit",
    "Content-Length": Buffer.byteLength(body, "latin1"),
    ...fields,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  peer.write(`POST /files HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  return peer.answer();
}
function ask(peer: Peer, line: string, fields = ""): Promise<Answer> {
  peer.write(`${line} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
  return peer.answer();
}
const parsed = (answer: Answer): { files: Stored[]; error?: string; free?: number } =>
  JSON.parse(Buffer.from(answer.body, "latin1").toString()) as { files: Stored[]; error?: string; free?: number };

test.before(async () => {
  writeFileSync(large, "");
  truncateSync(large, LARGE);
  server = await start();
});
test.after(async () => {
  await server?.stop();
  assert.equal(readdirSync(folder), ["large.bin"], "a server leaves nothing behind");
  rmSync(folder, { recursive: true, force: true });
});

test("takes a large file from the command line in little memory", async () => {
  const before = process.platform === "linux" ? peakMemory(server.pid) : 0;
  const { status, stdout, stderr } = await upload(server.port, large);
  assert.is(status, 0, stderr);
  assert.is(stdout, `large.bin: ${LARGE} bytes, SHA-256 ${LARGE_SHA256}\n`);
  assert.match(stderr, /^large\.bin: 10 %\n(?:large\.bin: \d0 %\n)*large\.bin: 100 %\n$/);
  if (process.platform === "linux") {
    const grown = peakMemory(server.pid) - before;
    assert.ok(grown < MAY_GROW, `the server has grown by ${grown} bytes`);
  }
  await withPeer(server.port, async (peer) => {
    const [stored] = parsed(await ask(peer, "GET /files")).files;
    assert.is(stored?.sha256, LARGE_SHA256);
    const part = await ask(peer, `GET /files/${stored?.id}`, "Range: bytes=-3\r\n");
    assert.is(part.status, 206);
    assert.is(part.body, "\0\0\0");
    assert.is((await ask(peer, `DELETE /files/${stored?.id}`)).status, 204);
    assert.equal(parsed(await ask(peer, "GET /files")).files, []);
  });
});

test("sends several files from the command line, and says which it could not", async () => {
  const small = join(folder, "kleiner żółw.txt");
  const empty = join(folder, 'empty "one".txt');
  writeFileSync(small, "ü");
  writeFileSync(empty, "");
  const { status, stdout, stderr } = await upload(server.port, small, join(folder, "missing"), empty);
  for (const path of [small, empty]) rmSync(path);
  assert.is(status, 1);
  assert.match(
    stdout,
    /^kleiner żółw\.txt: 2 bytes, SHA-256 [0-9a-f]{64}\nempty "one"\.txt: 0 bytes, SHA-256 e3b0c442/,
  );
  assert.match(stderr, "missing: ENOENT");
  await withPeer(server.port, async (peer) => {
    const { files } = parsed(await ask(peer, "GET /files"));
    assert.equal(
      files.map(({ name }) => name),
      ['empty "one".txt', "kleiner żółw.txt"],
    );
    const answer = await ask(peer, `GET /files/${files[1]?.id}`);
    assert.is(answer.headers["content-disposition"], "attachment; filename*=UTF-8''kleiner%20%C5%BC%C3%B3%C5%82w.txt");
    assert.is(answer.headers["content-type"], "application/octet-stream");
    for (const { id } of files) await ask(peer, `DELETE /files/${id}`);
  });
});

test("refuses what is too large before a byte of it is sent", async () => {
  const strict = await start("--max-size", "1M", "--room", "2M");
  try {
    const { status, stdout, stderr } = await upload(strict.port, large);
    assert.is(status, 1);
    assert.is(stdout, "");
    assert.is(stderr, `${large}: A file has at most 1 MB\n`, "no progress: nothing was sent");
    await withPeer(strict.port, async (peer) => {
      const answer = await post(peer, "", { "Content-Length": LARGE, Expect: "100-continue" });
      assert.is(answer.status, 413, "~> and no 100 before it");
      assert.is(answer.headers["connection"], "close");
    });
    await withPeer(strict.port, async (peer) => {
      const form = formOf([{ name: "a", content: "x".repeat(1_000_001) }]);
      assert.is((await post(peer, form)).status, 413, "~> counted, where the form's length says nothing of it");
    });
    const fill = formOf([{ name: "a", content: "x".repeat(900_000) }]);
    await withPeer(strict.port, async (peer) => {
      for (let i = 0; i < 2; i++) assert.is((await post(peer, fill)).status, 201);
      const full = await post(peer, fill);
      assert.is(full.status, 507);
      assert.is(parsed(full).error, "There is room for 200 kB only");
    });
    assert.is(readdirSync(storeOf(strict)).length, 2);
  } finally {
    await strict.stop();
  }
});

test("takes several files in one form: all, or none", async () => {
  const parts = [
    { name: "a.txt", content: "first" },
    { name: "../../b.txt", content: "second" },
  ];
  await withPeer(server.port, async (peer) => {
    const { files } = parsed(await post(peer, formOf(parts)));
    assert.equal(
      files.map(({ name, size }) => [name, size]),
      [
        ["a.txt", 5],
        ["b.txt", 6],
      ],
    );
    for (const { id } of files) assert.is((await ask(peer, `DELETE /files/${id}`)).status, 204);
    assert.is((await ask(peer, `DELETE /files/${files[0]?.id}`)).status, 404);
    const torn = formOf(parts).replace("--limit--\r\n", "--limit\r\nno header\r\n\r\n");
    const answer = await post(peer, torn);
    assert.is(answer.status, 400);
  });
  assert.equal(readdirSync(storeOf(server)), []);
});

test("keeps nothing of a client that leaves in the middle", async () => {
  await withPeer(server.port, async (peer) => {
    const form = formOf([{ name: "a", content: "x".repeat(500_000) }]);
    peer.write(
      "POST /files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=limit\r\n" +
        `Content-Length: ${form.length}\r\n\r\n${form.slice(0, 300_000)}`,
    );
    await waitUntil(() => readdirSync(storeOf(server)).length === 1);
  });
  await waitUntil(() => readdirSync(storeOf(server)).length === 0);
  await withPeer(server.port, async (peer) => {
    assert.is(parsed(await ask(peer, "GET /files")).free, 16_000_000_000, "its room is given back");
  });
});

/** The disk tells nobody when it is done: asked again and again. The deadline of the test ends it. */
async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("refuses what it cannot take, and says why", async () => {
  const form = formOf([{ name: "a", content: "x" }]);
  for (const [fields, body, status, error] of [
    [{ Origin: "http://elsewhere.example" }, form, 403, "Uploads from pages of other sites are not taken"],
    [{ "Sec-Fetch-Site": "cross-site" }, form, 403, "Uploads from pages of other sites are not taken"],
    [
      { "Content-Type": "multipart/form-data" },
      form,
      400,
      "Invalid multipart/form-data: multipart boundary not found.",
    ],
    [{}, "--limit--\r\n", 400, "There is no file in this form"],
  ] as const) {
    await withPeer(server.port, async (peer) => {
      const answer = await post(peer, body, fields);
      assert.is(answer.status, status);
      assert.is(parsed(answer).error, error);
    });
  }
  await withPeer(server.port, async (peer) => {
    peer.write("POST /files HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    const answer = await peer.answer();
    assert.is(answer.status, 411);
    assert.is(parsed(answer).error, "Say how long the upload is");
  });
  await withPeer(server.port, async (peer) => {
    const answer = await ask(peer, "DELETE /files/0123", "Origin: http://elsewhere.example\r\n");
    assert.is(answer.status, 403);
    assert.is((await ask(peer, "GET /files/..%2Fserver.ts")).status, 404);
    assert.is((await ask(peer, "GET /server.ts")).status, 404);
  });
});

test("serves its page under a content security policy", async () => {
  await withPeer(server.port, async (peer) => {
    for (const [path, type] of [
      ["/", "text/html"],
      ["/style.css", "text/css"],
      ["/upload.js", "text/javascript"],
    ] as const) {
      const { headers } = await ask(peer, `GET ${path}`);
      assert.is(headers["content-type"], `${type}; charset=UTF-8`);
      assert.match(headers["content-security-policy"] ?? "", "default-src 'none'; script-src 'self'");
      assert.is((await ask(peer, `GET ${path}`, `If-None-Match: ${headers["etag"]}\r\n`)).status, 304);
    }
  });
});

test.run();
