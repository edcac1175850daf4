/**
 * How a handler's response is written, sent and ended. Nothing is sent before `flush` or `finish`, so a whole response leaves in one
 * piece, with its length and its entity tag. What it is made of stands in the `HandlerState`.
 */
import { Buffer } from "node:buffer";
import { policyOf } from "../../net/bytes-policy.ts";
import type { BytesPolicy, WriteOptions } from "../../net/bytes-policy.ts";
import { COPY_LIMIT, takeContent } from "../../net/output-arena.ts";
import { checkBegun, checkWhole, isHeadAlone, namesTag } from "../answer/checks.ts";
import { lastResort, watchHook } from "./failures.ts";
import { HTML } from "../../http/message/default-fields.ts";
import { ignoreLate } from "./late-calls.ts";
import { TransformedOutput } from "../answer/output-transform.ts";
import { sendWhole, tagOfWhole, toNotModified } from "../answer/send-whole.ts";
import { asBytes, joined, textForm } from "./writable.ts";
import type { Writable } from "./writable.ts";
import { cut, ended } from "./ending.ts";
import type { HandlerState } from "./state.ts";

/** Methods that a class may override. Filled when handler-output.ts is loaded. */
export const usualMethods: { computeEtag: unknown } = { computeEtag: undefined };

/** Whether a call comes after the response has ended: then it is logged, and has no effect. */
export const isLate = (state: HandlerState, call: string): boolean => state.over && ignoreLate(state, call);

/** Whether the entity tag is that of the content alone. */
const hasPlainTag = (state: HandlerState): boolean => state.handler.computeEtag === usualMethods.computeEtag;

const goesThroughTransforms = (state: HandlerState): boolean =>
  state.application.transforms.length > 0 && !state.untransformed;

// --- written ---

export function write(state: HandlerState, chunk: Writable, options: WriteOptions | undefined): void {
  if (state.done && ignoreLate(state, "write")) return;
  let policy: BytesPolicy = "keep";
  let piece: string | Uint8Array;
  if (typeof chunk === "string") {
    if (options !== undefined) policyOf("write", options);
    piece = chunk;
  } else {
    const bytes = asBytes(chunk);
    if (bytes === undefined) piece = textOf(state, chunk);
    else {
      policy = policyOf("write", options);
      piece = policy === "copy" ? copyOf(state, bytes) : bytes;
      if (policy === "copy" && bytes.length <= COPY_LIMIT) policy = "keep";
    }
  }
  if (state.more !== undefined) state.more.push(piece);
  else if (state.content.length === 0) {
    state.content = piece;
    state.policy = policy;
  } else state.more = [state.content, piece];
}

/** Transforms, and a tag of the program's own, may keep what they are shown. */
function copyOf(state: HandlerState, chunk: Uint8Array): Buffer {
  return goesThroughTransforms(state) || !hasPlainTag(state) ? Buffer.from(chunk) : takeContent(chunk);
}

function textOf(state: HandlerState, value: object): string {
  const [text, type] = textForm(value);
  if (state.fields === undefined) state.contentType = type;
  else if (state.fields.get("Content-Type") === HTML) state.fields.set("Content-Type", type);
  return text;
}

/** What has been written and not sent, as one piece. `policy` is that of its bytes. */
export function takeWritten(state: HandlerState): string | Uint8Array {
  const { content, more } = state;
  state.content = "";
  if (more === undefined) return content;
  state.more = undefined;
  state.policy = "keep";
  return joined(more);
}

/** The same for output transforms, which may look at it later, or keep it. */
function takeOwn(state: HandlerState): string | Uint8Array {
  const content = takeWritten(state);
  return typeof content === "string" || state.policy !== "lend" ? content : Buffer.from(content);
}

// --- sent ---

function addCookieFields(state: HandlerState): void {
  const { newCookies } = state;
  state.newCookies = undefined;
  newCookies?.addTo(state.headers);
}

