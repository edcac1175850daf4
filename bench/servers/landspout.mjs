/**
 * landspout through Application and RequestHandler, as a program that uses the package; `argv[3]` forces a parser.
 * BENCH_LANDSPOUT names another build to measure than this tree's (Node 24 and Bun run the TypeScript sources, too).
 */
import { host, port } from "./process.mjs";

const { Application, RequestHandler } = await import(process.env.BENCH_LANDSPOUT ?? "../../build/index.js");

class Hello extends RequestHandler {
  get() {
    this.write("Hello, world");
  }
}

class User extends RequestHandler {
  get(id, post) {
    this.write(`user ${id} post ${post}`);
  }
}

class Json extends RequestHandler {
  get() {
    this.write({ message: "Hello, world", at: 1 });
  }
}

class Echo extends RequestHandler {
  post() {
    this.write(this.request.body);
  }
}

const app = new Application(
  [
    ["/", Hello],
    ["/users/:id/posts/:post", User],
    ["/json", Json],
    ["/echo", Echo],
  ],
  { accessLog: false },
);
const parser = process.argv[3] ?? "wasm";
const server = await app.listen(port, host, { parser });
if (server.parser !== undefined && server.parser !== parser) {
  console.error(`asked for the ${parser} parser, got ${server.parser}`);
  process.exit(1);
}
