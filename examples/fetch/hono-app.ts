/** An app of Hono as it would be anywhere else: it knows nothing of landspout. */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";

export const hono = new Hono()
  .basePath("/api")
  .get("/hello/:name", (c) => c.json({ hello: c.req.param("name"), from: "Hono" }))
  .get("/count/:to{[0-9]{1,4}}", (c) =>
    // One event after another, each sent when it is there.
    streamSSE(c, async (stream) => {
      const to = Number(c.req.param("to"));
      for (let count = 1; count <= to; count++) await stream.writeSSE({ data: String(count) });
    }),
  )
  .post("/measure", async (c) => {
    // Read as it comes, whatever its size.
    let bytes = 0;
    for await (const piece of c.req.raw.body ?? []) bytes += piece.length;
    return c.json({ bytes });
  });
