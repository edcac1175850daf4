/** The real HAProxy with `send-proxy-v2` in front of a server: plain, and with TLS that it passes through (`mode tcp`). */
import * as http from "node:http";
import * as https from "node:https";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { HTTPServer } from "../../src/http/server/httpserver.ts";
import type { HTTPServerOptions } from "../../src/http/server/httpserver.ts";
import { Application } from "../../src/web/index.ts";
import { certificate } from "../_support/certificates.ts";
import { suite } from "../_support/suite.ts";
import { startProxyWith } from "./_proxy.ts";

const test = suite("send-proxy-v2 of HAProxy", { deadline: 60, needs: ["haproxy"] });
const pair = certificate("localhost");

/** What the server knows of a client that comes from 127.0.0.5. */
async function seenBy(port: number, secure: boolean): Promise<string> {
  const options = { host: "127.0.0.1", port, localAddress: "127.0.0.5", agent: false, ca: pair.cert } as const;
  const request = secure ? https.get({ ...options, servername: "localhost" }) : http.get(options);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return body;
}

for (const [title, option, options] of [
  ["plain", "send-proxy-v2", {}],
  ["plain, version 1", "send-proxy", {}],
  ["before TLS", "send-proxy-v2", { ssl: pair }],
  ["before TLS, version 1", "send-proxy", { ssl: pair }],
] as readonly (readonly [string, string, HTTPServerOptions])[]) {
  test(title, async () => {
    const app = new Application([["/", (request) => `${request.protocol} ${request.remoteIp}`]], {
      accessLog: false,
    });
    const server = new HTTPServer(app, { ...options, proxyProtocol: ["127.0.0.1"] });
    await server.listen(0, "127.0.0.1");
    const proxy = await startProxyWith(
      "haproxy",
      `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen front
  bind 127.0.0.1:$PORT
  server one 127.0.0.1:${server.port} ${option}
`,
    );
    try {
      const secure = options.ssl !== undefined;
      for (let i = 0; i < 3; i++) assert.is(await seenBy(proxy.port, secure), `${secure ? "https" : "http"} 127.0.0.5`);
    } finally {
      await proxy.close();
      await server.stop();
      await server.closeAllConnections();
    }
  });
}

test.run();
