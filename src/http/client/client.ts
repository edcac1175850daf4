/**
 * `AsyncHTTPClient` (Tornado's `tornado.httpclient`): the face of the client. It makes requests of what a program gives, and gives back promises
 * or calls back; what happens in between is a `FetchJob`'s.
 */
import { bound } from "../../async/context.ts";
import { clientChannels, isTraced } from "../../diagnostics.ts";
import { UsageError } from "../../errors.ts";
import { OverrideResolver, DefaultResolver } from "../../net/resolver.ts";
import { guard, logFailure } from "../../user-code.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FetchJob } from "./job.ts";
import type { ClientParts, JobEvents } from "./job-parts.ts";
import { withMiddleware } from "./middleware.ts";
import type { Middleware } from "./middleware.ts";
import { badRequest, checkClientOptions, checkFetchOptions, limitsOf } from "./options.ts";
import type { AsyncHTTPClientOptions, FetchOptions } from "./options.ts";
import { HTTPRequest } from "./request.ts";
import type { HTTPResponse } from "./response.ts";
import { HTTPResponseStream, streamed } from "./response-stream.ts";
import { SettingsMaker } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { fetchOver } from "./to-fetch.ts";

export type FetchCallback = (response: HTTPResponse) => void;
export type AsyncHTTPClientClass = new (
  options?: AsyncHTTPClientOptions & { readonly forceInstance?: boolean },
) => AsyncHTTPClient;

/** What a client holds now. */
export interface ClientStats {
  /** Requests that have a slot. */
  readonly active: number;
  /** Requests that wait for one. */
  readonly queued: number;
  /** Connections that are kept for later. */
  readonly idle: number;
  /** Connections in use, being made, and idle. */
  readonly open: number;
}

const shared = new Map<unknown, AsyncHTTPClient>();
let configured: AsyncHTTPClientClass | undefined;
let configuredOptions: AsyncHTTPClientOptions | undefined;

export class AsyncHTTPClient {
  readonly #parts: ClientParts = undefined as unknown as ClientParts;
  readonly #settings: SettingsMaker = undefined as unknown as SettingsMaker;
  readonly #middleware: Middleware[] = [];
  #closed = false;

