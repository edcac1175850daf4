/** `landspout/iostream` (Tornado's `tornado.iostream`): connections and pipes as streams. */
export { IOStream, SSLIOStream, StreamBufferFullError, StreamClosedError, UnsatisfiableReadError } from "./iostream.ts";
export type { BytesPolicy, ConnectOptions, IOStreamOptions, StreamCallback, WriteOptions } from "./iostream.ts";
export { PipeIOStream } from "./pipe-iostream.ts";
export type { PipeOptions } from "./pipe-iostream.ts";
