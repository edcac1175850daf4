/** Handlers that need no code: an error for every request, and another program's answer. RedirectHandler is beside them. */
import { UsageError } from "../../errors.ts";
import type { HTTPMessageDelegate, HTTPServerConnectionDelegate } from "../../http/interfaces.ts";
import type { RequestCallback } from "../../http/delegates.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import { checkOptions, whole } from "../../options-check.ts";
import { HTTPError } from "../handler/http-error.ts";
import { checkInitArgs } from "../handler/init-args.ts";
import { RequestHandler } from "../handler/request-handler.ts";

/** Answers every method with one status: `["/gone", ErrorHandler, { statusCode: 410 }]`. Default 404. */
export class ErrorHandler extends RequestHandler {
  #status = 404;
  override initialize({ statusCode = 404 }: { statusCode?: number }): void {
    this.#status = statusCode;
  }
  override prepare(): void {
    throw new HTTPError(this.#status);
  }
  /** What is answered with an error changes nothing. */
  override checkXsrfCookie(): void {}
}

checkInitArgs(ErrorHandler, (args) =>
  checkOptions("ErrorHandler", args, { statusCode: whole(400, 599) }, "ERR_LANDSPOUT_ROUTE"),
);

/** RFC 9110 §9.3.7: `OPTIONS *` asks about the server in general. */
export class ServerOptionsHandler extends RequestHandler {
  override options(): void {
    this.setStatus(204);
    this.setHeader("Allow", "GET, HEAD, POST, DELETE, PATCH, PUT, OPTIONS");
  }
}

/**
 * Leaves a request, its content collected, to a function or connection delegate that answers on the request's connection: a program of
 * the kind that is given to an HTTPServer. Unlike these as the target of a route, a subclass may say something about it in `prepare`.
 *
 * @example
 * ["/old/*", FallbackHandler, { fallback: (request) => oldProgram(request) }]
 */
export class FallbackHandler extends RequestHandler {
  #fallback: RequestCallback | HTTPServerConnectionDelegate | undefined = undefined;
  #left = false;

  override initialize({ fallback }: { fallback?: RequestCallback | HTTPServerConnectionDelegate }): void {
    if (typeof fallback !== "function" && typeof fallback?.startRequest !== "function")
      throw new UsageError("ERR_LANDSPOUT_ROUTE", "FallbackHandler needs { fallback }: a function or a delegate");
    this.#fallback = fallback;
  }
  /** This handler answers nothing more once the request has been left to another. */
  override get finished(): boolean {
    return this.#left || super.finished;
  }

  override async prepare(): Promise<void> {
    const { request } = this;
    const fallback = this.#fallback as RequestCallback | HTTPServerConnectionDelegate;
    this.#left = true;
    try {
      if (typeof fallback === "function") await fallback(request);
      else await passOn(request, fallback.startRequest(this, request.connection));
    } catch (error) {
      // An answer that was not begun is an error page.
      this.#left = request.connection.started;
      if (this.#left) request.connection.destroy();
      throw error;
    }
  }
  /** Whoever answers checks it, or not. */
  override checkXsrfCookie(): void {}
}

const PIECE = 65_536;

async function passOn(request: HTTPServerRequest, message: HTTPMessageDelegate): Promise<void> {
  const { body, method, uri: path, version } = request;
  await message.headersReceived({ method, path, version }, request.headers);
  for (let at = 0; at < body.length; at += PIECE) await message.dataReceived(body.subarray(at, at + PIECE));
  message.finish();
}
