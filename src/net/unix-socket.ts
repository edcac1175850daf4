/** The files of unix sockets: whether there is one, and room for a new one. */
import { once } from "node:events";
import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { UsageError } from "../errors.ts";

/** On Linux a leading NUL means the abstract name space: there is no file. */
export function isAbstractPath(path: string): boolean {
  return path.startsWith("\0");
}

/**
 * Makes room for a unix socket: removes the file of one nobody listens on any more.
 * @throws UsageError where something else than a socket is there, or somebody listens.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  if (isAbstractPath(path)) return;
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new UsageError(
      "ERR_LANDSPOUT_UNIX_SOCKET",
      `${path} is there and is no socket: remove it, or choose another path`,
    );
  }
  const probe = connect(path);
  try {
    await once(probe, "connect");
  } catch {
    unlinkSync(path);
    return;
  } finally {
    probe.destroy();
  }
  throw new UsageError("ERR_LANDSPOUT_UNIX_SOCKET", `somebody listens on ${path} already`);
}
