/** What a function of a program can do wrong, and the shape of a row of the table: one function, called by the package. */

/** Stands in for a function of a program; called once it is that function's turn. */
export type Act = () => unknown;

export interface Mode {
  readonly name: string;
  /** `throws`: at once. `rejects`: a promise, later. `resolves`: a promise where none is expected. `never`: a promise that does not settle. */
  readonly kind: "throws" | "rejects" | "resolves" | "never";
  readonly act: Act;
}

/** A value that throws whatever is asked of it. */
const hostile = (): unknown => {
  const refuse = (): never => {
    throw new Error("do not look at me");
  };
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse, set: refuse });
};

const looping = (): Error => {
  const error = new Error("goes round");
  error.cause = new Error("in a circle", { cause: error });
  return error;
};

const THROWN: readonly (readonly [string, () => unknown])[] = [
  ["an error", () => new Error("of the program")],
  ["undefined", () => undefined],
  ["null", () => null],
  ["a string", () => "of the program"],
  ["a frozen object", () => Object.freeze({ of: "the program" })],
  ["an object without a prototype", () => Object.create(null) as object],
  ["an error that is its own cause", looping],
  ["a Proxy that throws", hostile],
];

const throwing = (make: () => unknown) => (): never => {
  throw make();
};
const rejecting = (make: () => unknown) => async (): Promise<never> => {
  await new Promise((resolve) => setImmediate(resolve));
  throw make();
};

export const MODES: readonly Mode[] = [
  ...THROWN.map(([what, make]): Mode => ({ name: `throws ${what}`, kind: "throws", act: throwing(make) })),
  ...THROWN.map(([what, make]): Mode => ({ name: `rejects with ${what}`, kind: "rejects", act: rejecting(make) })),
  { name: "rejects within the turn", kind: "rejects", act: () => Promise.reject(new Error("of the program")) },
  {
    name: "is a thenable that throws",
    kind: "rejects",
    act: () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then() {
        throw new Error("of the program");
      },
    }),
  },
  { name: "is async", kind: "resolves", act: async () => undefined },
  { name: "never settles", kind: "never", act: () => new Promise(() => undefined) },
];

/** One function of a program that the package calls. */
export interface Row {
  /** `Class.member` or `Interface.member`, as `_hooks.ts` finds them in the source. */
  readonly hook: string;
  /** Names of the same function elsewhere: a subclass's, an option's. */
  readonly also?: readonly string[];
  /** What the records of a failure name. */
  readonly where: RegExp;
  /** Modes in which nothing is logged although the function fails: what it does then is its caller's business. */
  readonly silent?: readonly Mode["kind"][];
  /** Modes besides those that fail in which a record is expected: a promise where a value is needed. */
  readonly loud?: readonly Mode["kind"][];
  /** Records of one failure; default 1. */
  readonly records?: number | "some";
  /**
   * Has the function called, with real sockets where it has any, and sees to it that its client is answered, cut off, or let go. Ends
   * when all is over. It must throw where anybody else notices.
   */
  run(act: Act, mode: Mode): Promise<void>;
}
