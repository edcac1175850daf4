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
function sorted(people: Iterable<Person>): Person[] {
  const keyed = Array.from(people, (person) => {
    const { id, name } = person;
    return { key: `${name === "" ? "\uffff" : name.toLowerCase()}\0${id}`, person };
  });
  return keyed.sort((one, two) => (one.key < two.key ? -1 : 1)).map(({ person }) => person);
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
  return { count, listed: sorted(byId.values()).slice(0, MOST_LISTED) };
}
