/**
 * The asking half of a `RequestHandler`: arguments of query and content, and the content itself as a stream or as the parts of a
 * form.
 */
import type { Buffer } from "node:buffer";
import { decodeArgument } from "../../http/message/arguments.ts";
import type { ArgumentMap } from "../../http/message/arguments.ts";
import type { MultipartOptions } from "../../http/message/multipart/options.ts";
import { MultipartStream } from "../../http/message/multipart/stream.ts";
import { notPromise } from "../../user-code.ts";
import { HandlerOutput } from "./output.ts";
import { stateOf } from "./state.ts";
import { MissingArgumentError } from "./http-error.ts";
import { contentOf } from "./request-content.ts";

type Fallback = [] | [fallback: unknown, strip?: boolean | undefined];

export abstract class HandlerInput extends HandlerOutput {
  /** Last value of an argument, from the content if it is there, else from the query; white space around it stripped. */
  getArgument(name: string): string;
  getArgument<T>(name: string, fallback: T, strip?: boolean): string | T;
  getArgument(name: string, ...rest: Fallback): unknown {
    return lastArgument(this, argumentsOf(this)[name], name, rest);
  }
  getArguments(name: string, strip = true): string[] {
    return decodeAll(this, argumentsOf(this)[name], name, strip);
  }
  getQueryArgument(name: string): string;
  getQueryArgument<T>(name: string, fallback: T, strip?: boolean): string | T;
  getQueryArgument(name: string, ...rest: Fallback): unknown {
    return lastArgument(this, this.request.queryArguments[name], name, rest);
  }
  getQueryArguments(name: string, strip = true): string[] {
    return decodeAll(this, this.request.queryArguments[name], name, strip);
  }
  getBodyArgument(name: string): string;
  getBodyArgument<T>(name: string, fallback: T, strip?: boolean): string | T;
  getBodyArgument(name: string, ...rest: Fallback): unknown {
    return lastArgument(this, this.request.bodyArguments[name], name, rest);
  }
  getBodyArguments(name: string, strip = true): string[] {
    return decodeAll(this, this.request.bodyArguments[name], name, strip);
  }

  /** Bytes of an argument (or of a captured part of the path) as text: UTF-8, or 400. May be overridden. */
  decodeArgument(value: Buffer, name: string): string {
    return decodeArgument(value, name);
  }
  /**
   * The content as it comes, in classes marked with `streamRequestBody` that define no `dataReceived`; the client is held back while
   * nobody reads. Can be read once. In other classes the content that was received.
   */
  bodyStream(): AsyncIterable<Uint8Array> {
    const state = stateOf(this);
    const content = contentOf(state);
    if (state.target?.pulls !== true) {
      void content.push(this.request.body);
      content.end();
    }
    return content;
  }
  /**
   * The parts of a multipart form as they come, files of any size among them; for the rest as `bodyStream`.
   *
   * @throws RemoteProtocolError (415) where the content is no multipart/form-data; iterating throws one (400, 413) on a malformed
   * form or one over the limits.
   */
  parts(options?: MultipartOptions): MultipartStream {
    const stream = new MultipartStream(this.request.headers.get("Content-Type") ?? "", options);
    feed(stream, this.bodyStream()).catch((error: unknown) => stream.abort(error));
    return stream;
  }
}

async function feed(stream: MultipartStream, content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of content) await stream.push(chunk);
  stream.end();
}

/** In a class that takes the content as it comes there are those of the query only: no content is there to be parsed, as in Tornado. */
function argumentsOf(handler: HandlerInput): ArgumentMap {
  const { request } = handler;
  return stateOf(handler).target?.streams === true ? request.queryArguments : request.arguments;
}

function lastArgument(handler: HandlerInput, values: Buffer[] | undefined, name: string, rest: Fallback): unknown {
  const last = values?.at(-1);
  if (last !== undefined) return cleanArgument(handler, last, name, rest[1] ?? true);
  if (rest.length === 0) throw new MissingArgumentError(name);
  return rest[0];
}

function decodeAll(handler: HandlerInput, values: Buffer[] | undefined, name: string, strip: boolean): string[] {
  return (values ?? []).map((value) => cleanArgument(handler, value, name, strip));
}

function cleanArgument(handler: HandlerInput, value: Buffer, name: string, strip: boolean): string {
  const decoded = notPromise(handler.decodeArgument(value, name), "decodeArgument");
  // Tornado turns control characters into spaces, so that they end in no log and no page.
  // oxlint-disable-next-line no-control-regex
  const text = decoded.replace(/[\x00-\x08\x0e-\x1f]/g, " ");
  return strip ? text.trim() : text;
}
