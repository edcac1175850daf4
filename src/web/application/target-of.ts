/** What is known of a handler class before any request. */
import { UsageError } from "../../errors.ts";
import { newMemo } from "../../http/response-memo.ts";
import { streamsRequestBody } from "../handler/decorators.ts";
import type { HandlerClass } from "../handler/host.ts";
import { checkArgsOf } from "../handler/init-args.ts";
import { RequestHandler } from "../handler/request-handler.ts";
import type { Target } from "../handler/target.ts";

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
