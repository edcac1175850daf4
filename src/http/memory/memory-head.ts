/**
 * The head of a request that comes as a method, a target and fields. What is refused, and in which order, is what the parser refuses of the
 * same head as text (src/parser/GRAMMAR.md); the sizes are those that the text would have.
 */
import * as abi from "../../parser/abi.ts";
import { FIELD_NAMES, METHOD_NAMES } from "../../parser/names.ts";
import { headTooLarge, syntaxError, targetNotStrict, targetTooLong, toProtocolError } from "../http1/error-response.ts";
import { headRefusal, REFUSALS } from "../http1/framing.ts";
import type { ConnectionLimits } from "../http1/limits.ts";
import type { RequestFacts } from "../interfaces.ts";
import { belongsToConnection } from "../message/connection-fields.ts";
import type { RemoteProtocolError } from "../message/errors.ts";
import { isFieldValue, isToken, trimBlanks } from "../message/field-text.ts";
import { asciiTarget, isStrictTarget } from "../message/target.ts";

/** A request in parts. */
export interface MemoryRequest {
  readonly method: string;
  /** The request target, one character a byte. */
  readonly target: string;
  /**
   * Names and values of the fields in turn. Those of the connection the request came on, and of framing, are left out and made anew: what
   * the program sees is a request on a connection of its own.
   */
  readonly fields: readonly string[];
  /** Bytes, or pieces as they come; undefined for none. A `Content-Length` field holds for pieces only. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array | string> | undefined;
}

const METHODS: ReadonlyMap<string, number> = new Map(METHOD_NAMES.map((name, id): [string, number] => [name, id]));

/** Not passed on. */
const DROPPED = -1;
/** Ids of well-known names in lower case; 0 for no other. */
const IDS: ReadonlyMap<string, number> = new Map([
  ...FIELD_NAMES.map((name, id): [string, number] => [name, belongsToConnection(name) ? DROPPED : id]),
  ...["http2-settings", "keep-alive", "proxy-connection"].map((name): [string, number] => [name, DROPPED]),
]);

// target-char: 0x21-0x7E and 0x80-0xFF without "#".
const TARGET = /^[\x21\x22\x24-\x7e\x80-\xff]+$/;
const IP_LITERAL = "\\[[0-9A-Fa-f:.]{2,}(?:%[A-Za-z0-9\\-._~]+)?\\]";
const NAME_CHAR = "(?:[A-Za-z0-9\\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})";
/** uri-host [ ":" *5DIGIT ] */
const HOST = new RegExp(`^(?:${IP_LITERAL}|${NAME_CHAR}*)(?::[0-9]{0,5})?$`);
/** The same with a host that is not empty, behind a scheme. */
const ABSOLUTE = new RegExp(`^https?://((?:${IP_LITERAL}|${NAME_CHAR}+)(?::[0-9]{0,5})?)(?=[/?]|$)`, "i");
/** authority-form: uri-host ":" 1*5DIGIT */
const AUTHORITY = new RegExp(`^(?:${IP_LITERAL}|${NAME_CHAR}+):[0-9]{1,5}$`);
const RAW = /[\x80-\xff]/;
// `1*DIGIT`, at most 2^53-1; leading zeros do not count.
const DIGITS = /^[0-9]+$/;

/** `SP`, `SP HTTP/1.1 CRLF` of a request line. */
const LINE_EXTRA = 12;
/** `: ` and CRLF of a field line. */
const FIELD_EXTRA = 4;

export class MemoryHead implements RequestFacts {
  readonly method: string;
  readonly id: number;
  readonly path: string;
  readonly targetPath: string;
  readonly query: string;
  readonly pathEscaped: boolean;
  host: string | undefined;
  /** Bytes of the content; -1 where they are not known before it ends. */
  contentLength = 0;
  /** Names and values in turn. */
  readonly lines: string[] = [];
  private knownLow = 0;
  private knownHigh = 0;

  /** @param target In ASCII. @param from Where its path begins. */
  constructor(method: string, id: number, target: string, from: number, raw: boolean) {
    this.method = method;
    this.id = id;
    this.path = target;
    const mark = target.indexOf("?", from);
    const path = from === 0 && mark < 0 ? target : target.slice(from, mark < 0 ? undefined : mark);
    this.targetPath = path === "" && from > 0 ? "/" : path;
    this.query = mark < 0 ? "" : target.slice(mark + 1);
    this.pathEscaped = raw || path.includes("%");
    this.host = undefined;
  }

  // oxlint-disable-next-line class-methods-use-this
  get version(): string {
    return "HTTP/1.1";
  }
  knows(id: number): boolean {
    return (((id < 32 ? this.knownLow : this.knownHigh) >>> (id & 31)) & 1) === 1;
  }
  readFields(): string[] {
    return this.lines.slice();
  }

