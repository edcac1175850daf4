/**
 * The half of a stream that never waits: bytes from a transport to a consumer (`InputStream`), pending output back (`StreamOutput`), and the
 * facts of the connection. It knows neither what the bytes mean nor any promise. `IOStream` adds Tornado's reads and writes on top; an HTTP
 * connection attaches itself as the consumer.
 */
import type { HttpParser } from "../parser/types.ts";
import { plainAddress } from "./address.ts";
import { scopeOf } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { StreamOutput } from "./stream-output.ts";
import type { Transport, TransportHandler } from "./transport.ts";

export type { StreamConsumer } from "./input-stream.ts";

const plain = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : plainAddress(address);

export class BaseIOStream extends StreamOutput implements TransportHandler {
  private address: string | undefined = undefined;

  constructor(parser: HttpParser, transport: Transport | undefined, context?: Context) {
    super(parser, transport, context);
    if (transport !== undefined) transport.handler = this;
  }

  protected override didClose(_error: Error | undefined): void {}

  transportDrain(): void {
    scopeOf(this.context).runInAsyncScope(this.transportDrained, this);
  }
  private transportDrained(): void {
    this.consumer?.streamDrained();
  }

  /** Closes at once; what is unsent is lost. */
  override destroy(): void {
    // The system forgets it with the connection, and what is logged of its end names it.
    this.address ??= plain(this.transport?.remoteAddress);
    super.destroy();
  }

  // --- facts ---

  /** IPv4 as IPv4, also on a socket of IPv6. Still known once this side has destroyed the connection. */
  get remoteAddress(): string | undefined {
    return this.address ?? plain(this.transport?.remoteAddress);
  }
  get remotePort(): number | undefined {
    return this.transport?.remotePort;
  }
  get localAddress(): string | undefined {
    return plain(this.transport?.localAddress);
  }
  get localPort(): number | undefined {
    return this.transport?.localPort;
  }
  /** There is no socket below, and nothing but an HTTP answer can be sent. */
  get inMemory(): boolean {
    return this.transport?.inMemory === true;
  }
  get encrypted(): boolean {
    return this.transport?.encrypted === true;
  }
  /** Whether the connection keeps the process alive: not for users, who cannot know what else does. */
  setRef(on: boolean): void {
    this.transport?.setRef?.(on);
  }
  /** TCP keep-alive probes after `delay` seconds of silence. */
  setKeepAlive(on: boolean, delay: number): void {
    this.transport?.setKeepAlive(on, delay);
  }
  setNodelay(on: boolean): void {
    this.transport?.setNoDelay(on);
  }
}
