/** What can become of a request instead of a response. All have a stable `code`; `status` is Tornado's numeric `HTTPError.code`. */
import type { ConnectAttempt } from "../../net/errors.ts";
import { HTTPClientError } from "./response.ts";

export { HTTPClientError } from "./response.ts";

/** Phases of a request, in order; `HTTPTimeoutError.phase` says in which one the time ran out. */
export type FetchPhase = "queue" | "dns" | "connect" | "proxy" | "tls" | "send" | "head" | "idle" | "request";

/** A wait ran out. */
export class HTTPTimeoutError extends HTTPClientError {
  readonly phase: FetchPhase;

  constructor(phase: FetchPhase, seconds: number, where: string) {
    super("ERR_LANDSPOUT_TIMEOUT", `${PHASES[phase]} after ${seconds} s: ${where}`);
    this.phase = phase;
  }
}
// The words of Tornado, where it has the phase.
const PHASES: { readonly [Phase in FetchPhase]: string } = {
  queue: "Timeout in request queue",
  dns: "Timeout while connecting (name look-up)",
  connect: "Timeout while connecting",
  proxy: "Timeout while connecting (proxy)",
  tls: "Timeout while connecting (TLS handshake)",
  send: "Timeout during request (sending it)",
  head: "Timeout during request (no response head)",
  idle: "Timeout during request (nothing was received or sent)",
  request: "Timeout during request",
};

/** No connection. `cause` is the last system error. */
export class HTTPConnectError extends HTTPClientError {
  /** One for each address that was tried. */
  readonly errors: readonly ConnectAttempt[];

  constructor(code: string, message: string, cause: unknown, errors: readonly ConnectAttempt[] = []) {
    super(code, message, { cause });
    this.errors = errors;
  }
}

/** The connection ended before a complete response. */
export class HTTPStreamClosedError extends HTTPClientError {
  /** Bytes of content that had come. */
  readonly received: number;
  /** The head had come. */
  readonly answered: boolean;

  constructor(message: string, received: number, answered: boolean, cause?: unknown) {
    super("ERR_LANDSPOUT_FETCH_CLOSED_EARLY", message, { cause });
    this.received = received;
    this.answered = answered;
  }
}

/** The response is malformed. */
export class HTTPProtocolError extends HTTPClientError {}

/** A limit of the client was crossed; `limit` is its value. */
export class HTTPLimitError extends HTTPClientError {
  readonly limit: number;

  constructor(code: string, message: string, limit: number) {
    super(code, message);
    this.limit = limit;
  }
}

/** The proxy refused to connect, or is none. */
export class HTTPProxyError extends HTTPClientError {
  /** Status of the proxy's response. */
  readonly proxyStatus: number | undefined;

  constructor(message: string, proxyStatus?: number, cause?: unknown) {
    super("ERR_LANDSPOUT_FETCH_PROXY", message, { cause });
    this.proxyStatus = proxyStatus;
  }
}
