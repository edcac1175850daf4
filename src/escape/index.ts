/**
 * `landspout/escape`: text into HTML, URLs and JSON and back, with the results of `tornado.escape`. Where they differ, the function's
 * comment says so. Tornado's `parse_qs_bytes` has no counterpart: `landspout/httputil` reads queries.
 */
export { xhtmlEscape, xhtmlUnescape } from "./html.ts";
export { jsonDecode, jsonEncode } from "./json.ts";
export { linkify } from "./linkify.ts";
export type { LinkifyOptions } from "./linkify.ts";
export { recursiveUnicode, squeeze, toUnicode, utf8 } from "./text.ts";
export type { Text } from "./text.ts";
export { urlEscape, urlUnescape } from "./url.ts";
