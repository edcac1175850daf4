/**
 * What both controls answer: one fixed response per request, requests counted by their known length and never
 * looked at. `BENCH_REQUEST_BYTES` is that length; `split` keeps what a read left over.
 */
const BODY = "Hello, world";
const ANSWER = [
  "HTTP/1.1 200 OK",
  "Server: landspout",
  "Content-Type: text/html; charset=UTF-8",
  "Date: Thu, 01 Jan 2026 00:00:00 GMT",
  'Etag: "e02aa1b106d5c7c6a98def2b13005d5b"',
  `Content-Length: ${BODY.length}`,
  "",
  BODY,
].join("\r\n");

const requestBytes = Number(process.env.BENCH_REQUEST_BYTES);
const answers = [];

/** The answer to `count` requests, as one string; made once per count. */
export function answerTo(count) {
  return (answers[count] ??= ANSWER.repeat(count));
}

/** `size` more bytes arrived on a connection: how many requests are complete now. Keeps the rest in `connection.left`. */
export function completed(connection, size) {
  const total = connection.left + size;
  const count = Math.floor(total / requestBytes);
  connection.left = total - count * requestBytes;
  return count;
}
