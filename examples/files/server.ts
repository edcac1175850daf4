/**
 * Serves a folder, with lists of its folders and with ranges, so that a film can be skipped through and a download be taken up again:
 * `node --import tsx examples/files/server.ts --folder . --port 8888`. The package's command is this handler with more options:
 * `npx landspout serve .`
 */
import { parseArgs } from "node:util";
import { Application } from "landspout";
import { FolderHandler } from "landspout/serve";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "." },
    port: { type: "string", default: "8888" },
    quiet: { type: "boolean", default: false },
  },
});
// Only for this machine: `localOnly` keeps out pages of other sites that have their name point here.
const app = new Application([["/*", FolderHandler, { path: values.folder, localOnly: true }]], {
  accessLog: !values.quiet,
});
const server = app.listen(Number(values.port), "127.0.0.1");
await server.listening;
console.log(`Serving ${values.folder} at http://localhost:${server.port}`);
console.log(`  runtime    ${"Bun" in globalThis ? "Bun" : "Node"}`);
