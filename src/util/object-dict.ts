/** `ObjectDict` (Tornado's): an object without members of its own, so that every name is a key. */

const make = function (this: object, values?: object): object {
  return Object.assign(Object.create(null) as object, values);
};

/** A copy of an object's entries. It has no prototype: `constructor` and `toString` are names as others. A name that is missing gives undefined. */
export const ObjectDict: new <T extends object = { [name: string]: unknown }>(values?: T) => T = make as never;
