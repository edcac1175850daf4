/**
 * Field values that are lists of simple members (RFC 9110 §5.6.1): what a request or response says with tokens between commas. Members that
 * may hold quoted text with commas have readers of their own.
 */

/**
 * The members in their order, without the blanks around them; no more than `most`.
 * RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements". How many there can be is bounded by the
 * size of the header.
 */
export function listMembers(field: string, most: number = Infinity): string[] {
  const members: string[] = [];
  for (let start = 0; start < field.length && members.length < most;) {
    const comma = field.indexOf(",", start);
    const end = comma < 0 ? field.length : comma;
    const member = field.slice(start, end).trim();
    if (member !== "") members.push(member);
    start = end + 1;
  }
  return members;
}

/** Whether a list has a member, in any case. `token`: in lower case. */
export function hasMember(field: string | undefined, token: string): boolean {
  return field !== undefined && listMembers(field).some((member) => member.toLowerCase() === token);
}
