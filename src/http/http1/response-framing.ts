/**
 * What becomes of the fields of framing that a program sets itself in an answer. How a message ends and whether its connection goes on is
 * the connection's decision (RFC 9112 §6, §9); a length that is wrong is the program's mistake, which is said and not repaired.
 */
import { fieldLine } from "../message/field-text.ts";
import type { HTTPHeaders } from "../message/headers.ts";
import { hasMember, listMembers } from "../message/list-fields.ts";

/**
 * The fields without those of framing: a coding that a program set would come beside the connection's own, or beside a length
 * (RFC 9112 §6.2), and `Connection` is made by `connectionLine`.
 */
export function withoutFraming(headers: HTTPHeaders, code: number): HTTPHeaders {
  // RFC 9110 §7.8: a 101 names the protocol in Upgrade, and Upgrade in Connection, which is the program's then.
  const names = code === 101 ? ["Transfer-Encoding"] : ["Transfer-Encoding", "Connection"];
  if (!names.some((name) => headers.has(name))) return headers;
  const others = headers.copy();
  for (const name of names) others.delete(name);
  return others;
}

/**
 * Whether a program asks for the connection to be closed after its answer. RFC 9110 §7.6.1: Connection = #connection-option, compared
 * without regard to case.
 */
export const asksToClose = (field: string): boolean => hasMember(field, "close");

/**
 * The `Connection` field of an answer whose program has set one: its options, and the one word that says what becomes of the connection.
 * RFC 9112 §9.6: "A server that sends a close connection option MUST initiate closure of the connection after it sends the response
 * containing it".
 */
export function connectionLine(own: string, closes: boolean, old: boolean): string {
  const options = listMembers(own);
  const others = options.filter((option) => !/^(?:close|keep-alive)$/i.test(option));
  if (closes) others.push("close");
  else if (old || others.length < options.length) others.push("keep-alive");
  return others.length === 0 ? "" : fieldLine("Connection", others.join(", "));
}
