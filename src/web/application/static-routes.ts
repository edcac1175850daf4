/** The routes that the settings `staticPath` and its companions stand for. */
import type { Settings } from "./settings.ts";
import type { Route } from "../routing/rule.ts";
import { StaticFileHandler } from "../static/static-file-handler.ts";

/** `<staticUrlPrefix>*`, and the two files that browsers and robots look for at the top; none without `staticPath`. */
export function staticRoutes(settings: Settings): Route[] {
  const { staticPath, staticUrlPrefix = "/static/", staticHandlerClass, staticHandlerArgs } = settings;
  if (staticPath === undefined) return [];
  const handler = staticHandlerClass ?? StaticFileHandler;
  const options = { ...staticHandlerArgs, path: staticPath };
  const patterns = [`${staticUrlPrefix}*`, "/favicon.ico", "/robots.txt"];
  return patterns.map((pattern): Route => [pattern, handler, options]);
}
