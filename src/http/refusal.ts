/** The complete answer to a request that is refused before any handler sees it. */
import { httpDate } from "./date.ts";
import { reasonPhrase } from "./status.ts";

/** Status line, `Date`, length, `Connection: close` and one line of text that says what was wrong. */
export function refusalText(status: number, code: string, message: string): string {
  const reason = reasonPhrase(status);
  const body = `${status} ${reason}\n${message} (${code})\n`;
  return (
    `HTTP/1.1 ${status} ${reason}\r\nDate: ${httpDate()}\r\nContent-Type: text/plain; charset=UTF-8\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
}