export function flush(state: HandlerState): Promise<void> | void {
  if (state.done && ignoreLate(state, "flush")) return undefined;
  const { connection } = state.request;
  if (state.sent) {
    return state.transformed === undefined
      ? connection.write(takeWritten(state), state.policy)
      : state.transformed.more(takeOwn(state), false);
  }
  checkBegun(state.status);
  if (state.newCookies !== undefined) addCookieFields(state);
  state.sent = true;
  const { headers, status, reason } = state;
  try {
    if (goesThroughTransforms(state)) {
      state.transformed = newTransformed(state);
      return state.transformed.start({ status, reason, headers }, takeOwn(state), false);
    }
    const content = takeWritten(state);
    return connection.writeHeaders({ code: status, reason: state.reasonText }, headers, content, state.policy);
  } catch (error) {
    if (!connection.started) unsend(state);
    throw error;
  }
}

export function finish(
  state: HandlerState,
  chunk: Writable | undefined,
  options: WriteOptions | undefined,
): Promise<void> | void {
  if (state.done && ignoreLate(state, "finish")) return undefined;
  if (chunk !== undefined) {
    // They leave at once, or are copied by the stream.
    const written: unknown = state.handler.write(chunk, policyOf("finish", options) === "keep" ? options : LENT);
    if (written !== undefined) watchHook(state, written, "write");
  }
  state.done = true;
  try {
    if (state.newCookies !== undefined && !state.sent) addCookieFields(state);
    if (goesThroughTransforms(state)) return finishTransformed(state);
    if (state.sent) {
      const { connection } = state.request;
      const content = takeWritten(state);
      void connection.write(content, final(state.policy));
      connection.finish();
    } else {
      state.sent = true;
      const content = takeWritten(state);
      if (isOnlyHead(state, content)) return finishHead(state);
      sendWhole(state, content, final(state.policy), hasPlainTag(state));
    }
  } catch (error) {
    if (state.request.connection.started) cut(state);
    else unsend(state);
    throw error;
  }
  ended(state);
  return undefined;
}

const LENT: WriteOptions = { bytes: "lend" };
/** Nobody waits for what was lent to the last piece. */
const final = (policy: BytesPolicy): BytesPolicy => (policy === "lend" ? "copy" : policy);

/** Nothing has left: an error page may still be sent. */
function unsend(state: HandlerState): void {
  state.done = false;
  state.sent = false;
  state.transformed = undefined;
  state.untransformed = true;
}

/** Whether only the head is to be sent; see `isHeadAlone`. @throws where the response cannot be sent; see `checkWhole`. */
function isOnlyHead({ request, status, fields, target }: HandlerState, content: string | Uint8Array): boolean {
  const method = request.methodId;
  checkWhole(status, method, fields, content);
  return isHeadAlone(status, method, fields, content, target?.headsItself === true);
}

/** Sends the head of a response to HEAD as it is, with the length and the tag that were set, or none; see `isHeadAlone`. */
function finishHead(state: HandlerState): Promise<void> | void {
  const { headers, request } = state;
  if (state.status === 200 && namesTag(request, headers.get("Etag"))) {
    state.status = 304;
    toNotModified(headers);
  }
  state.done = state.sent = false;
  void state.handler.flush();
  state.done = true;
  if (state.transformed !== undefined) return state.transformed.more("", true, () => ended(state));
  request.connection.finish();
  ended(state);
  return undefined;
}

function newTransformed(state: HandlerState): TransformedOutput {
  return new TransformedOutput(state.request, state.application.transforms, (error) => {
    // It fails after the call that began it: there may be nothing that waits for it.
    state.done = true;
    lastResort(state, error, "transform");
  });
}

/** The tag is that of the content as written; a transform that changes the bytes makes it weak. */
function finishTransformed(state: HandlerState): Promise<void> | void {
  let content = takeOwn(state);
  const finished = (): void => ended(state);
  if (state.transformed !== undefined) return state.transformed.more(content, true, finished);
  state.sent = true;
  if (isOnlyHead(state, content)) return finishHead(state);
  const { headers } = state;
  if (tagOfWhole(state, headers, content)) {
    state.handler.setStatus(304);
    headers.set("Content-Length", typeof content === "string" ? Buffer.byteLength(content) : content.length);
    content = "";
  }
  state.transformed = newTransformed(state);
  const { status, reason } = state;
  return state.transformed.start({ status, reason, headers }, content, true, finished);
}
