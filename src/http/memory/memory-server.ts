/** What answers requests in memory: a delegate with the options of a server, and no port. */
import type { MemoryAddresses } from "../../net/memory-transport.ts";
import { sharedParser } from "../../parser/choose.ts";
import { CallbackDelegate } from "../delegates.ts";
import type { RequestCallback } from "../delegates.ts";
import type { HTTPServerConnectionDelegate } from "../interfaces.ts";
import { AddressList } from "../server/addresses.ts";
import { resolveLimits } from "../server/options.ts";
import type { HTTPServerOptions } from "../server/options.ts";
import { ServerContext } from "../server/server-context.ts";
import { MemoryConnection } from "./memory-connection.ts";
import type { MemoryRequest } from "./memory-head.ts";
import type { MemorySink } from "./memory-sink.ts";

export class MemoryServer {
  readonly #host: ServerContext;

  /** @throws UsageError on an option that is unknown, of another type, or out of range. */
  constructor(delegate: HTTPServerConnectionDelegate | RequestCallback, options: HTTPServerOptions = {}) {
    const limits = resolveLimits(options);
    if (options.proxyProtocol !== undefined) void new AddressList(options.proxyProtocol);
    const connections = typeof delegate === "function" ? new CallbackDelegate(delegate) : delegate;
    this.#host = new ServerContext(sharedParser(options.parser).parser, connections, limits, options);
  }

  /** A connection for one request; its `begin` serves it. */
  connect(sink: MemorySink, addresses: MemoryAddresses): MemoryConnection {
    return new MemoryConnection(this.#host, sink, addresses);
  }

  /** Serves a request. Returns when it has been answered, or waits for something. */
  serve(request: MemoryRequest, sink: MemorySink, addresses: MemoryAddresses): MemoryConnection {
    const connection = this.connect(sink, addresses);
    connection.begin(request);
    return connection;
  }

  /** The server is shut down, as `HTTPServer.shutdown` does it. */
  async shutdown(deadline: number): Promise<void> {
    this.#host.close();
    await this.#host.end(false, deadline);
  }
}
