/** The smallest program: `node --import tsx examples/hello/server.ts --port 8888`. */
import { parseArgs } from "node:util";
import { Application, RequestHandler } from "landspout";

class MainHandler extends RequestHandler {
  override get(): void {
    this.write("Hello, world");
  }
}

const { values } = parseArgs({ options: { port: { type: "string", default: "8888" } } });
const server = new Application([["/", MainHandler]]).listen(Number(values.port), "127.0.0.1");
await server.listening;
console.log(`http://localhost:${server.port}`);
