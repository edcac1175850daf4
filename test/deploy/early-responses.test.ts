/**
 * An error response that is sent before a large upload has ended arrives at the client: with real clients, straight and through the real
 * nginx and HAProxy. A connection that is reset while the client still sends would lose it.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import { Application, HTTPError, RequestHandler, streamRequestBody } from "../../src/web/index.ts";
import { certificate } from "../_support/certificates.ts";
import { pathOf } from "../_support/programs.ts";
import { expectLog, suite } from "../_support/suite.ts";
import { startProxyWith } from "./_proxy.ts";
import type { ProxyName } from "./_proxy.ts";

const UPLOAD = 48 * 1024 * 1024;

/** 401 as soon as the head is there. */
class Guarded extends RequestHandler {
  override prepare(): void {
    throw new HTTPError(401);
  }
  override dataReceived(): void {}
  override post(): void {}
}
streamRequestBody(Guarded);
class Plain extends RequestHandler {
  override post(): void {}
}
const EXPECTED = { "/guarded": 401, "/large": 413, "/nowhere": 404 } as const;
type Path = keyof typeof EXPECTED;
const PATHS = Object.keys(EXPECTED) as Path[];

const application = (): Application =>
  new Application(
    [
      ["/guarded", Guarded],
      ["/large", Plain],
    ],
    { accessLog: false },
  );

async function served(options: HTTPServerOptions, use: (port: number) => Promise<void>): Promise<void> {
  const server = new HTTPServer(application(), { maxBodySize: 1_000_000, ...options });
  await server.listen(0, "127.0.0.1");
  try {
    await use(server.port);
  } finally {
    await server.stop();
    await server.closeAllConnections();
  }
}

/** Sends all of a large content before it looks for a response. */
async function withNode(port: number, path: string, secure = false): Promise<number> {
  const { request } = secure ? https : http;
  const upload = request({
    host: "127.0.0.1",
    port,
    path,
    method: "POST",
    agent: false,
    headers: { "Content-Length": UPLOAD },
    ...(secure ? { rejectUnauthorized: false } : {}),
  });
  const answered = once(upload, "response") as Promise<[http.IncomingMessage]>;
  const piece = Buffer.alloc(1024 * 1024, "x");
  let failed: Error | undefined;
  upload.on("error", (error) => (failed = error));
  let over = false;
  void answered.then(
    () => (over = true),
    () => (over = true),
  );
  for (let sent = 0; sent < UPLOAD && !over; sent += piece.length)
    await Promise.race([new Promise<void>((done) => upload.write(piece, () => done())), answered]);
  const [response] = await answered;
  response.resume();
  await once(response, "end");
  upload.destroy();
  if (failed !== undefined && response.statusCode === undefined) throw failed;
  return response.statusCode ?? 0;
}

const PYTHON = `
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("POST", sys.argv[2], body=b"x" * ${UPLOAD})
print(connection.getresponse().status)
`;
async function withPython(port: number, path: string): Promise<number> {
  const { stdout } = await promisify(execFile)(pathOf("python3"), ["-c", PYTHON, String(port), path]);
  return Number(stdout);
}

const test = suite("early responses to large uploads", { deadline: 60 });
const LOGGED = /larger than 1000000 bytes/;

async function all(upload: (path: Path) => Promise<number>): Promise<void> {
  expectLog(LOGGED, { required: false });
  for (const path of PATHS) assert.is(await upload(path), EXPECTED[path], path);
}

test("arrive at node:http", () => served({}, (port) => all((path) => withNode(port, path))));
test("arrive at node:https", () =>
  served({ ssl: certificate("localhost") }, (port) => all((path) => withNode(port, path, true))));
test.needing(["python3"], "arrive at http.client of Python", () =>
  served({}, (port) => all((path) => withPython(port, path))),
);

const CONFIGURATIONS: { readonly [name in ProxyName]: (port: number) => string } = {
  nginx: (port) => `client_max_body_size 0;
    server { listen 127.0.0.1:$PORT; location / { proxy_pass http://127.0.0.1:${port}; proxy_request_buffering off; } }`,
  haproxy: (port) => `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend front
  bind 127.0.0.1:$PORT
  default_backend back
backend back
  server one 127.0.0.1:${port}
`,
};
for (const name of ["nginx", "haproxy"] as const) {
  test.needing([name], `arrive through ${name}`, () =>
    served({}, async (port) => {
      const proxy = await startProxyWith(name, CONFIGURATIONS[name](port));
      try {
        for (let i = 0; i < 3; i++) await all((path) => withNode(proxy.port, path));
      } finally {
        await proxy.close();
      }
    }),
  );
}

test.run();
