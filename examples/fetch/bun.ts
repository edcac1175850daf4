/**
 * The same application inside `Bun.serve`: `bun examples/fetch/bun.ts --port 8888`. Any host that calls a function with a Request and
 * sends the Response it gets is used in this way; `app.fetch` is that function.
 */
import { fail, readArguments, readPort } from "../arguments.ts";
import { app } from "./app.ts";

/** The part of Bun's types that is needed here. */
interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
}
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    fetch(request: Request, server: BunServer): Promise<Response>;
  }): BunServer;
};

const port = readPort(readArguments({ port: { type: "string", default: "8888" } }).port);
if (!("Bun" in globalThis))
  fail("This is a program for Bun: bun examples/fetch/bun.ts. Node runs examples/fetch/server.ts.", 1);
const server = Bun.serve({
  port,
  hostname: "127.0.0.1",
  // The host knows who asks; a Request does not say.
  fetch: (request, host) => app.fetch(request, { remoteAddress: host.requestIP(request)?.address }),
});
console.log(`landspout inside Bun.serve: http://localhost:${server.port}`);
console.log("  runtime    Bun, served by Bun.serve");
