/** `landspout/util`: what is left of Tornado's `tornado.util`. */
export { Configurable } from "./configurable.ts";
export type { ConfigurableClass } from "./configurable.ts";
export { importObject } from "./import-object.ts";
export { ObjectDict } from "./object-dict.ts";
