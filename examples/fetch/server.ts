/** Hono inside landspout, on Node or Bun: `node --import tsx examples/fetch/server.ts --port 8888`. */
import { failToServe, readArguments, readPort } from "../arguments.ts";
import { app } from "./app.ts";

const port = readPort(readArguments({ port: { type: "string", default: "8888" } }).port);
const server = app.listen(port, "127.0.0.1");
await server.listening.catch((error: unknown) => failToServe("127.0.0.1", port, error));
console.log(`Hono inside landspout: http://localhost:${server.port}`);
console.log(`  runtime    ${"Bun" in globalThis ? "Bun" : "Node"}, served by landspout`);
