/** Which runtime this is. Decided at the first call, never at import. */
import type { Runtime } from "../transport.ts";
import { bunRuntime } from "./bun.ts";
import { bunGlobal } from "./bun-transport.ts";
import { nodeRuntime } from "./node.ts";

/** Bun's own sockets on Bun, `node:net` everywhere else. */
export function currentRuntime(): Runtime {
  return bunGlobal() === undefined ? nodeRuntime : bunRuntime;
}
