/** Where the module of a task is. */
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../errors.ts";
import type { ModuleTask } from "./executor.ts";

/** What `import` takes from any place. @throws UsageError `ERR_LANDSPOUT_EXECUTOR_MODULE` for a relative path, which says nothing there. */
export function moduleUrl({ module }: ModuleTask): string {
  if (typeof module === "string" && isAbsolute(module)) return pathToFileURL(module).href;
  const text = String(module);
  if (text.startsWith(".")) {
    throw new UsageError(
      "ERR_LANDSPOUT_EXECUTOR_MODULE",
      `${text} is relative; pass new URL(${JSON.stringify(text)}, import.meta.url)`,
    );
  }
  return text;
}
