/** `Subprocess.communicate`: input to a child, and all of its output, within bounds of size and time. */
import { Buffer } from "node:buffer";
import { TimeoutError } from "../async/timeout-error.ts";
import { LandspoutError } from "../errors.ts";
import type { IOStream } from "../net/iostream.ts";
import { LONGEST_TIMER, seconds, whole } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";

export interface CommunicateOptions {
  /** Bytes of output that are collected, of standard output and standard error each. Default 10,485,760. */
  readonly maxBuffer?: number;
  /** Seconds the child may take. Default: no bound. */
  readonly timeout?: number;
}
export const COMMUNICATE: OptionTable<CommunicateOptions> = {
  maxBuffer: whole(),
  timeout: seconds(0, LONGEST_TIMER),
};
const DEFAULT_MAX_BUFFER = 10_485_760;

/** What a child wrote, and how it ended. */
export interface Communicated {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** The exit status; negative: the number of the signal. */
  readonly returncode: number;
  /** A process that the child started held a pipe open: what that one writes later is missing. */
  readonly truncated: boolean;
}

/** Milliseconds after the exit for which pipes are read that other processes hold open. */
const PIPE_GRACE = 1000;
const READ_SIZE = 65_536;

/** What is needed of a child. */
export interface Communicating {
  readonly stdin: IOStream | undefined;
  readonly stdout: IOStream | undefined;
  readonly stderr: IOStream | undefined;
  /** Settles at the exit; rejects where the child could not be started. */
  readonly exited: Promise<number>;
  /** Ends the child, by force after a while. */
  terminate(): void;
}

/** Writes the input, collects the output, and waits for the exit. What goes wrong ends the child. */
export async function communicate(
  child: Communicating,
  input: string | Uint8Array | undefined,
  options: CommunicateOptions,
): Promise<Communicated> {
  const { stdin, stdout, stderr, exited } = child;
  const limit = options.maxBuffer ?? DEFAULT_MAX_BUFFER;
  // A child need not read its input (EPIPE).
  if (input !== undefined && input.length > 0) stdin?.write(input).catch(ignore);
  stdin?.end();
  const outputs = [new Output(stdout, limit), new Output(stderr, limit)] as const;
  const read = Promise.all(outputs.map((output) => output.read()));
  const timers: NodeJS.Timeout[] = [];
  const after = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => void timers.push(setTimeout(resolve, milliseconds)));
  const failures: Promise<never>[] = [never(read)];
  if (options.timeout !== undefined) failures.push(after(options.timeout * 1000).then(() => tooLate(options.timeout)));
  try {
    const returncode = await Promise.race([exited, ...failures]);
    await Promise.race([read, after(PIPE_GRACE), ...failures]);
    const truncated = !outputs.every((output) => output.isComplete);
    return { stdout: outputs[0].bytes(), stderr: outputs[1].bytes(), returncode, truncated };
  } catch (error) {
    child.terminate();
    throw error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const stream of [stdin, stdout, stderr]) stream?.destroy();
  }
}

/** Rejects as a promise does, and never resolves. */
function never(promise: Promise<unknown>): Promise<never> {
  return new Promise((_resolve, reject) => void promise.catch(reject));
}

function tooLate(timeout: number | undefined): never {
  throw new TimeoutError(`The child process took longer than ${timeout} s`);
}

/** What comes out of one pipe. */
class Output {
  isComplete = false;
  readonly #stream: IOStream | undefined;
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(stream: IOStream | undefined, limit: number) {
    this.#stream = stream;
    this.#limit = limit;
  }

  /** Reads up to the end. @throws LandspoutError over the limit. */
  async read(): Promise<void> {
    while (this.#stream !== undefined) {
      const chunk = await this.#stream.readBytes(READ_SIZE, { partial: true }).catch(ignore);
      if (chunk === undefined) break;
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (this.#size > this.#limit)
        throw new LandspoutError(
          "ERR_LANDSPOUT_SUBPROCESS_OUTPUT",
          `The child process wrote more than ${this.#limit} bytes (maxBuffer) and was ended`,
        );
    }
    this.isComplete = true;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks, this.#size);
  }
}

function ignore(): undefined {
  return undefined;
}
