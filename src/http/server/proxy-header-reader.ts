/**
 * Reads the PROXY protocol header in front of the first request of a connection from a trusted proxy, then hands the stream on.
 * A connection from such a peer that does not begin with one is closed: its requests would be taken for the proxy's own.
 */
import { loggers } from "../../log.ts";
import type { BaseIOStream, StreamConsumer } from "../../net/base-iostream.ts";
import type { Preface } from "../../net/transport.ts";
import type { AddressList } from "./addresses.ts";
import type { ConnectionContext } from "../http1/connection-context.ts";
import { parseProxyHeader } from "./proxy-protocol.ts";

const COMPLAINT = "No valid PROXY header";

/** The PROXY header of connections with TLS. */
export function proxyPreface(proxies: AddressList): Preface {
  return {
    complaint: COMPLAINT,
    expectedFrom: (address) => proxies.hasPeer(address),
    parse: (bytes) => {
      const result = parseProxyHeader(bytes);
      if (typeof result === "string") return result;
      return { consumed: result.consumed, peer: result.local ? undefined : result.source };
    },
  };
}

export class ProxyHeaderReader implements StreamConsumer {
  readonly stream: BaseIOStream;
  /** Nothing has been asked of us yet. */
  readonly idle = true;
  readonly servesRequests = false;
  readonly clientDisconnected = false;
  readonly #host: ConnectionContext;
  readonly #since: number;
  readonly #proceed: (source: string | undefined) => void;

  /** @param proceed Called with the client's address, undefined where the proxy speaks for itself. */
  constructor(stream: BaseIOStream, host: ConnectionContext, proceed: (source: string | undefined) => void) {
    this.stream = stream;
    this.#host = host;
    this.#since = host.now;
    this.#proceed = proceed;
    stream.attach(this);
  }

  bytesReceived(start: number, end: number): number {
    const result = parseProxyHeader(this.#host.memory.subarray(start, end));
    if (result === "incomplete") return start;
    if (result === "malformed") {
      loggers.general.info(`${COMPLAINT} from ${this.stream.remoteAddress ?? "unix socket"}`);
      this.stream.destroy();
      return end;
    }
    this.#proceed(result.local ? undefined : result.source?.address);
    return start + result.consumed;
  }
  streamEnded(): void {
    this.stream.destroy();
  }
  streamClosed(): void {
    this.#host.connectionClosed(this as never);
  }
  streamDrained(): void {}

  closeIdle(): void {
    // A FIN first: on Bun a connection that is only destroyed ends with a reset.
    this.stream.end();
    this.stream.destroy();
  }
  onServerShutdown(): void {}
  checkTimeouts(): void {
    const { limits, now, tick } = this.#host;
    if (limits.headerTimeout > 0 && now - this.#since - tick >= limits.headerTimeout) this.stream.destroy();
  }
}
