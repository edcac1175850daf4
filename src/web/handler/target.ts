/** A handler class as the target of a route, with what is known about it before any request: hooks it does not define are not called. */
import { UsageError } from "../../errors.ts";
import type { HandlerClass } from "../application/application.ts";
import { streamsRequestBody } from "./decorators.ts";
import { checkArgsOf } from "./init-args.ts";
import { RequestHandler } from "./request-handler.ts";
import { newMemo } from "../../http/response-memo.ts";
import type { ResponseMemo } from "../../http/response-memo.ts";

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

const NO_ARGS: object = Object.freeze({});
const NO_NAMES: readonly string[] = [];

export function targetOf(
  handlerClass: HandlerClass,
  initArgs: object | undefined,
  names: readonly (string | undefined)[] = NO_NAMES,
): Target {
  if (handlerClass !== RequestHandler && !(handlerClass?.prototype instanceof RequestHandler))
    throw new UsageError("ERR_LANDSPOUT_ROUTE", "a handler must be RequestHandler or a subclass of it");
  checkArgsOf(handlerClass, initArgs ?? NO_ARGS);
  const own = handlerClass.prototype as RequestHandler;
  const base = RequestHandler.prototype;
  return {
    handlerClass,
    initArgs: initArgs ?? {},
    names,
    initializes: own.initialize !== base.initialize,
    prepares: own.prepare !== base.prepare,
    noticesClose: own.onConnectionClose !== base.onConnectionClose,
    noticesShutdown: own.onShutdown !== base.onShutdown,
    setsDefaults: own.setDefaultHeaders !== base.setDefaultHeaders,
    finishes: own.onFinish !== base.onFinish,
    headsItself: own.head !== base.head,
    streams: streamsRequestBody(handlerClass),
    pulls: streamsRequestBody(handlerClass) && own.dataReceived === base.dataReceived,
    memo: newMemo(),
  };
}
