/** Lets `console.log` and `util.inspect` show the state of an object as its `toString` does. */

export function showState(prototype: { toString(): string }): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: { toString(): string }): string {
      return this.toString();
    },
  });
}
