/**
 * The floor of an echo on Node: as many bytes read, into one shared buffer, and as many written, through `net.Socket`; no frame is looked
 * at. Arguments: bytes of a request (all frames that come together), bytes of its answer.
 */
import { Buffer } from "node:buffer";
import net from "node:net";
import { host, port } from "./process.mjs";

const [requestBytes, answerBytes] = process.argv.slice(3).map(Number);
const buffer = new Uint8Array(64 * 1024);
const HANDSHAKE = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const answer = answerBytes > 8192 ? Buffer.alloc(answerBytes, "a") : "a".repeat(answerBytes);

function received(size) {
  if (this.left < 0) {
    this.left = 0;
    this.write(HANDSHAKE);
    return true;
  }
  this.left += size;
  for (; this.left >= requestBytes; this.left -= requestBytes) this.write(answer, "latin1");
  return true;
}

const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (first) => {
  const socket = new net.Socket({ handle: first._handle, onread: { buffer, callback: received } });
  socket.left = -1;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => first.destroy());
  socket.resume();
});
server.listen({ port, host, backlog: 4096 });
