/** Files of the folder `argv[3]` by @fastify/static, as its guide shows it. */
import fastify from "fastify";
import fastifyStatic from "@fastify/static";
import { host, port } from "./process.mjs";

const app = fastify({ keepAliveTimeout: 600_000 });
app.register(fastifyStatic, { root: process.argv[3] });
await app.listen({ port, host });
