/** What a request says, with the client's defaults and those of this package. */
import type { HTTPRequestInit } from "./options.ts";
import type { HTTPRequest } from "./request.ts";

export interface Settings extends HTTPRequestInit {
  connectTimeout: number;
  requestTimeout: number;
  queueTimeout: number;
  headTimeout: number;
  bodyIdleTimeout: number;
  continueTimeout: number;
  followRedirects: boolean | "downgrade";
  maxRedirects: number;
}

const smaller = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

function complete(given: HTTPRequestInit): Settings {
  const { connectTimeout = 20, requestTimeout = 20, followRedirects = true, maxRedirects = 5 } = given;
  return {
    ...given,
    connectTimeout,
    requestTimeout,
    queueTimeout: given.queueTimeout ?? smaller(connectTimeout, requestTimeout),
    headTimeout: given.headTimeout ?? 0,
    bodyIdleTimeout: given.bodyIdleTimeout ?? (requestTimeout === 0 ? 60 : 0),
    continueTimeout: given.continueTimeout ?? 1,
    followRedirects,
    maxRedirects,
  };
}

/** Settings of the requests of one client. Those of requests that say nothing are one object. */
export class SettingsMaker {
  readonly #defaults: HTTPRequestInit;
  readonly #plain: Settings;

  constructor(defaults: HTTPRequestInit = {}) {
    this.#defaults = defaults;
    this.#plain = complete(defaults);
  }

  of(request: HTTPRequest): Settings {
    // url, method, headers and startTime are there always.
    let more = 0;
    for (const name in request) if (Object.hasOwn(request, name)) more++;
    return more === 4 ? this.#plain : complete({ ...this.#defaults, ...(request as HTTPRequestInit) });
  }
}
