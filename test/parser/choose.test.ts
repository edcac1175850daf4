/** Which parser runs, tried for real: processes without WebAssembly, without SIMD, without room; the option and the variable. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/httpserver.ts";
import { createParser, sharedParser } from "../../src/parser/choose.ts";
import { suite } from "../_support/suite.ts";

const test = suite("choice of the parser", { deadline: 30 });
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const onBun = "Bun" in globalThis;
let folder = "";

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "landspout-"));
});
test.after(() => rmSync(folder, { recursive: true }));

interface Told {
  parser: string;
  reason: string;
  body: string;
}

/** A process of its own that serves one request and says which parser did it. `before` runs first. */
async function served({ flags = [] as string[], env = {}, before = "", options = "{}" } = {}): Promise<Told> {
  const script = join(folder, `serve-${Math.random().toString(36).slice(2)}.mjs`);
  const at = (path: string): string => JSON.stringify(pathToFileURL(join(root, "build", path)).href);
  writeFileSync(
    script,
    `${before}
    const { HTTPServer } = await import(${at("http/httpserver.js")});
    const { HTTPHeaders } = await import(${at("http/headers.js")});
    const { createConnection } = await import("node:net");
    const server = new HTTPServer((request) => {
      request.connection.writeHeaders({ code: 200, reason: "OK" }, new HTTPHeaders({ "Content-Length": request.uri.length }), request.uri);
      request.connection.finish();
    }, ${options});
    await server.listen(0, "127.0.0.1");
    const socket = createConnection(server.port, "127.0.0.1");
    socket.write("GET /served HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n");
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    console.log(JSON.stringify({ parser: server.parser, reason: server.parserReason, body: answer.split("\\r\\n\\r\\n")[1] }));
    process.exit(0);`,
  );
  const { stdout } = await run(process.execPath, [...flags, script], {
    env: { ...process.env, LANDSPOUT_PARSER: "", ...env },
  });
  return JSON.parse(stdout) as Told;
}

test("takes Wasm where it runs", async () => {
  assert.equal(await served(), { parser: "wasm", reason: "WebAssembly with SIMD runs here", body: "/served" });
});
test("takes TypeScript by option and by variable, and Wasm by name", async () => {
  assert.equal(await served({ options: '{ parser: "ts" }' }), {
    parser: "ts",
    reason: "asked for by the option parser",
    body: "/served",
  });
  assert.equal(await served({ env: { LANDSPOUT_PARSER: "ts" } }), {
    parser: "ts",
    reason: "asked for by LANDSPOUT_PARSER",
    body: "/served",
  });
  assert.is((await served({ env: { LANDSPOUT_PARSER: "ts" }, options: '{ parser: "wasm" }' })).parser, "wasm");
});
if (!onBun) {
  test("falls back under node --jitless, where WebAssembly is missing", async () => {
    const told = await served({ flags: ["--jitless"] });
    assert.is(told.parser, "ts");
    assert.match(told.reason, "WebAssembly is missing");
    assert.is(told.body, "/served");
  });
  test("falls back where the engine has no SIMD", async () => {
    // V8 can leave it out; engines that cannot are imitated below.
    const told = await served({ flags: ["--no-experimental-wasm-simd"] }).catch(() => undefined);
    if (told !== undefined) assert.is(told.body, "/served");
  });
}
for (const [what, error] of [
  ["the engine has no SIMD", 'WebAssembly.CompileError("invalid opcode 0xfd")'],
  ["there is no address space", 'RangeError("could not allocate memory")'],
  ["compiling is forbidden", 'EvalError("blocked by policy")'],
] as const) {
  test(`falls back where ${what}`, async () => {
    const told = await served({ before: `WebAssembly.Module = class { constructor() { throw new ${error}; } };` });
    assert.is(told.parser, "ts");
    assert.match(told.reason, error.split("(")[0]?.replace("WebAssembly.", "") ?? "");
    assert.is(told.body, "/served");
  });
}
if (!onBun && process.platform === "linux") {
  test("falls back where the system refuses the memory", async () => {
    // A guarded Wasm memory takes 10 GiB of addresses; with less Node itself still starts.
    const script = join(folder, "small.mjs");
    const choose = JSON.stringify(pathToFileURL(join(root, "build/parser/choose.js")).href);
    writeFileSync(
      script,
      `const { createParser } = await import(${choose}); const c = createParser(); console.log(c.parser.kind, c.reason);`,
    );
    const command = `ulimit -v 4000000; exec "${process.execPath}" "${script}"`;
    const { stdout } = await run("bash", ["-c", command]).catch((error: { stdout: string }) => error);
    // Newer engines do without the guard where they must, and stay with Wasm.
    assert.match(stdout, /^(?:ts WebAssembly cannot run here \(RangeError|wasm )/);
  });
}
test("refuses a name it does not know, and Wasm by name where it cannot run", async () => {
  for (const wrong of ["fast", "WASM"]) {
    try {
      createParser(wrong as never);
      assert.unreachable();
    } catch (error) {
      assert.is((error as { code?: string }).code, "ERR_LANDSPOUT_PARSER_OPTION");
    }
  }
  await served({ env: { LANDSPOUT_PARSER: "fast" } }).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, "ERR_LANDSPOUT_PARSER_OPTION"),
  );
  const before = 'WebAssembly.Module = class { constructor() { throw new RangeError("no room"); } };';
  await served({ before, options: '{ parser: "wasm" }' }).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, "ERR_LANDSPOUT_PARSER_WASM"),
  );
});
test("makes one parser of a kind and shares it", () => {
  assert.is(sharedParser("ts").parser, sharedParser("ts").parser);
  assert.is(new HTTPServer(() => undefined, { parser: "ts" }).parserInstance, sharedParser("ts").parser);
  assert.is.not(createParser("ts").parser, createParser("ts").parser);
});

test.run();
