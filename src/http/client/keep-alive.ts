/** The parameters of `Keep-Alive` (RFC 2068 §19.7.1.1): a hint how long the server keeps an idle connection. */

/** Seconds of a parameter; undefined where it is not there, or no number. */
export function parameterSeconds(field: string | undefined, name: string): number | undefined {
  if (field === undefined) return undefined;
  for (const part of field.split(",")) {
    const [key = "", value = ""] = part.split("=");
    if (key.trim().toLowerCase() === name && /^\s*[0-9]{1,9}\s*$/.test(value)) return Number(value);
  }
  return undefined;
}
