/** A function of the shape of `fetch` over a client, for libraries that take one. */
import { HTTPHeaders } from "../message/headers.ts";
import { HTTPRequest } from "./request.ts";
import type { FetchBody, FetchOptions } from "./options.ts";
import type { HTTPResponseStream } from "./response-stream.ts";

interface FetchClient {
  fetchStream(request: HTTPRequest, options: FetchOptions): Promise<HTTPResponseStream>;
}

/** Fields that a `fetch` refuses or drops in silence; here the client makes them (Fetch standard, forbidden header names). */
const CLIENTS = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

export function fetchOver(client: FetchClient): typeof fetch {
  return (async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    // Request checks method, URL, headers and body as the standard says.
    const request = new Request(input, init as RequestInit);
    const headers = new HTTPHeaders();
    for (const [name, value] of request.headers) if (!CLIENTS.includes(name)) headers.add(name, value);
    const { redirect, method, signal } = request;
    const body = await bodyOf(request, init);
    const stream = await client
      .fetchStream(
        new HTTPRequest(request.url, {
          method,
          headers,
          signal,
          followRedirects: redirect === "follow",
          maxRedirects: 20,
          allowNonstandardMethods: true,
          requestTimeout: 0,
          ...(body === undefined ? {} : { body }),
        }),
        { raiseError: false },
      )
      .catch((error: unknown) => {
        if (signal.aborted) throw error;
        // The standard's one error, with the reason behind it.
        throw new TypeError(`fetch failed: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      });
    if (redirect === "error" && stream.code >= 300 && stream.code < 400 && stream.headers.has("Location")) {
      stream.cancel();
      throw new TypeError(`fetch failed: ${stream.code} is a redirect`);
    }
    const empty = stream.code === 204 || stream.code === 205 || stream.code === 304 || method === "HEAD";
    const answer = new Headers();
    for (const [name, value] of stream.headers) answer.append(name, value);
    if (empty) stream.cancel();
    const response = new Response(empty ? null : (stream.toWeb() as never), {
      status: stream.code,
      statusText: stream.reason,
      headers: answer,
    });
    Object.defineProperty(response, "url", { value: stream.effectiveUrl.replace(/#.*$/, "") });
    const followed = stream.effectiveUrl.replace(/#.*$/, "") !== request.url.replace(/#.*$/, "");
    Object.defineProperty(response, "redirected", { value: followed });
    return response;
  }) as typeof fetch;
}

async function bodyOf(request: Request, init: RequestInit | undefined): Promise<FetchBody | undefined> {
  if (request.body === null) return undefined;
  // A stream stays one; what is there already can be sent again after a redirect.
  if (init?.body instanceof ReadableStream) return request.body;
  return new Uint8Array(await request.arrayBuffer());
}
