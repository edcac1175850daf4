/**
 * What is known of the content of a whole response before it is sent: length, entity tag, alphabet. A route keeps the description of its
 * last response, so that the same content need not be hashed or measured again; an exchange keeps in it how it sent that response.
 */
import { ASCII } from "../net/stream-output.ts";
import type { TextKind } from "../net/stream-output.ts";

export interface ResponseMemo {
  /** The content where it is short text that may come again, else "". */
  text: string;
  /** How the characters of text content become bytes. */
  kind: TextKind;
  /** `Content-Type` of the response, where its program has set no fields. */
  contentType: string;
  /** An entity tag was asked for. */
  tagged: boolean;
  /** `Etag`, or "" for none. */
  tag: string;
  /** The tag is of the package's own making: ASCII. */
  plainTag: boolean;
  /** Bytes of the content; -1 where the fields of the response say it, or nothing does. */
  length: number;
  /** HTTP/1: the `Content-Length` and `Etag` lines, "" until they are needed. */
  lines: string;
  /** HTTP/1: the whole response as one flat string, and the generation of the date it carries; -1 for none. */
  whole: string;
  generation: number;
}

export const newMemo = (): ResponseMemo => ({
  text: "",
  kind: ASCII,
  contentType: "",
  tagged: false,
  tag: "",
  plainTag: true,
  length: -1,
  lines: "",
  whole: "",
  generation: -1,
});
