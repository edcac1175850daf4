/** Fastify as its guide shows it; its logger is off by default. Bodies of any type arrive as a Buffer. */
import fastify from "fastify";
import { host, port } from "./process.mjs";

const app = fastify({ keepAliveTimeout: 600_000 });
app.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => done(null, body));
app.get("/", (request, reply) => {
  reply.type("text/plain").send("Hello, world");
});
app.get("/users/:id/posts/:post", (request, reply) => {
  reply.type("text/plain").send(`user ${request.params.id} post ${request.params.post}`);
});
app.get("/json", (request, reply) => {
  reply.send({ message: "Hello, world", at: 1 });
});
app.post("/echo", (request, reply) => {
  reply.type("application/octet-stream").send(request.body);
});
await app.listen({ port, host });
