/**
 * How a parse function ends and where results go. The steps of a parse return the offset they reached, or 0 after `fail` or `starve`
 * has set `verdict`, which the exported function then returns.
 */
import { FIELD_SLOTS, T_ERROR_OFFSET, T_FIELDS, T_RESUME, T_STAGE, TABLE } from "../src/parser/abi";

/** What the exported function returns when a step gave 0. */
export let verdict: i32 = 0;

// Kinds of element an incomplete head can end in; kept in the high bits of T_RESUME.
/** None that can be resumed: everything is parsed again. */
export const IN_NOTHING: u32 = 0;
export const IN_TARGET: u32 = 1;
export const IN_NAME: u32 = 2;
export const IN_VALUE: u32 = 3;
export const IN_REASON: u32 = 4;

export function put(slot: i32, value: u32): void {
  store<u32>(<usize>TABLE + (<usize>slot << 2), value);
}

export function fail(code: i32, ptr: usize): usize {
  put(T_ERROR_OFFSET, <u32>ptr);
  verdict = -code;
  return 0;
}

/** The bytes do not suffice; they end within an element of kind `within`. */
export function starve(within: u32, stage: u32): usize {
  put(T_RESUME, within << 24);
  put(T_STAGE, stage);
  verdict = 0;
  return 0;
}

/** One field line: four slots, as two stores. */
export function putField(index: i32, id: u32, name: usize, nameEnd: usize, value: usize, valueEnd: usize): void {
  const slot = <usize>TABLE + (<usize>(T_FIELDS + index * FIELD_SLOTS) << 2);
  store<u64>(slot, <u64>(<u32>name | (id << 24)) | (<u64>nameEnd << 32));
  store<u64>(slot, <u64>value | (<u64>valueEnd << 32), 8);
}
