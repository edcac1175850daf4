/** `importObject` (Tornado's `import_object`): an export by its name in text, such as one of a configuration. */
import { UsageError } from "../errors.ts";
import { shown } from "../options-check.ts";

/**
 * Imports a module, or one of its exports: `"node:path"`, `"node:path#join"`, `"./handlers.js#admin.MainHandler"`. Relative paths start at
 * `base`.
 *
 * Never pass on a name that a client has sent: the module runs.
 * @param base `import.meta.url` of the caller. Default: none, and relative paths are refused.
 * @throws UsageError `ERR_LANDSPOUT_IMPORT` (by the promise) where the export is missing. What the import itself fails with goes through.
 */
export async function importObject(name: string, base?: string | URL): Promise<unknown> {
  const [specifier = "", path] = name.split(/#(.*)/s);
  const isRelative = /^\.{0,2}\//.test(specifier);
  if (specifier === "" || (isRelative && base === undefined))
    throw new UsageError(
      "ERR_LANDSPOUT_IMPORT",
      `importObject: ${shown(name)} needs import.meta.url as the second argument`,
    );
  let value: unknown = await import(isRelative ? new URL(specifier, base).href : specifier);
  for (const member of path === undefined ? [] : path.split(".")) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || !Object.hasOwn(value, member))
      throw new UsageError("ERR_LANDSPOUT_IMPORT", `importObject: ${shown(specifier)} has no export ${shown(path)}`);
    value = (value as { readonly [name: string]: unknown })[member];
  }
  return value;
}
