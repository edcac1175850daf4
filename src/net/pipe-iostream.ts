/** `PipeIOStream` (Tornado's): an `IOStream` over a pipe, which has one direction. */
import type { Readable, Writable } from "node:stream";
import { FdStream } from "../loop/fd-stream.ts";
import { checkOptions, oneOf } from "../options-check.ts";
import type { OptionTable } from "../options-check.ts";
import { sharedParser } from "../parser/choose.ts";
import { IOStream } from "./iostream.ts";
import { STREAM_OPTIONS } from "./iostream-options.ts";
import type { IOStreamOptions } from "./iostream-options.ts";
import { PipeTransport } from "./pipe-transport.ts";

export interface PipeOptions extends IOStreamOptions {
  /** Which end of the pipe this is. */
  readonly mode: "r" | "w";
}
const OPTIONS: OptionTable<PipeOptions> = { ...STREAM_OPTIONS, mode: oneOf("r", "w") };

/** One end of a pipe. The end `"r"` rejects writes with a StreamClosedError; a read of the end `"w"` gets nothing until it is closed. */
export class PipeIOStream extends IOStream {
  /**
   * @param pipe The number of an open pipe, or the runtime's stream over one, which belongs to this object from now on.
   * @throws UsageError on a number that is no pipe or socket, and on wrong options.
   */
  constructor(pipe: number | Readable | Writable, options: PipeOptions) {
    checkOptions("PipeIOStream", options, OPTIONS);
    const { mode, ...more } = options;
    const { parser } = sharedParser(options.parser);
    const stream = typeof pipe === "number" ? new FdStream(pipe, mode === "r", mode === "w").stream : pipe;
    const [readable, writable] = mode === "r" ? [stream as Readable, undefined] : [undefined, stream as Writable];
    super(parser, new PipeTransport(parser, readable, writable), more);
    if (mode === "r") this.end();
    if (stream.destroyed) this.close(stream.errored ?? undefined);
  }
}
