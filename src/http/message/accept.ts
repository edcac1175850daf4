/**
 * Content negotiation (RFC 9110 §12.4.2, §12.5.3): what a client says it takes, and the best of what the server has.
 */
import { listMembers } from "./list-fields.ts";

export interface Preference {
  /** In lower case; `*` stands for everything not named. */
  readonly name: string;
  /** 0 to 1; 0 means never. */
  readonly weight: number;
}

/** Members that are not empty. No client has more to say; what follows is not read. */
const MAX_PREFERENCES = 64;

/**
 * The members of an `Accept-…` field in the order sent. Parameters other than `q` are left out; a member whose weight is malformed
 * is dropped, as if it had not been sent.
 *
 * weight = OWS ";" OWS "q=" qvalue; qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
 */
export function parsePreferences(field: string): Preference[] {
  const preferences: Preference[] = [];
  for (const member of listMembers(field, MAX_PREFERENCES)) {
    const [name = "", ...parameters] = member.split(";");
    const weight = weightOf(parameters);
    if (name.trim() !== "" && weight !== undefined) preferences.push({ name: name.trim().toLowerCase(), weight });
  }
  return preferences;
}

function weightOf(parameters: readonly string[]): number | undefined {
  for (const parameter of parameters) {
    const match = /^[ \t]*q[ \t]*=(.*)$/i.exec(parameter);
    if (match === null) continue;
    const value = (match[1] ?? "").trim();
    return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : undefined;
  }
  return 1;
}

/**
 * The content coding to answer with: of those available, in the server's order of preference, the one the client weighs most.
 * Undefined: none, the content goes as it is.
 */
export function chooseCoding<T extends string>(acceptEncoding: string, available: readonly T[]): T | undefined {
  const preferences = parsePreferences(acceptEncoding);
  let best: T | undefined;
  let bestWeight = 0;
  for (const coding of available) {
    const weight = weightFor(preferences, coding);
    if (weight > bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  }
  // Whoever would rather have it as it is gets it as it is.
  return bestWeight < (preferences.find(({ name }) => name === "identity")?.weight ?? 0) ? undefined : best;
}

function weightFor(preferences: readonly Preference[], coding: string): number {
  // RFC 9110 §8.4.1.3: "x-gzip" is the same as "gzip".
  const named = preferences.find(({ name }) => name === coding || (coding === "gzip" && name === "x-gzip"));
  return named?.weight ?? preferences.find(({ name }) => name === "*")?.weight ?? 0;
}
