/** Before a server is measured it must answer the workload's very bytes rightly, twice over one connection. */
import { Buffer } from "node:buffer";
import { connect } from "node:net";

const DEADLINE_MS = 5000;

function decodeChunked(bytes) {
  const parts = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    const end = line + 2 + size;
    if (bytes.length < end + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), length: end + 2 };
    parts.push(bytes.subarray(line + 2, end));
    at = end + 2;
  }
}

/** The first complete response in `bytes`, or undefined while it is incomplete. */
function takeResponse(bytes) {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [statusLine, ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const fields = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const content = bytes.subarray(headEnd + 4);
  const status = Number(statusLine.split(" ")[1]);
  if (fields.get("transfer-encoding") === "chunked") {
    const decoded = decodeChunked(content);
    return decoded && { status, fields, body: decoded.body, length: headEnd + 4 + decoded.length };
  }
  const size = Number(fields.get("content-length"));
  if (!(content.length >= size))
    return Number.isNaN(size) ? { status, fields, body: content, length: bytes.length } : undefined;
  return { status, fields, body: content.subarray(0, size), length: headEnd + 4 + size };
}

function judge(response, workload) {
  if (response.status !== 200) return `status ${response.status}`;
  if (!response.body.equals(workload.body))
    return `body ${JSON.stringify(response.body.toString("latin1").slice(0, 80))}`;
  if (/close/i.test(response.fields.get("connection") ?? "")) return "Connection: close";
  return undefined;
}

/** Rejects with what is wrong; fulfils after two batches of `depth` right answers over one connection. */
export function verify(port, workload, name) {
  const batch = Buffer.concat(Array.from({ length: workload.depth }, () => workload.request));
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let pending = Buffer.alloc(0);
    let answered = 0;
    const finish = (problem) => {
      clearTimeout(timer);
      socket.removeAllListeners("close");
      socket.destroy();
      if (problem) reject(new Error(`${name} answers "${workload.name}" wrongly: ${problem}`));
      else resolve();
    };
    const timer = setTimeout(() => finish(`only ${answered} answers within ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
    socket.on("connect", () => socket.write(batch));
    socket.on("error", (error) => finish(error.message));
    socket.on("close", () => finish(`closed after ${answered} answers`));
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let response = takeResponse(pending); response; response = takeResponse(pending)) {
        const problem = judge(response, workload);
        if (problem) return finish(problem);
        pending = pending.subarray(response.length);
        answered += 1;
        if (answered === workload.depth) socket.write(batch);
        if (answered === workload.depth * 2) return finish(pending.length > 0 ? "more bytes than answers" : undefined);
      }
    });
  });
}
