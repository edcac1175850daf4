/** Keys and certificates for tests, made by openssl when they are asked for, in a folder of their own that goes with the process. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

const made = new Map<string, KeyPair>();
let folder = "";

/**
 * A key and a certificate signed with it, for a name (and for 127.0.0.1, unless the name is a wildcard's). `serial` makes another
 * of the same name.
 */
export function certificate(name: string, serial = 1): KeyPair {
  const id = `${name} ${serial}`;
  const there = made.get(id);
  if (there !== undefined) return there;
  if (folder === "") {
    folder = mkdtempSync(join(tmpdir(), "landspout-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  }
  const [key, cert] = [join(folder, `${made.size}.key`), join(folder, `${made.size}.crt`)];
  const names = name.startsWith("*") ? `DNS:${name}` : `DNS:${name},IP:127.0.0.1`;
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
  const about = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`, "-set_serial", String(serial)];
  execFileSync("openssl", ["req", "-x509", ...kind, ...about, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const pair = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  made.set(id, pair);
  return pair;
}
