/** A handler class as the target of a route, with what is known about it before any request: hooks it does not define are not called. */
import type { ResponseMemo } from "../../http/response-memo.ts";
import type { HandlerClass } from "./host.ts";

export interface Target {
  readonly handlerClass: HandlerClass;
  readonly initArgs: object;
  /** Names of what the route captures, in order; undefined for a part without. */
  readonly names: readonly (string | undefined)[];
  readonly initializes: boolean;
  readonly prepares: boolean;
  readonly noticesClose: boolean;
  readonly noticesShutdown: boolean;
  readonly setsDefaults: boolean;
  readonly finishes: boolean;
  /** It answers HEAD itself: what GET would send is not known. */
  readonly headsItself: boolean;
  /** The class takes content as it comes. */
  readonly streams: boolean;
  /** It reads that content itself, and its method runs at once. */
  readonly pulls: boolean;
  readonly memo: ResponseMemo;
}
