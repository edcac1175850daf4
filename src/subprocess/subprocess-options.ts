/** What a child process is started with, and which commands are refused. */
import { Stream } from "node:stream";
import { constants } from "node:os";
import { UsageError } from "../errors.ts";
import { flag, LONGEST_TIMER, object, seconds, shown, text, whole } from "../options-check.ts";
import type { OptionRule, OptionTable } from "../options-check.ts";

/** See `Subprocess.STREAM`. */
export const STREAM: unique symbol = Symbol("Subprocess.STREAM");

/** Where a standard stream of the child leads: a pipe, that of this process, nowhere, a file descriptor, a stream that has one. */
export type Stdio = typeof STREAM | "inherit" | "ignore" | number | Stream;

export interface SubprocessOptions {
  /** `Subprocess.STREAM` makes the stream of the same name. Default "inherit", as those that follow. */
  readonly stdin?: Stdio;
  readonly stdout?: Stdio;
  readonly stderr?: Stdio;
  /** Directory the program starts in. Default: that of this process. */
  readonly cwd?: string;
  /** The whole environment of the program. Default: that of this process. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** The command is a text for `/bin/sh`, or for the shell of this name. Never put anything from a client into it. Default false. */
  readonly shell?: boolean | string;
  /** A process group of its own; `kill` reaches all of it. Default false. */
  readonly detached?: boolean;
  readonly uid?: number;
  readonly gid?: number;
  /** Ends the child when it is aborted: by `killSignal`, then SIGKILL. */
  readonly signal?: AbortSignal;
  /** Default SIGTERM. */
  readonly killSignal?: NodeJS.Signals;
  /** Seconds between `killSignal` and SIGKILL. Default 5. */
  readonly killTimeout?: number;
}

const stdio: OptionRule = (value) =>
  value === STREAM ||
  value === "inherit" ||
  value === "ignore" ||
  value instanceof Stream ||
  (Number.isInteger(value) && (value as number) >= 0)
    ? undefined
    : 'Subprocess.STREAM, "inherit", "ignore", a file descriptor or a stream that has one';

export const SUBPROCESS: OptionTable<SubprocessOptions> = {
  stdin: stdio,
  stdout: stdio,
  stderr: stdio,
  cwd: text,
  env: object,
  shell: (value) => (typeof value === "boolean" || typeof value === "string" ? undefined : "true, false or a shell"),
  detached: flag,
  uid: whole(0, 2 ** 32 - 1),
  gid: whole(0, 2 ** 32 - 1),
  signal: (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal"),
  killSignal: (value) =>
    typeof value === "string" && Object.hasOwn(constants.signals, value) ? undefined : "a signal such as SIGTERM",
  killTimeout: seconds(0, LONGEST_TIMER),
};

/** What a shell would not take as it is. */
const SHELL_SYNTAX = /[\s"'`$&|;<>()*?[\]#~%!{}\\]/;

/** Program and arguments. @throws UsageError `ERR_LANDSPOUT_COMMAND` */
export function checkCommand(command: unknown, shell: boolean | string | undefined): [string, ...string[]] {
  const isShell = shell !== undefined && shell !== false;
  if (typeof command === "string") {
    if (command === "" || command.includes("\0")) throw wrongCommand(`a command must not be ${shown(command)}`);
    if (!isShell && SHELL_SYNTAX.test(command))
      throw wrongCommand(`${shown(command)} is not the name of a program: pass an array, or shell: true`);
    return [command];
  }
  if (!Array.isArray(command) || command.length === 0 || !command.every(isArgument) || command[0] === "")
    throw wrongCommand("a command is a list of text, the program first, or its name");
  if (isShell) throw wrongCommand("with shell the command is one text, and a list without shell");
  return command as [string, ...string[]];
}

const isArgument = (value: unknown): boolean => typeof value === "string" && !value.includes("\0");
const wrongCommand = (message: string): UsageError => new UsageError("ERR_LANDSPOUT_COMMAND", `Subprocess: ${message}`);
