/**
 * Who is in a room by way of this process, under which name, and who is typing. Every page has a secret it made up: it is there while
 * it holds a connection or a poll, and for a moment after one that ended without a goodbye. Others know it by an id made of the secret.
 * It must not know HTTP.
 */
import { createHash } from "node:crypto";
import { IOLoop } from "landspout";
import { MOST_LISTED, MOST_PEOPLE } from "./limits.ts";
import type { Person, Presence } from "./presence.ts";

/** Seconds a page may take from an answer to its next poll, or from a connection that broke to the next. */
const GRACE = 3;
/** Seconds after which somebody types no more, unless the page says so again. */
const TYPING = 5;

type Timeout = ReturnType<IOLoop["callLater"]>;

interface Page {
  readonly id: string;
  readonly since: number;
  name: string;
  /** Connections and polls held. */
  holds: number;
  /** Ends the wait for the next of them. */
  grace: Timeout | undefined;
  /** Ends the typing. */
  typing: Timeout | undefined;
}

/** The id by which others know a secret; empty where there is none. */
export const publicIdOf = (secret: string): string =>
  secret === "" ? "" : createHash("sha256").update(secret).digest("base64url").slice(0, 16);

export class People implements Presence {
  readonly #present: Map<string, Page> = new Map();
  readonly #changed: (cameOrWent: boolean) => void;

  /** @param changed Called when somebody came or went, took another name, began or ended typing. */
  constructor(changed: (cameOrWent: boolean) => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#present.size;
  }
  /** Those who came first. */
  get listed(): readonly Person[] {
    const listed: Person[] = [];
    for (const { id, name, since, typing } of this.#present.values()) {
      if (listed.length === MOST_LISTED) break;
      listed.push({ id, name, since, typing: typing !== undefined });
    }
    return listed;
  }

  /** A connection or a poll begins. The result is the page's id, empty where nobody counts it. */
  arrive(who: string, name: string): string {
    if (who === "") return "";
    let page = this.#present.get(who);
    if (page === undefined) {
      if (this.#present.size >= MOST_PEOPLE) return "";
      page = { id: publicIdOf(who), since: Date.now(), name, holds: 1, grace: undefined, typing: undefined };
      this.#present.set(who, page);
      this.#changed(true);
      return page.id;
    }
    page.holds++;
    stop(page.grace);
    page.grace = undefined;
    if (name !== "") this.#rename(page, name);
    return page.id;
  }

  /** A poll was answered, or a connection broke: the page comes back soon, or has gone. */
  interrupted(who: string): void {
    const page = this.#released(who);
    if (page !== undefined) page.grace = IOLoop.current().callLater(GRACE, () => this.#remove(who, page));
  }

  /** A poll was given up, or a connection closed with a goodbye: the page has gone. */
  leave(who: string): void {
    const page = this.#released(who);
    if (page !== undefined) this.#remove(who, page);
  }

  /** The page, if that was the last it held. */
  #released(who: string): Page | undefined {
    const page = this.#present.get(who);
    if (page === undefined || page.holds === 0) return undefined;
    return --page.holds === 0 ? page : undefined;
  }
  #remove(who: string, page: Page): void {
    stop(page.grace);
    stop(page.typing);
    this.#present.delete(who);
    this.#changed(true);
  }

  /** What a page says of itself; of one that is not here nothing is kept. */
  update(who: string, name: string, typing: boolean): void {
    const page = this.#present.get(who);
    if (page === undefined) return;
    this.#rename(page, name);
    const was = page.typing;
    stop(was);
    page.typing = typing ? IOLoop.current().callLater(TYPING, () => this.update(who, page.name, false)) : undefined;
    if ((was !== undefined) !== typing) this.#changed(false);
  }

  #rename(page: Page, name: string): void {
    if (page.name === name) return;
    page.name = name;
    this.#changed(false);
  }
}

function stop(timeout: Timeout | undefined): void {
  if (timeout !== undefined) IOLoop.current().removeTimeout(timeout);
}
