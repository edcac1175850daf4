/**
 * SQLite by whatever this runtime brings: `bun:sqlite`, `node:sqlite` (Node 22.13 and later), else the package `better-sqlite3`. All
 * three answer at once, on the loop: rows are found by an index here, in less time than asking a thread would take. It must not
 * know what is stored.
 */

export type SQLValue = string | number | null;

/** What the three have in common. */
interface Statement {
  get(...values: SQLValue[]): unknown;
  all(...values: SQLValue[]): unknown[];
  run(...values: SQLValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
}
interface Driver {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
type DriverClass = new (path: string) => Driver;

/** By module: the class of its databases. In the order they are tried. */
const DRIVERS: readonly (readonly [module: string, exported: string])[] = [
  ["bun:sqlite", "Database"],
  ["node:sqlite", "DatabaseSync"],
  ["better-sqlite3", "default"],
];

export class Database {
  /** Which module it is. */
  readonly driver: string;
  readonly #database: Driver;
  readonly #statements: Map<string, Statement> = new Map();

  constructor(driver: string, database: Driver) {
    this.driver = driver;
    this.#database = database;
    // Readers do not wait for a writer; another process that writes is waited for. Milliseconds.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000");
  }

  /** Compiled at its first use. */
  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  /** The first row, if there is one. */
  find<Row>(sql: string, ...values: SQLValue[]): Row | undefined {
    return (this.#prepare(sql).get(...values) ?? undefined) as Row | undefined;
  }
  all<Row>(sql: string, ...values: SQLValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }
  /** Returns how many rows it changed. */
  run(sql: string, ...values: SQLValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }
  /** Several statements, without values. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  /** All that `work` does, or nothing of it. */
  transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** Opens a file, or makes it; `:memory:` is one that is gone afterwards. @throws Error where this runtime has no SQLite. */
export async function openDatabase(path: string): Promise<Database> {
  const [driver, driverClass] = await findDriver();
  return new Database(driver, new driverClass(path));
}

async function findDriver(): Promise<[string, DriverClass]> {
  for (const [module, exported] of DRIVERS) {
    if (module.startsWith("bun:") !== "Bun" in globalThis && module !== "better-sqlite3") continue;
    try {
      const found = (await import(module)) as { readonly [name: string]: unknown };
      return [module, found[exported] as DriverClass];
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new Error(
    `Node ${process.versions.node} has no SQLite of its own. Run the blog with Node 22.13 or later or with Bun, ` +
      "or install the package for older ones: npm install --no-save better-sqlite3",
  );
}

/** No such module; everything else that can go wrong while loading one should be seen. */
function isMissing(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" || code === "ERR_UNKNOWN_BUILTIN_MODULE";
}
