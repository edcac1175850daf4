/** The asynchronous context of one request (`AsyncLocalStorage`): what is called later in its name runs in copies of it. */
import { captureContext, captureInRead, copyOf } from "../async/context.ts";
import type { Context } from "../async/context.ts";

export abstract class RequestContext {
  /** Undefined while the request's first synchronous part runs, in a scope of its own. */
  context: Context | undefined = undefined;

  /** The present context becomes the one of this request. */
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
}
