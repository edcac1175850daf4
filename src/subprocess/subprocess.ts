/** `Subprocess` (Tornado's `tornado.process.Subprocess`): another program as a child process, its pipes as streams. */
import { spawn } from "node:child_process";
import type { ChildProcess, IOType, SpawnOptions } from "node:child_process";
import { constants } from "node:os";
import { Readable } from "node:stream";
import type { Stream, Writable } from "node:stream";
import { chainFuture } from "../async/concurrent/future-functions.ts";
import { Future } from "../async/concurrent/future.ts";
import { bound } from "../async/context.ts";
import { LandspoutError, UsageError } from "../errors.ts";
import type { IOStream } from "../net/iostream.ts";
import { PipeIOStream } from "../net/pipe-iostream.ts";
import { checkOptions, flag } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { guard, logFailure } from "../user-code.ts";
import { communicate, COMMUNICATE } from "./communicate.ts";
import type { Communicated, CommunicateOptions } from "./communicate.ts";
import { CalledProcessError } from "./errors.ts";
import { checkCommand, STREAM, SUBPROCESS } from "./subprocess-options.ts";
import type { Stdio, SubprocessOptions } from "./subprocess-options.ts";

export type { Stdio, SubprocessOptions } from "./subprocess-options.ts";

export interface WaitOptions {
  /** Reject with a CalledProcessError if the exit status is not 0. Default true. */
  readonly raiseError?: boolean;
  /** Ends the wait, not the child: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}
const WAIT: OptionTable<WaitOptions> = {
  raiseError: flag,
  signal: (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal"),
};

/** `returncode` where the program could not be started: that of a shell. */
const NOT_STARTED = 127;

/**
 * A child process. It is not ended with this process, and not when this object is forgotten; `await using` ends it.
 *
 * A pipe that is not read to its end, nor closed, stays open.
 */
export class Subprocess {
  /** For `stdin`, `stdout`, `stderr`: a pipe, as an IOStream. */
  static readonly STREAM: typeof STREAM = STREAM;

  /** Undefined if the program could not be started. */
  readonly pid: number | undefined;
  readonly stdin: IOStream | undefined;
  readonly stdout: IOStream | undefined;
  readonly stderr: IOStream | undefined;
  readonly #command: string | readonly string[];
  readonly #child: ChildProcess | undefined;
  readonly #isGroup: boolean;
  readonly #killSignal: NodeJS.Signals;
  readonly #killTimeout: number;
  readonly #signal: AbortSignal | undefined;
  readonly #exited: Promise<number>;
  #settle: (returncode: number) => void = ignore;
  #fail: (error: unknown) => void = ignore;
  #returncode: number | undefined = undefined;
  #exitCallback: ((returncode: number) => void) | undefined = undefined;
  #killTimer: NodeJS.Timeout | undefined = undefined;

