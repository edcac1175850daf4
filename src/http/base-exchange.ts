/**
 * What every exchange of this package has in common: how far its response is, how much content it has promised, and who is told that the
 * client leaves or that the server is shut down. How a response is sent is the subclass's.
 */
import { M_HEAD } from "../parser/abi.ts";
import { bound, captureContext, captureInRead, copyOf } from "../async/context.ts";
import type { Context } from "../async/context.ts";
import { StreamClosedError } from "../net/errors.ts";
import { guardCall } from "./failures.ts";
import type { RequestFacts } from "./interfaces.ts";
import { checkLength, parseLength } from "./message/content-length.ts";
import { LocalProtocolError } from "./message/errors.ts";
import { forbidsContent } from "./message/status.ts";
import { ShutdownNotice } from "./shutdown-notice.ts";

/** The longest content that is waited for although nobody reads it, bytes. */
export const SHORT_CONTENT = 65_536;

// What has been sent of the response.
export const NOTHING = 0;
export const HEAD_SENT = 1;
export const FINISHED = 2;
export const LOST = 3;

export abstract class BaseExchange<Head extends RequestFacts> {
  readonly head: Head;
  /** The asynchronous context of the request; undefined while its first synchronous part runs, in a scope of its own. */
  context: Context | undefined = undefined;
  protected phase: number = NOTHING;
  /** 101 has been sent: what follows is another protocol's, on the detached stream. */
  protected switching: boolean = false;
  /** Bytes of content still promised by Content-Length; -1 where none was promised. */
  protected promised: number = -1;
  private closeCallback: ((error: Error | undefined) => void) | undefined = undefined;
  private abort: AbortController | undefined = undefined;
  private shutdown: ShutdownNotice | undefined = undefined;

  constructor(head: Head) {
    this.head = head;
  }

  abstract get remoteIp(): string;
  abstract destroy(): void;
  /** The client has left before the response was complete; it may still receive it where it closed its own side only. */
  abstract get left(): boolean;
  /** The server accepts nothing more. */
  protected abstract get ending(): boolean;

  get started(): boolean {
    return this.phase !== NOTHING;
  }
  get finished(): boolean {
    return this.phase >= FINISHED;
  }
  /** The client is gone, or was given up, before the response was complete. */
  get lost(): boolean {
    return this.phase === LOST;
  }

  /** The present context becomes the one of this request (`AsyncLocalStorage`): what is called later in its name runs in copies of it. */
  keepContext(): void {
    this.context = captureContext();
  }
  /** The same, for the first synchronous part of the request, in the read that its head came with. */
  keepContextOfRead(): void {
    this.context = captureInRead();
  }
  /** A copy of it, for one call of a function of the program. */
  get scope(): Context {
    return this.context === undefined ? captureContext() : copyOf(this.context);
  }

  // --- who is told ---

  /** Called once if the client leaves before the response is complete, in the `AsyncLocalStorage` context of this call. */
  setCloseCallback(callback: ((error: Error | undefined) => void) | undefined): void {
    this.closeCallback = callback === undefined ? undefined : bound(callback);
  }

  /** Aborted if the client leaves before the response is complete, and only then. Made when first asked for. */
  get signal(): AbortSignal {
    if (this.abort === undefined) {
      this.abort = new AbortController();
      if (this.left) this.abort.abort(new StreamClosedError());
    }
    return this.abort.signal;
  }

  /**
   * Called once if the server is shut down before the response is complete, so that it is completed soon; at the end of this turn where it
   * accepts nothing more already.
   */
  setShutdownCallback(callback: () => void): void {
    const notice = (this.shutdown ??= new ShutdownNotice());
    notice.callback = bound(callback);
    if (this.ending) queueMicrotask(() => this.notifyShutdown());
  }
  /** Aborted if the server is shut down before the response is complete, and only then. Made when first asked for. */
  get shutdownSignal(): AbortSignal {
    const notice = (this.shutdown ??= new ShutdownNotice());
    if (this.ending && this.phase < FINISHED) notice.abort();
    return notice.signal;
  }
  /** The server is being shut down. */
  notifyShutdown(): void {
    const { shutdown } = this;
    if (shutdown !== undefined && this.phase < FINISHED)
      guardCall(this, "a shutdown callback", () => shutdown.notify());
  }

