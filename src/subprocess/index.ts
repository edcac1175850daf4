/** `landspout/process` (Tornado's `tornado.process`): several processes of one program, and other programs as child processes. */
export { cpuCount, forkProcesses, taskId } from "../process/process.ts";
export type { Forked, ForkOptions } from "../process/process.ts";
export { CalledProcessError } from "./errors.ts";
export type { Communicated, CommunicateOptions } from "./communicate.ts";
export { Subprocess } from "./subprocess.ts";
export type { Stdio, SubprocessOptions, WaitOptions } from "./subprocess.ts";
