/**
 * The root of every error this package throws or rejects with. Compare `code`, not the class or the message: codes are stable,
 * and the brand makes `isLandspoutError` true across two copies of the package. Imports nothing.
 */
const BRAND: symbol = Symbol.for("landspout.error");

export class LandspoutError extends Error {
  /** Stable name of what went wrong, `ERR_LANDSPOUT_…`; `docs/errors.md` lists them all. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** Whether a value is an error of this package, whichever copy of it threw. Never throws: a Proxy may when it is asked. */
export function isLandspoutError(value: unknown): value is LandspoutError {
  if (typeof value !== "object" || value === null) return false;
  try {
    return BRAND in value;
  } catch {
    return false;
  }
}

/** A wrong call: an option out of range, a method called in the wrong state. Thrown at the call site. */
export class UsageError extends LandspoutError {}
