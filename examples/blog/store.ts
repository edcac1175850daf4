/** What the blog keeps: its author and readers, entries, who likes which. It must not know HTTP, nor how a page looks. */
import { randomBytes, randomUUID } from "node:crypto";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { freeSlug, slugOf } from "./slug.ts";

export interface User {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  /** Whether entries are this user's. One is; the others read. */
  readonly isAuthor: boolean;
}

export interface EntryHead {
  readonly id: number;
  /** The entry's name for ever, also in feeds. */
  readonly uuid: string;
  readonly slug: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly published: number;
  readonly updated: number;
}
export interface Entry extends EntryHead {
  /** Markdown. */
  readonly text: string;
  readonly likes: number;
}

type UserRow = Omit<User, "isAuthor"> & { readonly is_author: number };

/** Number of the tables below. Other tables than these are not touched. */
const VERSION = 1;
const TABLES = `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT NOT NULL,
    is_author INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX one_author ON users (is_author) WHERE is_author = 1;
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    published INTEGER NOT NULL,
    updated INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX entries_by_time ON entries (published);
  CREATE TABLE likes (
    entry INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (entry, user)
  ) STRICT, WITHOUT ROWID;
`;
const HEAD = "id, uuid, slug, title, published, updated";
const WHOLE = `${HEAD}, text, (SELECT count(*) FROM likes WHERE entry = entries.id) AS likes`;
const USER = "id, email, name, is_author";

export class Store {
  readonly #database: Database;
  /** Signs cookies. Made with the blog and kept with it, so that whoever is logged in stays so when the server starts again. */
  readonly secret: string;
  /** The blog's name for ever, in feeds. */
  readonly uuid: string;
  /** Since when there is this blog. Milliseconds since 1970. */
  readonly begun: number;

  private constructor(database: Database) {
    this.#database = database;
    this.secret = this.#setting("secret", () => randomBytes(32).toString("base64url"));
    this.uuid = this.#setting("uuid", randomUUID);
    this.begun = Number(this.#setting("begun", () => String(Date.now())));
  }

  /** @throws Error where there is no SQLite, or the file is not a blog of this kind. */
  static async open(path: string): Promise<Store> {
    const database = await openDatabase(path);
    try {
      database.transaction(() => {
        const version = database.find<{ user_version: number }>("PRAGMA user_version")?.user_version;
        if (version === 0) database.script(`${TABLES} PRAGMA user_version = ${VERSION}`);
        else if (version !== VERSION) throw new Error(`${path} is a blog of version ${version}; this is ${VERSION}`);
      });
      return new Store(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }
  close(): void {
    this.#database.close();
  }
  /** The module that reads the file. */
  get driver(): string {
    return this.#database.driver;
  }

  #setting(name: string, first: () => string): string {
    this.#database.run("INSERT OR IGNORE INTO settings VALUES (?, ?)", name, first());
    return this.#database.find<{ value: string }>("SELECT value FROM settings WHERE name = ?", name)?.value ?? "";
  }

  // --- users ---

  get hasAuthor(): boolean {
    return this.author !== undefined;
  }
  get author(): User | undefined {
    return userOf(this.#database.find<UserRow>(`SELECT ${USER} FROM users WHERE is_author = 1`));
  }
  findUser(id: number): User | undefined {
    return userOf(this.#database.find<UserRow>(`SELECT ${USER} FROM users WHERE id = ?`, id));
  }
  /** With the hash of the password. */
  findLogin(email: string): { readonly user: User; readonly password: string } | undefined {
    const row = this.#database.find<UserRow & { readonly password: string }>(
      `SELECT ${USER}, password FROM users WHERE email = ?`,
      email.toLowerCase(),
    );
    const user = userOf(row);
    return row === undefined || user === undefined ? undefined : { user, password: row.password };
  }
  /** The first becomes the author. Undefined where the address is taken. */
  addUser(email: string, name: string, password: string): User | undefined {
    // One statement: of two who come first at the same time, one is.
    const added = this.#database.run(
      `INSERT INTO users (email, name, password, is_author) SELECT ?, ?, ?, NOT EXISTS (SELECT 1 FROM users)
       WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ?)`,
      email.toLowerCase(),
      name,
      password,
      email.toLowerCase(),
    );
    return added === 0 ? undefined : this.findLogin(email)?.user;
  }

  // --- entries ---

  /** The newest, newest first. */
  newest(count: number): Entry[] {
    return this.#database.all<Entry>(`SELECT ${WHOLE} FROM entries ORDER BY published DESC, id DESC LIMIT ?`, count);
  }
  /** All, newest first, without their texts. */
  heads(): EntryHead[] {
    return this.#database.all<EntryHead>(`SELECT ${HEAD} FROM entries ORDER BY published DESC, id DESC`);
  }
  /** Those written just before and just after. */
  neighbours({ id, published }: EntryHead): {
    readonly older: EntryHead | undefined;
    readonly newer: EntryHead | undefined;
  } {
    const next = (than: string, order: string): EntryHead | undefined =>
      this.#database.find<EntryHead>(
        `SELECT ${HEAD} FROM entries WHERE (published, id) ${than} (?, ?) ORDER BY published ${order}, id ${order} LIMIT 1`,
        published,
        id,
      );
    return { older: next("<", "DESC"), newer: next(">", "ASC") };
  }
  findEntry(slug: string): Entry | undefined {
    return this.#database.find<Entry>(`SELECT ${WHOLE} FROM entries WHERE slug = ?`, slug);
  }

  /** Returns its slug: made of the title, and no other entry's. */
  addEntry(title: string, text: string, now: number = Date.now()): string {
    return this.#database.transaction(() => {
      const slug = freeSlug(slugOf(title), (one) => this.findEntry(one) !== undefined);
      const sql = "INSERT INTO entries (uuid, slug, title, text, published, updated) VALUES (?, ?, ?, ?, ?, ?)";
      this.#database.run(sql, randomUUID(), slug, title, text, now, now);
      return slug;
    });
  }
  /** The slug stays, for there may be links to it. */
  changeEntry(id: number, title: string, text: string, now: number = Date.now()): void {
    this.#database.run("UPDATE entries SET title = ?, text = ?, updated = ? WHERE id = ?", title, text, now, id);
  }
  removeEntry(id: number): void {
    this.#database.run("DELETE FROM entries WHERE id = ?", id);
  }

  likes(entry: number, user: number): boolean {
    return this.#database.find("SELECT 1 FROM likes WHERE entry = ? AND user = ?", entry, user) !== undefined;
  }
  setLike(entry: number, user: number, likes: boolean): void {
    if (likes) this.#database.run("INSERT OR IGNORE INTO likes VALUES (?, ?)", entry, user);
    else this.#database.run("DELETE FROM likes WHERE entry = ? AND user = ?", entry, user);
  }
}

function userOf(row: UserRow | undefined): User | undefined {
  if (row === undefined) return undefined;
  const { id, email, name, is_author } = row;
  return { id, email, name, isAuthor: is_author === 1 };
}
