/** Exceptions that are not logged although they are thrown nowhere. */

type ErrorClass = abstract new (...args: never[]) => unknown;

/** A class of exceptions, or several. */
export type Quiet = ErrorClass | readonly ErrorClass[];

export const quietClasses = (quiet: Quiet | undefined): readonly ErrorClass[] =>
  quiet === undefined ? [] : typeof quiet === "function" ? [quiet] : quiet;

export function isQuiet(error: unknown, quiet: Quiet | undefined): boolean {
  return quietClasses(quiet).some((each) => error instanceof each);
}
