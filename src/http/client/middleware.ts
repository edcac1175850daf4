/** Functions of a program around every hop of a request. They see requests and responses, no connections. */
import { HTTPRequest } from "./request.ts";
import { isRedirect, redirected } from "./redirects.ts";
import type { HopRequest } from "./redirects.ts";
import type { HTTPResponse } from "./response.ts";
import type { Settings } from "./settings.ts";
import { payloadOf } from "./payload.ts";
import { hrefOf, targetOf } from "./target.ts";

export type Middleware = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<HTTPResponse>,
) => Promise<HTTPResponse>;

/** @param exchange Makes one hop. */
export async function withMiddleware(
  list: readonly Middleware[],
  request: HTTPRequest,
  settings: Settings,
  exchange: (request: HTTPRequest) => Promise<HTTPResponse>,
): Promise<HTTPResponse> {
  const run = (at: number, hop: HTTPRequest): Promise<HTTPResponse> => {
    const middleware = list[at];
    return middleware === undefined ? exchange(hop) : middleware(hop, (next) => run(at + 1, next));
  };
  const { url: _url, method: _method, headers: _headers, startTime: _startTime, ...rest } = request;
  let hop: HopRequest = {
    target: targetOf(request.url),
    method: request.method,
    headers: request.headers,
    payload: payloadOf(request),
    trusted: true,
  };
  for (let redirects = 0; ; redirects++) {
    const { authUsername, authPassword, ...others } = rest;
    const credentials = hop.trusted
      ? {
          ...(authUsername === undefined ? {} : { authUsername }),
          ...(authPassword === undefined ? {} : { authPassword }),
        }
      : {};
    const content = hop.payload === undefined ? { body: undefined, json: undefined, bodyProducer: undefined } : {};
    const one = new HTTPRequest(redirects === 0 ? request.url : hrefOf(hop.target), {
      ...without(others, content),
      ...credentials,
      method: hop.method,
      headers: hop.headers,
      followRedirects: false,
    });
    const response = await run(0, one);
    if (settings.followRedirects === false || redirects >= settings.maxRedirects || !isRedirect(response.code))
      return response;
    const next = redirected(hop, response.code, response.headers, settings);
    if (next === undefined) return response;
    hop = next;
  }
}

function without<T extends object>(given: T, names: object): T {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !(name in names))) as T;
}
