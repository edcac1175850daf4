/** What is wrong with a template, and where. */
import { LandspoutError } from "../errors.ts";
import { framesStart } from "./stack.ts";

/** A place in a template, and the chain of those that include or extend it, innermost first. */
export interface TemplatePosition {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  readonly via?: TemplatePosition | undefined;
}

/** `name:line`, with the templates through which it was reached. */
export function describePosition({ name, line, via }: TemplatePosition): string {
  const through: string[] = [];
  for (let one = via; one !== undefined; one = one.via) through.push(`${one.name}:${one.line}`);
  return `${name}:${line}${through.length === 0 ? "" : ` (via ${through.join(", ")})`}`;
}

/** A template cannot be understood. Tornado's `ParseError`. */
export class ParseError extends LandspoutError {
  readonly filename: string | undefined;
  readonly line: number;

  constructor(message: string, filename: string | undefined, line: number, cause?: unknown) {
    super(
      "ERR_LANDSPOUT_TEMPLATE",
      `${message} at ${filename ?? "<string>"}:${line}`,
      cause === undefined ? {} : { cause },
    );
    this.filename = filename;
    this.line = line;
  }
}

const positions = new WeakMap<Error, TemplatePosition>();

/** Where in a template an exception came from, if it came from one. */
export const positionOf = (error: unknown): TemplatePosition | undefined =>
  error instanceof Error ? positions.get(error) : undefined;

/** Notes the innermost position on an exception, and puts it on top of its stack. */
export function locate(error: unknown, position: TemplatePosition | undefined): unknown {
  if (!(error instanceof Error) || position === undefined || positions.has(error)) return error;
  positions.set(error, position);
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  const start = framesStart(error);
  const frames = start < 0 ? stack.indexOf("\n    at ") : start;
  const head = frames < 0 ? stack : stack.slice(0, frames);
  let lines = "";
  for (let one: TemplatePosition | undefined = position; one !== undefined; one = one.via)
    lines += `\n    at ${one.name}:${one.line}:1`;
  Object.defineProperty(error, "stack", {
    value: head + lines + (frames < 0 ? "" : stack.slice(frames)),
    writable: true,
    configurable: true,
  });
  return error;
}