  /** Adds a field line. */
  add(id: number, name: string, value: string): void {
    if (id >= 32) this.knownHigh |= 1 << (id & 31);
    else if (id > 0) this.knownLow |= 1 << id;
    this.lines.push(name, value);
  }
}

/** The head of a request, or why it is refused. */
export function readHead(
  request: MemoryRequest,
  limits: ConnectionLimits,
  strictTarget: boolean,
): MemoryHead | RemoteProtocolError {
  const { method, target } = request;
  const { maxHeaderSize, maxTargetLength } = limits;
  if (!isToken(method)) return syntaxError(abi.E_METHOD);
  if (!TARGET.test(target)) return syntaxError(abi.E_TARGET);
  const id = METHODS.get(method) ?? 0;
  const authority = target.startsWith("/") && id !== abi.M_CONNECT ? "" : authorityOf(id, target);
  if (authority === undefined) return syntaxError(abi.E_TARGET_FORM);
  const size = method.length + target.length + LINE_EXTRA;
  if (size > maxHeaderSize) return targetTooLong(maxTargetLength);
  const raw = RAW.test(target);
  const ascii = raw ? asciiTarget(target) : target;
  const from = authority === "" ? 0 : target.indexOf("://") + 3 + authority.length;
  const head = new MemoryHead(method, id, ascii, from, raw);
  const flags = readFields(head, request, limits, size);
  if (typeof flags === "object") return flags;
  if (target.length > maxTargetLength) return targetTooLong(maxTargetLength);
  if (strictTarget && (raw || !isStrictTarget(target))) return targetNotStrict();
  const refused =
    headRefusal(flags, 1) ??
    (id === abi.M_CONNECT ? REFUSALS["connect"] : undefined) ??
    ((flags & abi.F_CL_INVALID) === 0 ? undefined : REFUSALS["contentLength"]);
  if (refused !== undefined) return toProtocolError(refused);
  // RFC 9112 §3.2.2: the authority of an absolute-form target replaces Host.
  if (authority !== "") head.host = authority;
  return head;
}

/** The authority of an absolute-form target, "" where the target has another form; undefined: its form does not go with the method. */
function authorityOf(method: number, target: string): string | undefined {
  if (method === abi.M_CONNECT) return AUTHORITY.test(target) ? "" : undefined;
  if (target === "*") return method === abi.M_OPTIONS ? "" : undefined;
  return ABSOLUTE.exec(target)?.[1];
}

/** Takes the fields over; the flags of what is there (F_ in ../../parser/abi.ts), or why they are refused. */
function readFields(
  head: MemoryHead,
  { fields, content }: MemoryRequest,
  { maxHeaderSize, maxFieldCount }: ConnectionLimits,
  before: number,
): number | RemoteProtocolError {
  let size = before;
  let flags = 0;
  let length: string | undefined;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    let value = fields[i + 1] as string;
    const id = IDS.get(name) ?? IDS.get(name.toLowerCase()) ?? 0;
    if (id === DROPPED) continue;
    if (size >= maxHeaderSize) return headTooLarge(maxHeaderSize);
    if (head.lines.length >= 2 * maxFieldCount) return syntaxError(abi.E_TOO_MANY_FIELDS);
    if (id === 0 && !isToken(name)) return syntaxError(abi.E_FIELD_NAME);
    const end = size + name.length + value.length + FIELD_EXTRA;
    // Bytes past the limit are not looked at.
    if (end > maxHeaderSize) value = value.slice(0, Math.max(0, maxHeaderSize - size - name.length - 2));
    if (!isFieldValue(value)) return syntaxError(abi.E_FIELD_VALUE);
    if (end > maxHeaderSize) return headTooLarge(maxHeaderSize);
    value = trimBlanks(value);
    if (id === abi.H_CONTENT_LENGTH) {
      length = value;
      continue;
    }
    size = end;
    if (id === abi.H_HOST) {
      if (head.host === undefined) flags |= HOST.test(value) ? abi.F_HOST_PRESENT : HOST_REFUSED;
      else flags |= abi.F_HOST_REPEATED;
      head.host ??= value;
    }
    head.add(id, name, value);
  }
  const own = head.lines.length;
  head.add(abi.H_CONNECTION, "Connection", "close");
  if (content === undefined) {
    if (length === "0") head.add(abi.H_CONTENT_LENGTH, "Content-Length", "0");
  } else if (content instanceof Uint8Array || length !== undefined) {
    const said = content instanceof Uint8Array ? String(content.length) : (length as string);
    head.contentLength = Number(said);
    if (!DIGITS.test(said) || head.contentLength > Number.MAX_SAFE_INTEGER) flags |= abi.F_CL_INVALID;
    head.add(abi.H_CONTENT_LENGTH, "Content-Length", said);
  } else {
    head.contentLength = -1;
    head.add(abi.H_TRANSFER_ENCODING, "Transfer-Encoding", "chunked");
  }
  if (head.lines.length > 2 * maxFieldCount) return syntaxError(abi.E_TOO_MANY_FIELDS);
  for (let i = own; i < head.lines.length; i += 2)
    size += (head.lines[i] as string).length + (head.lines[i + 1] as string).length + FIELD_EXTRA;
  return size + 2 > maxHeaderSize ? headTooLarge(maxHeaderSize) : flags;
}

const HOST_REFUSED = abi.F_HOST_PRESENT | abi.F_HOST_INVALID;
