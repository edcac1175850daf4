/**
 * One `fetch`: slot, connection, hops, retries, time, until there is a response or an error. Everything it holds is given back in `#settle`, and
 * only there.
 */
import type { ResponseHead } from "../http1/response-head-reader.ts";
import { HTTPHeaders } from "../message/headers.ts";
import { credentialsOf, firstAuthorization } from "./auth.ts";
import { ClientConnection } from "./connection.ts";
import type { ContentSink } from "./content-sink.ts";
import { GatheringSink } from "./content-sink.ts";
import { connect } from "./connect.ts";
import { cookieOf, keepCookies } from "./cookie-hop.ts";
import { now } from "./dispatcher.ts";
import { HTTPClientError, HTTPTimeoutError } from "./errors.ts";
import type { FetchPhase } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangeEvents } from "./exchange.ts";
import { tellHead, tellInterim } from "./head-callbacks.ts";
import { followUpOf } from "./follow-up.ts";
import type { FollowUp } from "./follow-up.ts";
import { sinkOf } from "./job-parts.ts";
import type { ClientParts, JobEvents } from "./job-parts.ts";
import { checkFields, checkMethod } from "./outgoing.ts";
import type { Outgoing } from "./outgoing.ts";
import { payloadOf } from "./payload.ts";
import { poolKey } from "./pool-key.ts";
import { proxyOf } from "./proxy.ts";
import type { ProxyRoute } from "./proxy.ts";
import type { HopRequest } from "./redirects.ts";
import type { HTTPRequest } from "./request.ts";
import { EMPTY, HTTPResponse } from "./response.ts";
import type { ResponseFacts } from "./response.ts";
import { isRepeatable, retryDelay } from "./retries.ts";
import type { Settings } from "./settings.ts";
import { hrefOf, targetOf } from "./target.ts";
import { TimedJob } from "./timed-job.ts";

export class FetchJob extends TimedJob implements ExchangeEvents {
  readonly #request: HTTPRequest;
  readonly #parts: ClientParts;
  readonly #events: JobEvents;
  readonly #startTime = Date.now() / 1000;
  #hop: HopRequest;
  #proxy: ProxyRoute | undefined;
  #redirects = 0;
  #retries = 0;
  /** The silent retry of this hop is used up. */
  #repeated = false;
  #expect = true;
  #authorization: string | undefined = undefined;
  #digested = false;
  #exchange: Exchange | undefined = undefined;
  #connecting: AbortController | undefined = undefined;
  #waiting: NodeJS.Timeout | undefined = undefined;
  #sink: ContentSink | undefined = undefined;
  /** What is done once a response that nobody wants has been read. */
  #next: FollowUp | undefined = undefined;
  #over = false;
  #reused = false;
  #address: string | undefined = undefined;
  readonly #onAbort = (): void => this.#fail(this.settings.signal?.reason);

