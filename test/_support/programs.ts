/**
 * Programs that tests want and a machine may lack. `suite(…, { needs })` and `test.needing(…)` skip what wants one that is not there, and
 * `isMissing` asks for a part of a test; the runner lists them at its end. With LANDSPOUT_REQUIRE_PROGRAMS set a missing program is a
 * failure: where everything is installed, no test is left out in silence. Nothing is installed here.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

interface Wanted {
  /** Names it goes by. */
  readonly names: readonly string[];
  readonly debianPackage: string;
  /** Environment variable that names another. */
  readonly variable?: string;
  /** Arguments with which it ends well where it can be used. */
  readonly check?: readonly string[];
}

const PROGRAMS = {
  chromium: { names: ["chromium", "chromium-browser"], debianPackage: "chromium", variable: "CHROMIUM" },
  curl: { names: ["curl"], debianPackage: "curl" },
  haproxy: { names: ["haproxy"], debianPackage: "haproxy" },
  "nats-server": { names: ["nats-server"], debianPackage: "nats-server", variable: "NATS_SERVER" },
  nginx: { names: ["nginx"], debianPackage: "nginx" },
  openssl: { names: ["openssl"], debianPackage: "openssl" },
  python3: { names: ["python3"], debianPackage: "python3", variable: "PYTHON", check: ["--version"] },
  "redis-server": {
    names: ["redis-server", "valkey-server"],
    debianPackage: "redis-server",
    variable: "REDIS_SERVER",
  },
  "systemd-analyze": { names: ["systemd-analyze"], debianPackage: "systemd", check: ["--version"] },
  /** A Python that has Tornado. */
  tornado: {
    names: ["python3"],
    debianPackage: "python3-tornado",
    variable: "PYTHON",
    check: ["-c", "import tornado"],
  },
} satisfies { readonly [name: string]: Wanted };

export type ProgramName = keyof typeof PROGRAMS;

// The system's before PATH: Debian's Tornado belongs to Debian's Python, and PATH of a user has no sbin.
const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin", "/bin"];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const known = new Map<ProgramName, string | undefined>();

/** The path of a program, or undefined. */
function findProgram(name: ProgramName): string | undefined {
  if (known.has(name)) return known.get(name);
  const { names, variable, check }: Wanted = PROGRAMS[name];
  const chosen = variable === undefined ? undefined : process.env[variable];
  const folders = [...FOLDERS, ...(process.env["PATH"] ?? "").split(delimiter)];
  const candidates =
    chosen === undefined ? folders.flatMap((folder) => names.map((one) => join(folder, one))) : [chosen];
  const works = (path: string): boolean => check === undefined || spawnSync(path, check).status === 0;
  const found = [...new Set(candidates)].find((path) => isProgram(path) && works(path));
  known.set(name, found);
  return found;
}

/** The path of a program; throws where it is missing. */
export function pathOf(name: ProgramName): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is missing: apt-get install ${PROGRAMS[name].debianPackage}`);
  return path;
}

const told = new Set<ProgramName>();

/** Whether a program is not there, which is then listed at the end of the run. Throws in place of it where all are required. */
export function isMissing(name: ProgramName): boolean {
  if (findProgram(name) !== undefined) return false;
  if (process.env["LANDSPOUT_REQUIRE_PROGRAMS"]) pathOf(name);
  // scripts/run-tests.mjs reads this line.
  if (!told.has(name)) console.log(`missing program: ${name} (${PROGRAMS[name].debianPackage})`);
  told.add(name);
  return true;
}
