/** Values of the fields that a response has unless its program sets others. */

/** The `Server` field. No version: it would help nobody but scanners. */
export const SERVER = "landspout";
export const HTML = "text/html; charset=UTF-8";
export const JSON_TYPE = "application/json; charset=UTF-8";
