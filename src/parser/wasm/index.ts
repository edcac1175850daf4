/** The parser in WebAssembly: compiled from the bytes in binary.ts, synchronously, when `createWasmParser` is called. */
import { ABI_VERSION, MEMORY_SIZE, T_EPOCH, TABLE, TABLE_SLOTS } from "../abi.ts";
import type { HttpParser } from "../types.ts";
import { BINARY } from "./binary.ts";

/** What the module exports. */
interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly abiVersion: { readonly value: number };
  readonly parseRequestHead: (start: number, end: number, hint: number, maxFields: number) => number;
  readonly parseResponseHead: (start: number, end: number, hint: number, maxFields: number) => number;
  readonly parseTrailers: (start: number, end: number, hint: number, maxFields: number) => number;
  readonly parseChunkSize: (start: number, end: number) => number;
  readonly indexOf: (start: number, end: number, needleLength: number) => number;
  readonly hashBlocks: (start: number, end: number) => void;
  readonly hashFinish: (start: number, end: number, total: number) => void;
  readonly mask: (start: number, end: number, key: number) => void;
  readonly utf8: (start: number, end: number, state: number) => number;
}

/** The little of the WebAssembly namespace that is needed, so that no library of types has to know it. */
interface WasmNamespace {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

function decode(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * A parser with a memory of its own. Throws what WebAssembly throws: a CompileError where SIMD is not understood, a RangeError
 * where there is no address space; a TypeError where there is no WebAssembly at all.
 */
export function createWasmParser(): HttpParser {
  const { WebAssembly } = globalThis as { WebAssembly?: WasmNamespace };
  if (WebAssembly === undefined) throw new TypeError("WebAssembly is missing");
  const wasm = new WebAssembly.Instance(new WebAssembly.Module(decode(BINARY))).exports as WasmExports;
  const { buffer } = wasm.memory;
  if (wasm.abiVersion.value !== ABI_VERSION || buffer.byteLength !== MEMORY_SIZE) {
    throw new TypeError("the WebAssembly module belongs to another version of this package: build it again");
  }
  const table = new Uint32Array(buffer, TABLE, TABLE_SLOTS);
  return {
    kind: "wasm",
    buffer: new Uint8Array(buffer),
    table,
    get epoch() {
      return table[T_EPOCH] as number;
    },
    reading: false,
    parseRequestHead: wasm.parseRequestHead,
    parseResponseHead: wasm.parseResponseHead,
    parseTrailers: wasm.parseTrailers,
    parseChunkSize: wasm.parseChunkSize,
    indexOf: wasm.indexOf,
    hashBlocks: wasm.hashBlocks,
    hashFinish: wasm.hashFinish,
    mask: wasm.mask,
    utf8: wasm.utf8,
  };
}
