/** The smallest program: `node --import tsx examples/hello/server.ts --port 8888`. */
import { Application, RequestHandler } from "landspout";
import { failToServe, readArguments, readPort } from "../arguments.ts";

class MainHandler extends RequestHandler {
  override get(): void {
    this.write("Hello, world");
  }
}

const port = readPort(readArguments({ port: { type: "string", default: "8888" } }).port);
const server = new Application([["/", MainHandler]]).listen(port, "127.0.0.1");
await server.listening.catch((error: unknown) => failToServe("127.0.0.1", port, error));
console.log(`http://localhost:${server.port}`);
