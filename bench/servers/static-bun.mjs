/** Files of the folder `argv[3]` by Bun.serve, the way its guide shows it: a Response around a file that is looked at each time. */
import { join, normalize } from "node:path";
import { host, port } from "./process.mjs";

const root = process.argv[3];
Bun.serve({
  port,
  hostname: host,
  idleTimeout: 0,
  async fetch(request) {
    const path = normalize(decodeURIComponent(new URL(request.url).pathname));
    const file = Bun.file(join(root, path));
    return (await file.exists()) ? new Response(file) : new Response("not found", { status: 404 });
  },
});
