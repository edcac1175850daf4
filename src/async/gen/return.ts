/** Tornado's `raise gen.Return(value)`. */

/** Thrown in a coroutine, it ends it with a value, as `return value` does. */
export class Return extends Error {
  readonly value: unknown;

  constructor(value?: unknown) {
    super("gen.Return was thrown outside of a coroutine");
    this.value = value;
  }
  override get name(): string {
    return "Return";
  }
}
