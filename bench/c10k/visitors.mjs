/**
 * The visitors of the soak, on raw sockets: those who leave in every way there is, and those whom the server has to cut. Each is a function
 * of an open socket. It knows how to be a bad peer, not what the server should have counted.
 */
import { Buffer } from "node:buffer";

const KEY = Buffer.from([0x12, 0x34, 0x56, 0x78]);

/** A frame of a client; the key may be the same for all here. */
export function frame(first, payload = "", length = Buffer.byteLength(payload)) {
  const data = Buffer.from(payload);
  const head = length < 126 ? [first, 0x80 | length] : [first, 0xfe, length >>> 8, length & 255];
  const masked = data.map((byte, i) => byte ^ KEY[i & 3]);
  return Buffer.concat([Buffer.from(head), KEY, masked]);
}

const TEXT = 0x81;
const PING = frame(0x89, "are you there");
export const PONG = frame(0x8a);
export const CLOSE = frame(0x88, Buffer.from([0x03, 0xe8]));
const WORDS = frame(TEXT, "words");
const LONG = frame(TEXT, "x".repeat(4096));

const handshake = (path) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
export const WS = handshake("/ws");
export const SSE = get("/sse");
export const poll = (since) => get(`/poll?since=${since}`);

const later = (socket, ms, work) => {
  const timer = setTimeout(() => work(), ms);
  socket.on("close", () => clearTimeout(timer));
};
const every = (socket, ms, work) => {
  const timer = setInterval(() => work(), ms);
  socket.on("close", () => clearInterval(timer));
};
const read = (socket) => socket.resume();

/** They go by themselves. */
export const leavers = {
  politely(socket) {
    read(socket).write(WS);
    later(socket, 300, () => socket.write(Buffer.concat([WORDS, CLOSE])));
  },
  byReset(socket) {
    read(socket).write(WS);
    later(socket, 300, () => socket.resetAndDestroy());
  },
  halfClosed(socket) {
    read(socket).write(WS);
    later(socket, 300, () => socket.end(WORDS));
  },
  inFrame(socket) {
    read(socket).write(WS);
    later(socket, 300, () => socket.end(LONG.subarray(0, 1000)));
  },
  inHandshake(socket) {
    read(socket).write(WS.slice(0, 60));
    later(socket, 300, () => socket.destroy());
  },
  eventStream(socket) {
    read(socket).write(SSE);
    later(socket, 400, () => socket.destroy());
  },
  eventStreamByReset(socket) {
    read(socket).write(SSE);
    later(socket, 200, () => socket.resetAndDestroy());
  },
  poll(socket) {
    read(socket).write(get("/poll"));
    later(socket, 20, () => socket.destroy());
  },
};

/** They do not read, and say that they are there: only the bound on unsent output ends them. */
export const slow = {
  webSocket(socket) {
    socket.pause().write(handshake("/fire"));
    every(socket, 1000, () => socket.write(PONG));
  },
  eventStream(socket) {
    socket.pause().write(get("/sse-fire"));
  },
};

/** They are there no more and did not say so: only pings find out. */
export const silent = {
  reading(socket) {
    read(socket).write(WS);
  },
  notReading(socket) {
    socket.pause().write(WS);
  },
};

/** They send what no peer should, or more than one should. */
export const floods = {
  echoes(socket) {
    socket.pause().write(WS);
    every(socket, 10, () => {
      if (!socket.writableNeedDrain) for (let i = 0; i < 50; i++) socket.write(LONG);
    });
  },
  fragments(socket) {
    read(socket).write(WS);
    const piece = frame(0x00, "f");
    later(socket, 50, () =>
      socket.write(Buffer.concat([frame(0x01, "f"), ...Array.from({ length: 5000 }, () => piece)])),
    );
  },
  pings(socket) {
    socket.pause().write(WS);
    const many = Buffer.concat(Array.from({ length: 500 }, () => PING));
    every(socket, 10, () => {
      if (!socket.writableNeedDrain) socket.write(many);
    });
    later(socket, 2000, () => socket.resetAndDestroy());
  },
  tooLong(socket) {
    read(socket).write(WS);
    later(socket, 50, () => socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0, ...KEY])));
  },
  unmasked(socket) {
    read(socket).write(WS);
    later(socket, 50, () => socket.write(Buffer.from("\x81\x02hi")));
  },
  notText(socket) {
    read(socket).write(WS);
    later(socket, 50, () => socket.write(frame(TEXT, Buffer.from([0xc0, 0x80]))));
  },
  notHttp(socket) {
    read(socket).write("\0\u0001\u0002 what is this?\r\n\r\n");
  },
};
