/** A folder of files for the tests of static files, removed with the process. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Seconds since 1970 that files get as their time: long past, so that nobody has to wait for their clocks to tick. */
export const LONG_AGO = 1_600_000_000;
export const LONG_AGO_TEXT: string = new Date(LONG_AGO * 1000).toUTCString();

export const ROBOTS = "User-agent: *\nDisallow: /\n";

const folders = new Set<string>();
process.on("exit", () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

export class Folder {
  readonly path: string;

  constructor(files: { readonly [name: string]: string | Uint8Array } = {}) {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), "landspout-files-")));
    folders.add(this.path);
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array, seconds: number = LONG_AGO): string {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, seconds, seconds);
    return path;
  }
}