  /** The connection is gone before the response was complete. */
  markLost(error: Error | undefined): void {
    if (this.phase >= FINISHED) return;
    this.phase = LOST;
    this.notifyLeft(error);
  }

  /** The request will be answered without its handler; the client is still there. */
  giveUp(): void {
    if (this.phase < FINISHED) this.phase = LOST;
  }

  /** Notifies the handler that the client has left. The response may still be sent: the client may have closed its own side only. */
  notifyLeft(error: Error | undefined): void {
    const callback = this.closeCallback;
    this.closeCallback = undefined;
    const { abort } = this;
    if (abort !== undefined) guardCall(this, "a signal", () => abort.abort(new StreamClosedError(error)));
    if (callback !== undefined) guardCall(this, "a close callback", () => callback(error));
  }

  /** The response is complete, or another's: nobody is told any more. */
  protected close(): void {
    this.phase = FINISHED;
    this.closeCallback = undefined;
  }
  protected closeForUpgrade(): void {
    this.close();
    this.shutdown = undefined;
  }

  // --- the rules of a response ---

  /** @throws LocalProtocolError where a response has been begun; a lost one can be begun again, and goes nowhere. */
  protected refuseSecond(): void {
    if (this.phase === LOST) return;
    throw new LocalProtocolError("ERR_LANDSPOUT_HEADERS_SENT", "The headers of this answer have been sent already.");
  }

  /** What `write` returns when nobody is there any more. */
  protected gone(): Promise<void> | void {
    if (this.phase !== LOST) return undefined;
    const rejected = Promise.reject(new StreamClosedError());
    rejected.catch(() => undefined);
    return rejected;
  }

  /**
   * Takes what the head of a response says of its content. `lengthField`: its Content-Length. Returns whether the content may have any
   * length.
   * @throws LocalProtocolError on content, or a length, that the status or the content does not allow.
   */
  protected promise(code: number, lengthField: string | undefined, chunk: string | Uint8Array | undefined): boolean {
    const forbidden = forbidsContent(code);
    const toHead = this.head.id === M_HEAD;
    if (forbidden && !toHead && chunk !== undefined && chunk.length > 0)
      throw new LocalProtocolError("ERR_LANDSPOUT_NO_CONTENT", `A ${code} response cannot have content.`);
    if (code === 205 && lengthField !== undefined) checkLength(lengthField, 0);
    this.promised = -1;
    if (forbidden || toHead) this.promised = 0;
    else if (lengthField !== undefined) this.promised = parseLength(lengthField);
    this.switching = code === 101;
    return this.promised < 0;
  }

  /** @throws LocalProtocolError before `writeHeaders`. */
  protected checkBegun(call: string): void {
    if (this.phase === NOTHING)
      throw new LocalProtocolError("ERR_LANDSPOUT_HEADERS_MISSING", `Call writeHeaders before ${call}.`);
  }

  /** Counts content that is about to be sent. @throws LocalProtocolError, the exchange destroyed, where it is more than was promised. */
  protected count(length: number): void {
    if (this.promised < 0) return;
    this.promised -= length;
    if (this.promised >= 0) return;
    this.destroy();
    throw new LocalProtocolError(
      "ERR_LANDSPOUT_CONTENT_TOO_LONG",
      "Tried to write more data than Content-Length says.",
    );
  }

  /** @throws LocalProtocolError, the exchange destroyed, where the response cannot be complete. */
  protected checkComplete(): void {
    if (this.switching) {
      this.destroy();
      throw new LocalProtocolError("ERR_LANDSPOUT_STATUS_CODE", "101 is no complete response: detach the stream.");
    }
    if (this.promised <= 0 || this.head.id === M_HEAD) return;
    const missing = this.promised;
    this.destroy();
    throw new LocalProtocolError(
      "ERR_LANDSPOUT_CONTENT_TOO_SHORT",
      `Tried to finish ${missing} bytes before Content-Length was reached.`,
    );
  }
}
