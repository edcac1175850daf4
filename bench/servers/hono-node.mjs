/** Hono with its own node server. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { host, port } from "./process.mjs";

const app = new Hono();
app.get("/", (c) => c.text("Hello, world"));
app.get("/users/:id/posts/:post", (c) => c.text(`user ${c.req.param("id")} post ${c.req.param("post")}`));
app.get("/json", (c) => c.json({ message: "Hello, world", at: 1 }));
app.post("/echo", async (c) => c.body(await c.req.arrayBuffer()));

const server = serve({ fetch: app.fetch, port, hostname: host });
server.keepAliveTimeout = 600_000;
