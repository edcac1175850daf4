/** `landspout/serve`: folders with a page that lists them, as `npx landspout serve` shows them. */
export { FolderHandler } from "./folder-handler.ts";
export type { FolderOptions } from "./folder-handler.ts";