  /**
   * Starts a program.
   * @param command The program with its arguments; a text only if it is one word, or with `shell`.
   * @throws UsageError on a command or an option that cannot be meant. A program that cannot be started throws nothing here: its streams are
   *   closed, and `waitForExit` rejects.
   */
  constructor(command: string | readonly [string, ...string[]], options: SubprocessOptions = {}) {
    checkOptions("Subprocess", options, SUBPROCESS);
    const [file, ...args] = checkCommand(command, options.shell);
    this.#command = command;
    this.#isGroup = options.detached === true;
    this.#killSignal = options.killSignal ?? "SIGTERM";
    this.#killTimeout = options.killTimeout ?? 5;
    this.#signal = options.signal;
    this.#exited = new Promise<number>((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.#exited.catch(ignore);
    const { stdin, stdout, stderr } = options;
    this.#child = this.#start(file, args, options);
    this.pid = this.#child?.pid;
    this.stdin = stdin === STREAM ? pipeOf(this.#child?.stdin, "w") : undefined;
    this.stdout = stdout === STREAM ? pipeOf(this.#child?.stdout, "r") : undefined;
    this.stderr = stderr === STREAM ? pipeOf(this.#child?.stderr, "r") : undefined;
    if (this.pid !== undefined) this.#signal?.addEventListener("abort", this.#onAbort);
  }

  /** What keeps it from starting is told later: the caller has to see the streams first. */
  #start(file: string, args: readonly string[], options: SubprocessOptions): ChildProcess | undefined {
    const { cwd, env, shell, detached, uid, gid, signal } = options;
    const standard: readonly (Stdio | undefined)[] = [options.stdin, options.stdout, options.stderr];
    const stdio = standard.map((one) => stdioOf(one));
    try {
      signal?.throwIfAborted();
      const child: ChildProcess = spawn(file, args, { cwd, env, shell, detached, uid, gid, stdio } as SpawnOptions);
      child.once("exit", (code, killed) => this.#ended(code ?? -(killed === null ? 0 : constants.signals[killed])));
      child.on("error", (error) => {
        if (child.pid === undefined) this.#notStarted(this.#startError(error));
      });
      return child;
    } catch (error) {
      const problem = signal?.aborted === true ? error : this.#startError(error);
      queueMicrotask(() => this.#notStarted(problem));
      return undefined;
    }
  }

  #startError(cause: unknown): LandspoutError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const name = typeof this.#command === "string" ? this.#command : this.#command[0];
    return new LandspoutError("ERR_LANDSPOUT_SUBPROCESS", `${name} could not be started: ${why}`, { cause });
  }

  #notStarted(error: unknown): void {
    if (this.#returncode !== undefined) return;
    const cause = error instanceof Error ? error : undefined;
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.close(cause);
    this.#fail(error);
    this.#ended(NOT_STARTED);
  }

  #ended(returncode: number): void {
    if (this.#returncode !== undefined) return;
    this.#returncode = returncode;
    clearTimeout(this.#killTimer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#settle(returncode);
    this.#callBack();
  }

  /** The exit status, as soon as there is one; negative: the number of the signal; 127 if the program could not be started. */
  get returncode(): number | undefined {
    return this.#returncode;
  }

  /** Calls a function with the exit status, in a later turn; also if the child has exited before. The last one that is set counts. */
  setExitCallback(callback: (returncode: number) => void): void {
    this.#exitCallback = bound(callback);
    if (this.#returncode !== undefined) this.#callBack();
  }

  #callBack(): void {
    setImmediate(() => {
      const callback = this.#exitCallback;
      this.#exitCallback = undefined;
      if (callback === undefined) return;
      guard(
        () => callback(this.#returncode as number),
        (error) => logFailure("an exit callback", error),
      );
    });
  }

  /**
   * Settles when the child exits, with the exit status; its pipes may have more to read. A rejection that nothing looks at is logged.
   *
   * Rejects with a CalledProcessError on another status than 0, unless `raiseError` is false; with the reason of the signal of the constructor
   * if that has ended the child; with `ERR_LANDSPOUT_SUBPROCESS` if the program could not be started.
   */
  waitForExit(options: WaitOptions = {}): Promise<number> {
    checkOptions("waitForExit", options, WAIT);
    const future = new Future<number>();
    chainFuture(this.#wait(options), future);
    return future;
  }

  async #wait({ raiseError = true, signal }: WaitOptions): Promise<number> {
    signal?.throwIfAborted();
    const returncode = await (signal === undefined ? this.#exited : until(this.#exited, signal));
    if (!raiseError || returncode === 0) return returncode;
    if (this.#signal?.aborted === true) throw this.#signal.reason;
    throw new CalledProcessError(returncode, this.#command);
  }

  /**
   * Sends input, closes the child's standard input, collects its output, and waits for the exit. Pipes that another process holds open are
   * read for at most 1 s after the exit.
   *
   * Rejects with a TimeoutError after `timeout`, and with `ERR_LANDSPOUT_SUBPROCESS_OUTPUT` over `maxBuffer`; the child is ended then. An exit
   * status other than 0 is no error.
   * @throws UsageError where there is input and `stdin` is no stream.
   */
  communicate(input?: string | Uint8Array, options: CommunicateOptions = {}): Promise<Communicated> {
    checkOptions("communicate", options, COMMUNICATE);
    if (input !== undefined && this.stdin === undefined)
      throw new UsageError("ERR_LANDSPOUT_OPTION", "communicate: input needs the option stdin: Subprocess.STREAM");
    const { stdin, stdout, stderr } = this;
    const child = { stdin, stdout, stderr, exited: this.#exited, terminate: () => this.#terminate() };
    const future = new Future<Communicated>();
    chainFuture(communicate(child, input, options), future);
    return future;
  }

  /** Sends a signal, default SIGTERM; with `detached` to the whole process group. False: the child is not running. */
  kill(signal: NodeJS.Signals = "SIGTERM"): boolean {
    if (this.pid === undefined || this.#returncode !== undefined) return false;
    if (!this.#isGroup) return this.#child?.kill(signal) ?? false;
    try {
      return process.kill(-this.pid, signal);
    } catch {
      return false;
    }
  }

  readonly #onAbort = (): void => this.#terminate();

  /** `killSignal`, and SIGKILL if the child is still there after `killTimeout`. */
  #terminate(): void {
    if (this.#returncode !== undefined || this.#killTimer !== undefined) return;
    this.kill(this.#killSignal);
    this.#killTimer = setTimeout(() => this.kill("SIGKILL"), this.#killTimeout * 1000);
  }

  /** Ends the child if it runs (`killSignal`, then SIGKILL after `killTimeout`), waits for its exit, and closes the pipes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#terminate();
    await this.#exited.catch(ignore);
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy();
  }
}

const stdioOf = (stdio: Stdio = "inherit"): IOType | number | Stream => (stdio === STREAM ? "pipe" : stdio);

/** A stream over a pipe; one that is closed where the child could not be started. */
function pipeOf(pipe: Readable | Writable | null | undefined, mode: "r" | "w"): IOStream {
  return new PipeIOStream(pipe ?? new Readable().destroy(), { mode });
}

/** Rejects with the reason of a signal as soon as that is aborted. */
function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function ignore(): void {}
