/** The side of a connection in memory that looks like a stream to what answers its request: addresses, and what waits to be passed on. */
import { StreamClosedError } from "../../net/errors.ts";
import type { MemoryAddresses } from "../../net/memory-transport.ts";
import { OUTPUT_HIGH_WATER_MARK } from "../../net/stream-output.ts";
import { SocketWaits } from "../http1/socket-waits.ts";
import type { ResponseStream } from "../interfaces.ts";

export abstract class MemoryStream implements ResponseStream {
  protected readonly addresses: MemoryAddresses;
  /** The response is complete, or never will be. */
  protected done = false;
  /** Bytes given to the sink that it has not passed on. */
  protected unsent = 0;
  protected waits: SocketWaits | undefined = undefined;

  constructor(addresses: MemoryAddresses) {
    this.addresses = addresses;
  }

  abstract destroy(): void;

  /** Content given to the sink has been passed on. */
  taken(size: number): void {
    this.unsent = Math.max(0, this.unsent - size);
    if (this.unsent <= OUTPUT_HIGH_WATER_MARK) this.waits?.drain();
  }

  drained(): Promise<void> {
    this.waits ??= new SocketWaits();
    if (this.done) this.waits.close(new StreamClosedError());
    return this.waits.drained();
  }

  get isClosed(): boolean {
    return this.done;
  }
  // oxlint-disable-next-line class-methods-use-this
  get peerEnded(): boolean {
    return false;
  }
  get congested(): boolean {
    return this.unsent > OUTPUT_HIGH_WATER_MARK;
  }
  get unsentLength(): number {
    return this.unsent;
  }
  get remoteAddress(): string | undefined {
    return this.addresses.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.addresses.remotePort;
  }
  get localAddress(): string | undefined {
    return this.addresses.localAddress;
  }
  get localPort(): number | undefined {
    return this.addresses.localPort;
  }
  get encrypted(): boolean {
    return this.addresses.encrypted === true;
  }
  // oxlint-disable-next-line class-methods-use-this
  setNodelay(_on: boolean): void {}
}