  /**
   * The client of this thread, made at the first call; with `forceInstance` one of your own, which you close.
   * @throws UsageError on an option that is none, and on options for a client that is there already.
   */
  constructor(options: AsyncHTTPClientOptions & { readonly forceInstance?: boolean } = {}) {
    checkClientOptions(options);
    const { forceInstance = false, ...given } = options;
    const cls = new.target;
    if (cls === AsyncHTTPClient && configured !== undefined && configured !== cls) return new configured(options);
    if (!forceInstance) {
      const there = shared.get(cls);
      if (there !== undefined) {
        if (Object.keys(given).length > 0)
          throw new UsageError(
            "ERR_LANDSPOUT_OPTION",
            "AsyncHTTPClient: the client of this thread is there already; pass forceInstance: true for one with other options",
          );
        return there;
      }
      shared.set(cls, this);
    }
    const all = { ...configuredOptions, ...given };
    const limits = limitsOf(all);
    const { hostnameMapping, resolver } = all;
    const names =
      hostnameMapping === undefined
        ? resolver
        : new OverrideResolver(resolver ?? new DefaultResolver(), new Map(Object.entries(hostnameMapping)));
    this.#parts = {
      limits,
      dispatcher: new Dispatcher(limits),
      reach: { resolver: names, allowAddress: all.allowAddress, parser: all.parser },
      cookieJar: all.cookieJar,
    };
    this.#settings = new SettingsMaker(all.defaults);
  }

  /** Another implementation, or other options, for clients made from now on; undefined: the default again. */
  static configure(impl?: AsyncHTTPClientClass, options: AsyncHTTPClientOptions = {}): void {
    checkClientOptions(options);
    configured = impl;
    configuredOptions = options;
  }

  /**
   * Sends a request and gathers the response. Rejects with an HTTPClientError where the status is not 2xx (unless `raiseError` is false), and
   * where there is no response; a callback gets the response in every case, with `error` set. Bound: it may be passed on as a function.
   * @throws UsageError `ERR_LANDSPOUT_FETCH_REQUEST` on a URL, method, body or option that cannot be meant.
   */
  readonly fetch: {
    (request: string | URL | HTTPRequest, options?: FetchOptions): Promise<HTTPResponse>;
    (request: string | URL | HTTPRequest, options: FetchOptions, callback: FetchCallback): void;
    (request: string | URL | HTTPRequest, callback: FetchCallback): void;
  } = ((given: string | URL | HTTPRequest, second?: FetchOptions | FetchCallback, third?: FetchCallback) => {
    const callback = typeof second === "function" ? second : third;
    const options = typeof second === "function" ? undefined : second;
    const raiseError = options?.raiseError !== false;
    const request = requestOf(given, options);
    if (callback === undefined) {
      const promise = new Promise<HTTPResponse>((resolve, reject) => {
        const settled = (response: HTTPResponse, error: Error | undefined): void => {
          const failure = error ?? (raiseError ? response.error : undefined);
          if (failure === undefined) resolve(response);
          else reject(failure);
        };
        if (this.#middleware.length === 0) this.#start(request, { settled });
        else
          withMiddleware(this.#middleware, request, this.#settings.of(request), (hop) => this.#single(hop)).then(
            (response) => settled(response, undefined),
            (error: unknown) => reject(error as Error),
          );
      });
      // Nobody has to look at it.
      promise.catch(ignore);
      return promise;
    }
    const call = bound(callback);
    this.#start(request, {
      settled: (response) =>
        void setImmediate(() =>
          guard(
            () => call(response),
            (error) => logFailure("a callback of fetch", error),
          ),
        ),
    });
    return undefined;
  }) as AsyncHTTPClient["fetch"];

  /** Settles with the head; the content is read from it, no faster than you ask. Rejects as `fetch` does; status codes are no error here. */
  fetchStream(given: string | URL | HTTPRequest, options?: FetchOptions): Promise<HTTPResponseStream> {
    const request = requestOf(given, options);
    const promise = streamed((events) => this.#start(request, events), options?.raiseError !== false);
    promise.catch(ignore);
    return promise;
  }

  /** A function of the shape of `fetch` over this client, for libraries that take one. */
  toFetch(): typeof fetch {
    return fetchOver(this);
  }

  /** Runs around every hop of a `fetch` that gives a promise; `next` may be called again. */
  use(middleware: Middleware): this {
    if (typeof middleware !== "function")
      throw new UsageError("ERR_LANDSPOUT_OPTION", "use() takes a function (request, next)");
    this.#middleware.push(bound(middleware));
    return this;
  }

  stats(): ClientStats {
    const { active, queued, idle, open } = this.#parts.dispatcher;
    return { active, queued, idle, open };
  }

  /**
   * Ends idle connections and refuses new requests; those that run may end within `drain` seconds, then they are rejected. Default 0.
   */
  async close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    const { dispatcher } = this.#parts;
    this.#closed = true;
    for (const [cls, client] of shared) if (client === this) shared.delete(cls);
    if (drain > 0 && dispatcher.active + dispatcher.queued > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        dispatcher.whenIdle = resolve;
        timer = setTimeout(resolve, drain * 1000);
      });
      clearTimeout(timer);
    }
    for (const job of dispatcher.jobs) job.abort(closedClient());
    dispatcher.closeIdle();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One hop: a redirect is its response. */
  #single(request: HTTPRequest): Promise<HTTPResponse> {
    return new Promise((resolve, reject) =>
      this.#start(request, { settled: (response, error) => (error === undefined ? resolve(response) : reject(error)) }),
    );
  }

  #start(request: HTTPRequest, events: JobEvents): FetchJob {
    if (this.#closed) throw closedClient();
    const settings = inContext(this.#settings.of(request));
    const traced = isTraced(clientChannels);
    const job = new FetchJob(request, settings, this.#parts, traced ? tracing(request, events) : events);
    if (traced) clientChannels.start.runStores({ request }, () => job.begin());
    else job.begin();
    if (traced) clientChannels.end.publish({ request });
    return job;
  }
}

const ignore = (): void => undefined;
const closedClient = (): UsageError =>
  new UsageError("ERR_LANDSPOUT_CLIENT_CLOSED", "this AsyncHTTPClient is closed: make a new one");

/** @throws UsageError on a request object together with options of a request, as in Tornado. */
function requestOf(given: string | URL | HTTPRequest, options: FetchOptions | undefined): HTTPRequest {
  if (options !== undefined) checkFetchOptions(options);
  if (given instanceof HTTPRequest) {
    const { raiseError: _raise, ...rest } = options ?? {};
    if (Object.keys(rest).length > 0)
      throw badRequest(`${Object.keys(rest).join(", ")}: set on the HTTPRequest itself, not beside it`);
    return given;
  }
  if (typeof given !== "string" && !(given instanceof URL))
    throw badRequest("fetch takes a URL, as text or as a URL, or an HTTPRequest");
  if (options === undefined) return new HTTPRequest(given);
  const { raiseError: _raise, ...init } = options;
  return new HTTPRequest(given, init);
}

/** Callbacks run in the context of whoever fetched. */
function inContext(settings: Settings): Settings {
  const { streamingCallback, headerCallback, informationCallback } = settings;
  if ((streamingCallback ?? headerCallback ?? informationCallback) === undefined) return settings;
  return {
    ...settings,
    ...(streamingCallback === undefined ? {} : { streamingCallback: bound(streamingCallback) }),
    ...(headerCallback === undefined ? {} : { headerCallback: bound(headerCallback) }),
    ...(informationCallback === undefined ? {} : { informationCallback: bound(informationCallback) }),
  };
}

/** Publishes the end of a request. */
function tracing(request: HTTPRequest, events: JobEvents): JobEvents {
  return {
    ...events,
    settled(response, error) {
      const connection = { reused: response.reused, address: response.remoteAddress };
      const message = { request, response, error, connection };
      if (error !== undefined) clientChannels.error.publish(message);
      clientChannels.asyncEnd.publish(message);
      events.settled(response, error);
    },
  };
}
