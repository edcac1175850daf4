/**
 * Decorators of methods in the three ways there are: of the standard kind, also on a field that holds a function; of the older kind
 * (`experimentalDecorators` in a tsconfig); and as a plain function around the method.
 */

/**
 * Applies a wrapper to whatever a decorator was put on.
 * @param wrap Gets what should be a function, and refuses what is none.
 * @param misplaced The error for everything that is no method and no field.
 */
export function decorateMethod(
  wrap: (method: unknown) => unknown,
  misplaced: () => Error,
  target: unknown,
  context: unknown,
  descriptor: PropertyDescriptor | undefined,
): unknown {
  // `experimentalDecorators`: the prototype, the name, and the descriptor, which a field has not.
  if (typeof context === "string" || typeof context === "symbol") {
    if (descriptor === undefined) throw misplaced();
    return { ...descriptor, value: wrap(descriptor.value) };
  }
  const kind = (context as { kind?: unknown } | undefined)?.kind ?? "method";
  if (kind === "field") return wrap;
  if (kind !== "method") throw misplaced();
  return wrap(target);
}
