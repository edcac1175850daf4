/** Responses on the wire: bytes to a response or a code; whole, split at every byte, byte by byte, with both parsers. */
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { failure, turns, withClient, withRaw } from "./_peer.ts";

interface Case {
  readonly name: string;
  readonly bytes: string;
  readonly method?: string;
  /** The server closes behind the bytes. */
  readonly closes?: boolean;
  readonly gives?: { code: number; body?: string; delimited?: string; headers?: { [name: string]: string } };
  readonly fails?: string;
  /** The connection is used again. */
  readonly keeps?: boolean;
}

const H = "HTTP/1.1 200 OK\r\n";
const CASES: readonly Case[] = [
  { name: "a length", bytes: `${H}Content-Length: 5\r\n\r\nhello`, gives: { code: 200, body: "hello", delimited: "length" }, keeps: true },
  { name: "a length of 0", bytes: `${H}Content-Length: 0\r\n\r\n`, gives: { code: 200, body: "" }, keeps: true },
  { name: "chunks", bytes: `${H}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`, gives: { code: 200, body: "abcde", delimited: "chunked" }, keeps: true },
  { name: "chunks with trailers", bytes: `${H}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: v\r\n\r\n`, gives: { code: 200, body: "a" }, keeps: true },
  { name: "to the end of the connection", bytes: `${H}\r\nall of it`, closes: true, gives: { code: 200, body: "all of it", delimited: "close" } },
  { name: "HTTP/1.0, to the end", bytes: "HTTP/1.0 200 OK\r\n\r\nold", closes: true, gives: { code: 200, body: "old" } },
  { name: "HTTP/1.0 with a length", bytes: "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold", gives: { code: 200, body: "old" }, keeps: false },
  { name: "HTTP/1.0 with keep-alive", bytes: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nold", gives: { code: 200, body: "old" }, keeps: true },
  { name: "Connection: close", bytes: `${H}Connection: x, Close\r\nContent-Length: 1\r\n\r\na`, gives: { code: 200, body: "a" }, keeps: false },
  { name: "HEAD with a length", method: "HEAD", bytes: `${H}Content-Length: 7\r\n\r\n`, gives: { code: 200, body: "", headers: { "content-length": "7" } }, keeps: true },
  { name: "304 with a length", bytes: "HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n", gives: { code: 304, body: "" }, keeps: true },
  { name: "204", bytes: "HTTP/1.1 204 No Content\r\n\r\n", gives: { code: 204, body: "" }, keeps: true },
  { name: "interim responses", bytes: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${H}Content-Length: 2\r\n\r\nok`, gives: { code: 200, body: "ok" }, keeps: true },
  { name: "an empty reason", bytes: "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", gives: { code: 200, body: "ok" }, keeps: true },
  { name: "more than the length", bytes: `${H}Content-Length: 2\r\n\r\nokEXTRA`, gives: { code: 200, body: "ok" }, keeps: false },
  { name: "a second response behind the first", bytes: `${H}Content-Length: 2\r\n\r\nok${H}Content-Length: 3\r\n\r\nbad`, gives: { code: 200, body: "ok" }, keeps: false },
  { name: "a line end behind the response", bytes: `${H}Content-Length: 2\r\n\r\nok\r\n`, gives: { code: 200, body: "ok" }, keeps: false },
  { name: "content behind HEAD", method: "HEAD", bytes: `${H}Content-Length: 3\r\n\r\nbad`, gives: { code: 200, body: "" }, keeps: false },
  { name: "content behind 204", bytes: "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nbad", gives: { code: 204, body: "" }, keeps: false },
  { name: "content behind 304", bytes: "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nbad", gives: { code: 304, body: "" }, keeps: false },
  { name: "content behind the last chunk", bytes: `${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nbad`, gives: { code: 200, body: "" }, keeps: false },
  { name: "a length that is short", bytes: `${H}Content-Length: 5\r\n\r\nhell`, closes: true, fails: "ERR_LANDSPOUT_FETCH_CLOSED_EARLY" },
  { name: "no last chunk", bytes: `${H}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`, closes: true, fails: "ERR_LANDSPOUT_FETCH_CLOSED_EARLY" },
  { name: "half a head", bytes: "HTTP/1.1 200 OK\r\nContent-", closes: true, fails: "ERR_LANDSPOUT_FETCH_CLOSED_EARLY" },
  { name: "nothing", bytes: "", closes: true, fails: "ERR_LANDSPOUT_FETCH_CLOSED_EARLY" },
  { name: "only an interim response", bytes: "HTTP/1.1 100 Continue\r\n\r\n", closes: true, fails: "ERR_LANDSPOUT_FETCH_CLOSED_EARLY" },
  { name: "length and chunks", bytes: `${H}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, fails: "ERR_LANDSPOUT_FRAMING_AMBIGUOUS" },
  { name: "equal lengths in two lines", bytes: `${H}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`, gives: { code: 200, body: "ok" }, keeps: false },
  { name: "equal lengths of 0", bytes: `${H}Content-Length: 0, 0\r\n\r\n`, gives: { code: 200, body: "" }, keeps: false },
  { name: "equal lengths in a list", bytes: `${H}Content-Length: 2, 2\r\n\r\nok`, gives: { code: 200, body: "ok" }, keeps: false },
  { name: "unequal lengths in a list", bytes: `${H}Content-Length: 2, 4\r\n\r\nokok`, fails: "ERR_LANDSPOUT_CONTENT_LENGTH" },
  { name: "lengths that only look equal", bytes: `${H}Content-Length: 02, 2\r\n\r\nok`, fails: "ERR_LANDSPOUT_CONTENT_LENGTH" },

  { name: "two lengths", bytes: `${H}Content-Length: 2\r\nContent-Length: 4\r\n\r\nabcd`, fails: "ERR_LANDSPOUT_CONTENT_LENGTH" },
  { name: "a length that is none", bytes: `${H}Content-Length: +2\r\n\r\nab`, fails: "ERR_LANDSPOUT_CONTENT_LENGTH" },
  { name: "a coding that is unknown", bytes: `${H}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, fails: "ERR_LANDSPOUT_TRANSFER_CODING_UNKNOWN" },
  { name: "chunked twice", bytes: `${H}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, fails: "ERR_LANDSPOUT_TRANSFER_ENCODING" },
  { name: "a chunk size that is none", bytes: `${H}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, fails: "ERR_LANDSPOUT_CHUNK_SIZE" },
  { name: "no HTTP", bytes: "SSH-2.0-OpenSSH_9.2\r\n\r\n", fails: "ERR_LANDSPOUT_VERSION" },
  { name: "ICY", bytes: "ICY 200 OK\r\n\r\n", fails: "ERR_LANDSPOUT_VERSION" },
  { name: "line feeds alone", bytes: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", fails: "ERR_LANDSPOUT_BARE_LF" },
  { name: "a blank before the colon", bytes: `${H}Content-Length : 2\r\n\r\nok`, fails: "ERR_LANDSPOUT_SPACE_BEFORE_COLON" },
  { name: "another protocol", bytes: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", fails: "ERR_LANDSPOUT_UPGRADE" },
  { name: "interim responses without end", bytes: "HTTP/1.1 100 Continue\r\n\r\n".repeat(33), fails: "ERR_LANDSPOUT_INTERIM" },
]; // prettier-ignore

/** The ways to send a text: pieces, each in a turn of its own. */
function* cuts(bytes: string): Generator<readonly string[]> {
  yield [bytes];
  for (let at = 1; at < bytes.length; at++) yield [bytes.slice(0, at), bytes.slice(at)];
  yield [...bytes];
}

for (const parser of ["wasm", "ts"] as const) {
  const test = suite(`responses on the wire, ${parser}`, { deadline: 60 });
  for (const { name, bytes, method = "GET", closes = false, gives, fails, keeps } of CASES)
    test(name, () =>
      withClient({ parser, maxIdlePerHost: 200 }, async (client) => {
        let pieces: readonly string[] = [];
        const send = async (write: (piece: string) => void, end: () => void): Promise<void> => {
          for (const piece of pieces) {
            write(piece);
            if (pieces.length > 1) await turns(1);
          }
          if (closes) end();
        };
        await withRaw(
          ({ socket }) =>
            void send(
              (piece) => void socket.write(piece, "latin1"),
              () => void socket.end(),
            ),
          async ({ url }) => {
            const step = bytes.length > 120 ? 7 : 1;
            let turn = 0;
            for (const cut of cuts(bytes)) {
              if (cut.length === 2 && turn++ % step !== 0) continue;
              pieces = cut;
              // POST is not repeated in silence.
              const options = method === "GET" && closes ? { method: "POST", body: "" } : { method };
              if (fails !== undefined) {
                assert.is((await failure(client.fetch(url, options)))["code"], fails, JSON.stringify(cut));
                continue;
              }
              const response = await client.fetch(url, { ...options, raiseError: false });
              assert.is(response.code, gives?.code);
              assert.is(response.text(), gives?.body ?? "");
              if (gives?.delimited !== undefined) assert.is(response.delimited, gives.delimited);
              for (const [field, value] of Object.entries(gives?.headers ?? {}))
                assert.is(response.headers.get(field), value);
              if (keeps !== undefined && cut.length < 3) {
                await turns(3);
                assert.is(client.stats().idle > 0, keeps, JSON.stringify(cut));
              }
            }
          },
        );
      }),
    );
  test.run();
}
