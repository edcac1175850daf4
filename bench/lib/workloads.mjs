/**
 * The workloads: the exact bytes of each request and the answer every server must give to them. wrk sends the same
 * bytes that the check before each measurement sends. The Host value is fixed so that a request has the same length on any port.
 */
import { Buffer } from "node:buffer";

const HOST = "Host: 127.0.0.1:8888";

function get(path, fields = []) {
  return Buffer.from([`GET ${path} HTTP/1.1`, HOST, ...fields, "", ""].join("\r\n"), "latin1");
}

function post(path, size) {
  const body = Buffer.alloc(size, "The quick brown fox jumps over the lazy dog. ");
  const head = [
    `POST ${path} HTTP/1.1`,
    HOST,
    "Content-Type: application/octet-stream",
    `Content-Length: ${size}`,
    "",
    "",
  ];
  return { request: Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), body]), body };
}

const BROWSER_BYTES = 885;

/** What a browser sends on a second visit: fifteen fields, the cookie filled up to a head of 885 bytes. */
function browser() {
  const fields = [
    "Connection: keep-alive",
    "Cache-Control: max-age=0",
    'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
    "sec-ch-ua-mobile: ?0",
    'sec-ch-ua-platform: "Linux"',
    "Upgrade-Insecure-Requests: 1",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-User: ?1",
    "Sec-Fetch-Dest: document",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  ];
  const cookie = "Cookie: theme=dark; session=";
  const rest = BROWSER_BYTES - get("/", [...fields, cookie]).length;
  return get("/", [...fields, cookie + "0123456789abcdef".repeat(40).slice(0, rest)]);
}

const hello = Buffer.from("Hello, world");
const small = post("/echo", 1024);
const large = post("/echo", 64 * 1024);

/** `depth` requests leave the client in one write; `control` says whether the fixed-bytes controls can answer it. */
export const THROUGHPUT = [
  { name: "hello", title: "hello, keep-alive", request: get("/"), body: hello, depth: 1, control: true },
  { name: "pipelined", title: "hello, pipelined ×16", request: get("/"), body: hello, depth: 16, control: true },
  { name: "browser", title: "browser-sized headers", request: browser(), body: hello, depth: 1, control: true },
  {
    name: "params",
    title: "route parameters",
    request: get("/users/42/posts/7"),
    body: Buffer.from("user 42 post 7"),
    depth: 1,
    control: false,
  },
  {
    name: "json",
    title: "JSON",
    request: get("/json"),
    body: Buffer.from('{"message":"Hello, world","at":1}'),
    depth: 1,
    control: false,
  },
  { name: "post1k", title: "POST 1 KB, echoed", request: small.request, body: small.body, depth: 1, control: false },
  { name: "post64k", title: "POST 64 KB, echoed", request: large.request, body: large.body, depth: 1, control: false },
];

export function workload(name) {
  return THROUGHPUT.find((entry) => entry.name === name);
}

/** Connections of a throughput measurement. */
export const CONNECTIONS = 64;
