/** Echo over landspout's WebSockets; a message "all" is said to everybody. Arguments: parser, "borrow" (`borrowMessages`). BENCH_LANDSPOUT names another build (its index.js). */
import { pathToFileURL } from "node:url";
import { host, port } from "./process.mjs";

const named = process.env.BENCH_LANDSPOUT;
const index = named === undefined ? new URL("../../build/index.js", import.meta.url) : pathToFileURL(named);
const { Application } = await import(index.href);
const { prepareMessage, WebSocketHandler } = await import(new URL("web/websocket.js", index).href);

const everybody = new Set();
const NEWS = "x".repeat(100);

class Echo extends WebSocketHandler {
  open() {
    everybody.add(this);
  }
  onMessage(message) {
    if (message !== "all") return this.writeMessage(message);
    const frame = prepareMessage(NEWS);
    for (const one of everybody) one.writePrepared(frame);
  }
  onClose() {
    everybody.delete(this);
  }
}

const websocket = { pingInterval: 0, borrowMessages: process.argv[4] === "borrow" };
const app = new Application([["/", Echo]], { accessLog: false, websocket });
await app.listen(port, host, { parser: process.argv[3] ?? "wasm", backlog: 4096 });
