/** Bun.serve with its own router. Every route is a function: fixed Responses would skip the work the others do. */
import { host, port } from "./process.mjs";

Bun.serve({
  port,
  hostname: host,
  idleTimeout: 0,
  routes: {
    "/": () => new Response("Hello, world"),
    "/users/:id/posts/:post": (request) => new Response(`user ${request.params.id} post ${request.params.post}`),
    "/json": () => Response.json({ message: "Hello, world", at: 1 }),
    "/echo": { POST: async (request) => new Response(await request.bytes()) },
  },
  fetch: () => new Response("not found", { status: 404 }),
});
