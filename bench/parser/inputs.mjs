/** What is parsed: wrk's request, a request of a desktop browser, and the head of a response. */
import { Buffer } from "node:buffer";

const lines = (...text) => Buffer.from(`${text.join("\r\n")}\r\n\r\n`);

export const small = lines("GET / HTTP/1.1", "Host: 127.0.0.1:8888");

export const browser = lines(
  "GET /articles/2026/11/how-to-hold-ten-thousand-connections?utm_source=newsletter&utm_medium=email HTTP/1.1",
  "Host: www.example.com",
  "Connection: keep-alive",
  "Cache-Control: max-age=0",
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-User: ?1",
  "Sec-Fetch-Dest: document",
  "Referer: https://www.example.com/articles/2026/11/",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US,en;q=0.9,de;q=0.8",
  `Cookie: session=${"0123456789abcdef".repeat(6)}; theme=dark; consent=analytics.no-ads.no-video.yes-maps.yes; _ga=GA1.1.1234567890.1700000000`,
);

export const response = lines(
  "HTTP/1.1 200 OK",
  "Server: nginx",
  "Date: Sat, 21 Nov 2026 08:00:00 GMT",
  "Content-Type: text/html; charset=utf-8",
  "Content-Length: 0",
  "Connection: keep-alive",
  "Vary: Accept-Encoding",
  'ETag: "693d8ca8e51d9f90ec128ba9be60d10d"',
  "Cache-Control: max-age=600, must-revalidate",
);
