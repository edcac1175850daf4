/** The smallest program: `node --import tsx examples/hello/server.ts --port=8888`. */
import { Application, define, options, RequestHandler } from "landspout";
import { failToServe, readOptions, readPort } from "../arguments.ts";

class MainHandler extends RequestHandler {
  override get(): void {
    this.write("Hello, world");
  }
}

define("port", { default: "8888", metavar: "PORT", help: "port to listen on; 0 is any free one" });
readOptions(options);
const port = readPort(options["port"]);

const server = new Application([["/", MainHandler]]).listen(port, "127.0.0.1");
await server.listening.catch((error: unknown) => failToServe("127.0.0.1", port, error));
console.log(`http://localhost:${server.port}`);
