/** `IOStream` (Tornado's `tornado.iostream`). */
import { BaseIOStream } from "./base-iostream.ts";

export class IOStream extends BaseIOStream {}
