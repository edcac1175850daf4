/**
 * The floor on Node: bytes read into one shared buffer by the same way as landspout's zero-copy road (a second
 * net.Socket over the accepted handle), answered with fixed bytes, nothing parsed.
 */
import net from "node:net";
import { answerTo, completed } from "./control.mjs";
import { host, port } from "./process.mjs";

const buffer = new Uint8Array(64 * 1024);

function received(size) {
  const count = completed(this, size);
  if (count > 0) this.write(answerTo(count), "latin1");
  return true;
}

const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (first) => {
  const socket = new net.Socket({ handle: first._handle, onread: { buffer, callback: received } });
  socket.left = 0;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => first.destroy());
  socket.resume();
});
server.listen(port, host);
