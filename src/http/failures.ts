/** The log record of a failure in code that answers a request below the framework: delegates, their callbacks, adapters. */
import { describeError, loggers } from "../log.ts";
import { guard } from "../user-code.ts";
import type { Exchange } from "./interfaces.ts";

/** What the log record of a failure says of its request. */
type FailedExchange = Pick<Exchange, "head" | "remoteIp">;

/** Names the request and the function that failed, `Upload.dataReceived` for instance. Never throws. */
export function logExchangeFailure(exchange: FailedExchange, where: string, error: unknown): void {
  const { head } = exchange;
  const request = `${head.method} ${head.path} (${exchange.remoteIp})`;
  loggers.application.error(`Uncaught exception ${request} in ${where}\n${describeError(error)}`);
}

/** Calls a function of a request, in its context, whose result nothing waits for; a failure is logged. Never throws. */
export function guardCall(
  exchange: FailedExchange & Pick<Exchange, "scope">,
  where: string,
  call: () => unknown,
): void {
  guard(
    () => exchange.scope.runInAsyncScope(call),
    (error) => logExchangeFailure(exchange, where, error),
  );
}

/** How a method of a delegate is called in the log. An object literal has no better name than that. */
export function nameOf(delegate: object | undefined, hook: string): string {
  const name = delegate?.constructor?.name;
  return `${name === undefined || name === "" || name === "Object" ? "the request delegate" : name}.${hook}`;
}
