/** The error of a child process that ended badly. */
import { LandspoutError } from "../errors.ts";

/** The child exited with another status than 0, or was killed by a signal. `code` is `ERR_LANDSPOUT_CALLED_PROCESS`. */
export class CalledProcessError extends LandspoutError {
  /** The exit status; negative: the number of the signal. */
  readonly returncode: number;
  readonly command: string | readonly string[];

  constructor(returncode: number, command: string | readonly string[]) {
    const name = typeof command === "string" ? command : command[0];
    const how = returncode < 0 ? `was killed by signal ${-returncode}` : `exited with status ${returncode}`;
    super("ERR_LANDSPOUT_CALLED_PROCESS", `${name} ${how}`);
    this.returncode = returncode;
    this.command = command;
  }
}
