/** Raw clients of the WebSocket benchmark: they send frames made beforehand and count the bytes that come back, which costs the least. */
import { Buffer } from "node:buffer";
import { connect } from "node:net";

const HANDSHAKE =
  "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const KEY = Buffer.from("37fa213d", "hex");

export function maskedFrame(opcode, payload) {
  const data = Buffer.from(payload);
  for (let i = 0; i < data.length; i++) data[i] ^= KEY[i & 3];
  const head = Buffer.from([0x80 | opcode, 0x80 | Math.min(data.length, 126)]);
  if (data.length < 126) return Buffer.concat([head, KEY, data]);
  const length = Buffer.alloc(data.length < 65_536 ? 2 : 8);
  if (length.length === 8) {
    head[1] = 0xff;
    length.writeBigUInt64BE(BigInt(data.length));
  } else length.writeUInt16BE(data.length);
  return Buffer.concat([head, length, KEY, data]);
}

/** Bytes of a server's frame. */
export const frameSize = (length) => (length < 126 ? 2 : length < 65_536 ? 4 : 10) + length;

/** An open WebSocket; what comes after the handshake goes to `socket.received(bytes)`. */
export function openWebSocket(port, localAddress = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true });
    let head = "";
    let open = false;
    socket.received = () => undefined;
    socket.on("connect", () => socket.write(HANDSHAKE));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      if (open) return socket.received(chunk.length);
      head += chunk.toString("latin1");
      if (!head.endsWith("\r\n\r\n")) return;
      if (!head.startsWith("HTTP/1.1 101 ")) return reject(new Error(head));
      open = true;
      resolve(socket);
    });
  });
}

let opened = 0;
export async function openMany(port, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Math.min(200, count - sockets.length);
    // Some client addresses, so that the ports suffice, those of the last runs still waiting (TIME_WAIT) included.
    const from = `127.0.0.${2 + ((opened >> 12) % 250)}`;
    opened += batch;
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => openWebSocket(port, from)))));
  }
  return sockets;
}

/** Each socket sends `request` again as soon as all of its answer is there, for some milliseconds. How often it was answered. */
export async function pingPong(sockets, request, answerSize, milliseconds) {
  let answered = 0;
  let stop = false;
  const turns = sockets.map(
    (socket) =>
      new Promise((resolve, reject) => {
        let left = answerSize;
        socket.once("close", () => reject(new Error("a server has closed a WebSocket")));
        socket.received = (size) => {
          left -= size;
          if (left > 0) return;
          if (left < 0) return reject(new Error("a server has answered too much"));
          answered++;
          left = answerSize;
          if (stop) resolve();
          else socket.write(request);
        };
        socket.write(request);
      }),
  );
  setTimeout(() => (stop = true), milliseconds);
  await Promise.all(turns);
  for (const socket of sockets) socket.removeAllListeners("close");
  return answered;
}

/** One of them says "all", `rounds` times; done when everybody has heard. */
export async function broadcast(sockets, size, rounds) {
  for (let round = 0; round < rounds; round++) {
    let left = sockets.length;
    await new Promise((resolve) => {
      for (const socket of sockets) {
        let missing = size;
        socket.received = (bytes) => {
          missing -= bytes;
          if (missing === 0 && --left === 0) resolve();
        };
      }
      sockets[0].write(maskedFrame(1, "all"));
    });
  }
}
