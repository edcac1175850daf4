/**
 * The stack of an error, taken apart: where its message ends and its frames begin, and which place in a file a frame names. A message may
 * hold anything, also lines that look like frames, because much of it comes from clients; so it is set apart by what it is, not by how it
 * looks. Every search is linear.
 */
import { fileURLToPath } from "node:url";

/** A place in a file; the line is counted from 1. */
export interface Frame {
  readonly file: string;
  readonly line: number;
}

/** Index of the line break in front of the first frame; -1 where there is no frame, or no telling where the message ends. */
export function framesStart(error: Error): number {
  const { message, stack } = error;
  if (typeof stack !== "string" || typeof message !== "string") return -1;
  // "<name>: <message>", in as many lines as the message has; a message that was changed since is not what the stack begins with.
  let end = -1;
  for (let lines = message.split("\n").length; lines > 0; lines--) {
    end = stack.indexOf("\n", end + 1);
    if (end < 0) return -1;
  }
  return stack.slice(0, end).endsWith(message) && stack.startsWith("    at ", end + 1) ? end : -1;
}

/** The places in files that the frames of an error name, innermost first. */
export function framesOf(error: Error): Frame[] {
  const start = framesStart(error);
  if (start < 0) return [];
  const frames: Frame[] = [];
  for (const line of (error.stack ?? "").slice(start + 1).split("\n")) {
    const frame = frameOf(line);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

const BEFORE_FRAME = "    at ";

/** `    at name (place:line:column)`, or the same without a name. */
function frameOf(text: string): Frame | undefined {
  if (!text.startsWith(BEFORE_FRAME)) return undefined;
  let place = text.slice(BEFORE_FRAME.length);
  if (place.endsWith(")")) place = place.slice(placeStart(place), -1);
  else if (place.startsWith("async ")) place = place.slice("async ".length);
  const column = place.lastIndexOf(":");
  const colon = place.lastIndexOf(":", column - 1);
  if (colon < 1) return undefined;
  const line = place.slice(colon + 1, column);
  if (!isNumber(line) || !isNumber(place.slice(column + 1))) return undefined;
  return placeIn(place.slice(0, colon), Number(line));
}

/** Behind the bracket in front of a path; a path may have brackets of its own. */
function placeStart(text: string): number {
  for (const opening of [" (file://", " (/"]) {
    const at = text.indexOf(opening);
    if (at >= 0) return at + 2;
  }
  return text.lastIndexOf(" (") + 2;
}

const isNumber = (text: string): boolean => text.length < 10 && /^[0-9]+$/.test(text);

function placeIn(file: string, line: number): Frame | undefined {
  if (!file.startsWith("file:"))
    return file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(file) ? { file, line } : undefined;
  try {
    return { file: fileURLToPath(file), line };
  } catch {
    // Not the name of a file on this system.
    return undefined;
  }
}
