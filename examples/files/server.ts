/**
 * Serves a folder, with lists of its folders and with ranges, so that a film can be skipped through and a download be taken up again:
 * `node --import tsx examples/files/server.ts --folder . --port 8888`. The package's command is this handler with more options:
 * `npx landspout serve .`
 */
import { Application } from "landspout";
import { FolderHandler } from "landspout/serve";
import { failToServe, readArguments, readFolder, readPort } from "../arguments.ts";

const values = readArguments({
  folder: { type: "string", default: "." },
  port: { type: "string", default: "8888" },
  quiet: { type: "boolean", default: false },
});
const port = readPort(values.port);
const path = readFolder("folder", values.folder);
// Only for this machine: `localOnly` keeps out pages of other sites that have their name point here.
const app = new Application([["/*", FolderHandler, { path, localOnly: true }]], {
  accessLog: !values.quiet,
});
const server = app.listen(port, "127.0.0.1");
await server.listening.catch((error: unknown) => failToServe("127.0.0.1", port, error));
console.log(`Serving ${path} at http://localhost:${server.port}`);
console.log(`  runtime    ${"Bun" in globalThis ? "Bun" : "Node"}`);