  /** @throws UsageError on a request that cannot be meant. */
  constructor(request: HTTPRequest, settings: Settings, parts: ClientParts, events: JobEvents) {
    super(settings, parts.dispatcher);
    this.#request = request;
    this.#parts = parts;
    this.#events = events;
    const target = targetOf(request.url);
    const payload = payloadOf(settings);
    checkMethod(request.method, payload, settings);
    if (request.headers.size > 0) checkFields(request.headers);
    this.#hop = { target, method: request.method, headers: request.headers, payload, trusted: true };
    this.#authorization = firstAuthorization(settings, credentialsOf(settings, target));
    this.#proxy = proxyOf(settings, target);
    this.poolKey = poolKey(target, settings, this.#proxy);
  }

  /** Asks for a slot. */
  begin(): void {
    const { signal, requestTimeout, queueTimeout } = this.settings;
    if (signal?.aborted === true) {
      this.#fail(signal.reason);
      return;
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.deadlines.begin(this.times.started, requestTimeout);
    this.enter("queue", queueTimeout);
    try {
      this.#parts.dispatcher.enter(this);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#over) this.#parts.dispatcher.arm(this.due);
  }

  // --- time ---

  timeOut(): void {
    const deadlines = this.deadlines;
    if (deadlines.continueIsDue) {
      deadlines.waitForContinue(0);
      this.arm();
      this.#exchange?.sendContent();
      return;
    }
    const all = deadlines.deadlineIsDue;
    const exchange = this.#exchange;
    // A connection that was idle may be one that a router on the way has forgotten.
    if (
      !all &&
      deadlines.phase === "head" &&
      this.#reused &&
      exchange?.answered === false &&
      this.#mayRepeat(exchange)
    ) {
      this.#dropExchange();
      this.#repeat();
      return;
    }
    const phase = all && this.#exchange !== undefined ? "request" : deadlines.phase;
    const seconds = all ? this.settings.requestTimeout : deadlines.limit;
    this.#fail(new HTTPTimeoutError(phase, seconds, this.#where()));
  }

  #where(): string {
    return `${this.#hop.method} ${hrefOf(this.#hop.target)}`;
  }

  // --- a hop ---

  admitted(): void {
    this.times.admitted = now();
    this.#startHop();
  }

  #startHop(): void {
    if (this.#over) return;
    this.times.hop();
    this.#repeated = false;
    this.#startTry(false);
  }

  /** @param fresh On a new connection. */
  #startTry(fresh: boolean): void {
    const { cookieJar } = this.#parts;
    if (cookieJar === undefined) {
      this.#dispatch(undefined, fresh);
      return;
    }
    this.enter("connect", 0);
    cookieOf(cookieJar, this.#hop).then(
      (cookie) => this.#dispatch(cookie, fresh),
      (error: unknown) => this.#fail(error),
    );
  }

  #dispatch(cookie: string | undefined, fresh: boolean): void {
    if (this.#over) return;
    const { target, method, headers, payload, trusted } = this.#hop;
    const settings = this.#expect ? this.settings : { ...this.settings, expect100Continue: false };
    const outgoing: Outgoing = {
      method,
      target,
      headers,
      payload,
      settings,
      authorization: trusted ? this.#authorization : undefined,
      cookie,
    };
    const kept = fresh ? undefined : this.#parts.dispatcher.take(this.poolKey);
    if (kept !== undefined) {
      this.#send(kept, outgoing, true);
      return;
    }
    this.#open(outgoing);
  }

  #open(outgoing: Outgoing): void {
    const { reach, dispatcher, limits } = this.#parts;
    const connecting = (this.#connecting = new AbortController());
    const route = { key: this.poolKey, target: this.#hop.target, proxy: this.#proxy, settings: this.settings };
    this.times.connecting();
    this.enter("connect", this.settings.connectTimeout);
    dispatcher.open++;
    connect(route, reach, (phase) => this.#reached(phase), connecting.signal).then(
      (stream) => {
        if (this.#over || this.#connecting !== connecting) {
          dispatcher.open--;
          stream.destroy();
          return;
        }
        this.#connecting = undefined;
        this.#reached("send");
        this.#send(new ClientConnection(stream, limits, now()), outgoing, false);
      },
      (error: unknown) => {
        dispatcher.open--;
        if (this.#connecting !== connecting) return;
        this.#connecting = undefined;
        this.#connectFailed(outgoing, error);
      },
    );
  }

  #reached(phase: FetchPhase): void {
    if (this.#over) return;
    this.times.reached(this.deadlines.phase);
    // One limit for all of them.
    this.deadlines.phase = phase;
  }

  #connectFailed(outgoing: Outgoing, error: unknown): void {
    const wait = retryDelay(outgoing, this.#retries, undefined, undefined);
    if (wait === undefined || this.#over) this.#fail(error);
    else this.#retryAfter(wait);
  }

  #send(connection: ClientConnection, outgoing: Outgoing, reused: boolean): void {
    const { settings } = outgoing;
    this.#reused = reused;
    this.#address = connection.stream.remoteAddress;
    const exchange = new Exchange(connection, outgoing, this, this.#parts.limits.maxBodySize, this.#where());
    this.#exchange = exchange;
    this.enter("send", settings.bodyIdleTimeout);
    try {
      const plainProxy = this.#proxy !== undefined && !outgoing.target.secure;
      exchange.start(plainProxy, plainProxy ? this.#proxy?.authorization : undefined);
    } catch (error) {
      this.failed(exchange, error);
      return;
    }
    if (exchange.waitsForContinue && settings.continueTimeout > 0) {
      this.deadlines.waitForContinue(settings.continueTimeout);
      this.arm();
    }
  }

  // --- what the exchange tells ---

  interim(head: ResponseHead): void {
    try {
      tellInterim(this.settings, head);
    } catch (error) {
      this.#fail(error);
    }
  }

  head(exchange: Exchange, head: ResponseHead): ContentSink | undefined {
    this.times.answered();
    this.deadlines.waitForContinue(0);
    const headers = exchange.headers as HTTPHeaders;
    const { cookieJar } = this.#parts;
    if (cookieJar !== undefined) keepCookies(cookieJar, this.#hop, headers, (error) => this.#fail(error));
    this.#next = followUpOf(exchange.status, headers, exchange.outgoing, this.settings, {
      hop: this.#hop,
      redirects: this.#redirects,
      retries: this.#retries,
      digested: this.#digested,
      expect: this.#expect,
    });
    this.enter("idle", this.settings.bodyIdleTimeout);
    if (this.#next !== undefined) return undefined;
    tellHead(this.settings, head, headers);
    return (this.#sink = sinkOf(this.#events, () => this.#facts(exchange), this.settings, this.#parts.limits));
  }

  done(exchange: Exchange, reusable: boolean): void {
    if (this.#over || exchange !== this.#exchange) return;
    this.#exchange = undefined;
    this.#parts.dispatcher.giveBack(this.poolKey, exchange.connection, reusable, exchange.headers?.get("Keep-Alive"));
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) this.#settle(this.#facts(exchange), undefined);
    else this.#follow(next);
  }

  #follow(next: FollowUp): void {
    if ("redirect" in next) return this.#redirect(next.redirect);
    if ("retryAfter" in next) return this.#retryAfter(next.retryAfter);
    if ("authorization" in next) {
      this.#digested = true;
      this.#authorization = next.authorization;
    } else this.#expect = false;
    this.#startHop();
  }

  failed(exchange: Exchange, error: unknown): void {
    if (exchange !== this.#exchange) return;
    const wasClosed = error instanceof HTTPClientError && error.code === "ERR_LANDSPOUT_FETCH_CLOSED_EARLY";
    const silent = wasClosed && this.#reused && !exchange.connection.answering && this.#mayRepeat(exchange);
    this.#dropExchange();
    if (this.#over) return;
    if (silent) {
      this.#repeat();
      return;
    }
    const wait =
      wasClosed && !exchange.answered ? retryDelay(exchange.outgoing, this.#retries, undefined, undefined) : undefined;
    if (wait === undefined) this.#fail(error);
    else this.#retryAfter(wait);
  }

  // --- again, and elsewhere ---

  #mayRepeat(exchange: Exchange): boolean {
    return !this.#repeated && isRepeatable(exchange.outgoing);
  }
  /** The one silent retry, on a new connection. */
  #repeat(): void {
    this.#repeated = true;
    this.#startTry(true);
  }

  #retryAfter(seconds: number): void {
    this.#retries++;
    this.enter("queue", 0);
    this.#waiting = setTimeout(() => this.#startHop(), seconds * 1000);
  }

  #redirect(next: HopRequest): void {
    this.#redirects++;
    this.#digested = false;
    let proxy: ProxyRoute | undefined;
    try {
      proxy = proxyOf(this.settings, next.target);
    } catch (error) {
      // What the environment says of https may be no URL.
      this.#fail(error);
      return;
    }
    this.#parts.dispatcher.move(this, () => {
      this.#hop = next;
      this.#proxy = proxy;
      this.poolKey = poolKey(next.target, this.settings, proxy);
    });
    this.#startHop();
  }

  // --- the end ---

  #dropExchange(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    this.#parts.dispatcher.open--;
    exchange.abandon();
    exchange.connection.destroy();
  }

  /** Gives it up. */
  abort(error: unknown): void {
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    const exchange = this.#exchange;
    const known = exchange !== undefined && exchange.answered ? this.#facts(exchange) : undefined;
    const failure = error instanceof Error ? error : error === undefined ? new Error("aborted") : error;
    const code = error instanceof HTTPClientError ? error.status : 599;
    const facts = { ...(known ?? this.#facts(undefined)), code, body: EMPTY };
    this.#settle(facts, failure as Error);
  }

  #facts(exchange: Exchange | undefined): ResponseFacts {
    const time = now();
    const { admitted } = this.times;
    return {
      request: this.#request,
      code: exchange?.status ?? 599,
      reason: exchange?.reason ?? "",
      headers: exchange?.headers ?? new HTTPHeaders(),
      trailers: exchange?.trailers,
      effectiveUrl: hrefOf(this.#hop.target),
      body: this.#sink instanceof GatheringSink ? this.#sink.take() : EMPTY,
      requestTime: admitted === 0 ? 0 : time - admitted,
      startTime: this.#startTime,
      timeInfo: this.times.info(this.#redirects),
      reused: this.#reused,
      remoteAddress: this.#address,
      delimited: exchange?.delimited ?? "none",
    };
  }

  #settle(facts: ResponseFacts, error: Error | undefined): void {
    this.#over = true;
    this.settings.signal?.removeEventListener("abort", this.#onAbort);
    clearTimeout(this.#waiting);
    this.#dropExchange();
    const connecting = this.#connecting;
    this.#connecting = undefined;
    connecting?.abort(error);
    this.#parts.dispatcher.leave(this);
    this.#events.settled(new HTTPResponse(facts, error), error);
  }
}
