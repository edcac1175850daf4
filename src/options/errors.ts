/** The one error of `landspout/options`. */
import { LandspoutError } from "../errors.ts";

/**
 * An option that is unknown, defined twice, or has a wrong value (Tornado's `options.Error`). The message is one sentence for the person
 * who started the program. `code` is `ERR_LANDSPOUT_OPTIONS`.
 */
export class OptionsError extends LandspoutError {
  /** The name of the option as it was written, where there is one. */
  readonly option: string | undefined;

  constructor(message: string, option?: string, cause?: { cause: unknown }) {
    super("ERR_LANDSPOUT_OPTIONS", message, cause);
    this.option = option;
  }
}
