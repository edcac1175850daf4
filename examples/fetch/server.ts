/** Hono inside landspout, on Node or Bun: `node --import tsx examples/fetch/server.ts --port 8888`. */
import { parseArgs } from "node:util";
import { app } from "./app.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "8888" } } });
const server = app.listen(Number(values.port), "127.0.0.1");
await server.listening;
console.log(`Hono inside landspout: http://localhost:${server.port}`);
console.log(`  runtime    ${"Bun" in globalThis ? "Bun" : "Node"}, served by landspout`);
