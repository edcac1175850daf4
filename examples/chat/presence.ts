/**
 * Who is in a room, as processes tell each other, and as a page sees it: those of all processes together. Somebody who was cut off from one
 * process and is at another already is one person, known by the same id.
 */
import { MOST_LISTED } from "./limits.ts";

export interface Person {
  /** The same in every process, and nobody else's; it does not tell the secret it is made of. */
  readonly id: string;
  readonly name: string;
  /** When it came to its process; milliseconds since 1970. */
  readonly since: number;
  readonly typing: boolean;
}

export interface Presence {
  readonly count: number;
  /** At most MOST_LISTED. */
  readonly listed: readonly Person[];
}

export const NOBODY: Presence = { count: 0, listed: [] };

/** By name, those without one last; so that nobody who goes from one process to another changes the order. */
function byName(one: Person, two: Person): number {
  const [a, b] = [one.name.toLowerCase(), two.name.toLowerCase()];
  if (a === b) return one.id < two.id ? -1 : 1;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  return a < b ? -1 : 1;
}

export function unite(own: Presence, others: Iterable<Presence>): Presence {
  const byId = new Map<string, Person>();
  let count = 0;
  for (const presence of [own, ...others]) {
    count += presence.count;
    for (const person of presence.listed) {
      const other = byId.get(person.id);
      if (other !== undefined) count--;
      // Where it came last it is now.
      if (other === undefined || other.since < person.since) byId.set(person.id, person);
    }
  }
  return { count, listed: [...byId.values()].sort(byName).slice(0, MOST_LISTED) };
}
