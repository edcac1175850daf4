/** How a test starts another program of the repository in the runtime it runs in itself. */
import { fileURLToPath } from "node:url";

/** Arguments in front of a TypeScript program: Node gets the loader that keeps what it transformed, Bun needs none. */
export const LOADER: readonly string[] =
  "Bun" in globalThis ? [] : ["--require", fileURLToPath(new URL("../../scripts/lib/typescript.cjs", import.meta.url))];
