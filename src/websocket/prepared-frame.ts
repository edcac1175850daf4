/**
 * Frames that many connections send: encoded once, compressed once for each set of parameters, and kept once. What a connection cannot send
 * yet is a reference to them, so that a hundred clients that read slowly cost the memory of one. Knows no connection.
 */
import { Buffer } from "node:buffer";
import { BINARY, FIN, prepareFrame, RSV1, TEXT } from "./frame.ts";

/** A server's frame that is sent to many connections. */
export class SharedFrame {
  /** Bytes of the frame, with its header. */
  readonly size: number;
  /** Bytes of the header. */
  protected readonly headerSize: number;
  /** A small frame, one character per byte: frames of one turn join in one string. Empty where the frame is large. */
  readonly text: string;
  #bytes: Buffer | undefined;

  constructor(first: number, content: string | Uint8Array) {
    const { text, payload } = prepareFrame(first, content);
    if (payload === undefined) {
      const second = text.charCodeAt(1);
      this.headerSize = second < 126 ? 2 : 4;
      this.size = text.length;
      this.text = text;
      this.#bytes = undefined;
    } else {
      // Header and payload lie in one piece: one write, with no copy, for each connection.
      this.headerSize = text.length;
      this.size = text.length + payload.length;
      this.text = "";
      this.#bytes = Buffer.allocUnsafeSlow(this.size);
      this.#bytes.write(text, "latin1");
      this.#bytes.set(payload, text.length);
    }
  }

  /** The whole frame. The same bytes at every call; they must not be changed. */
  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.from(this.text, "latin1"));
  }
}

/** Compresses a message by itself, with an empty window. Codecs of equal `parameters` make the same bytes of it. */
export interface SharedCompressor {
  readonly parameters: string;
  compressAlone(content: Uint8Array, done: (problem: number, result: Buffer) => void): void;
}

interface Compressed {
  frame: SharedFrame | undefined;
  /** Called when there is a frame. */
  waiting: (() => void)[];
}

/** A message that was encoded once, ready to be sent to any number of clients: `WebSocketHandler.writePrepared`. */
export class PreparedFrame extends SharedFrame {
  #compressed: Map<string, Compressed> | undefined = undefined;

  /** Bytes of the message. */
  get contentSize(): number {
    return this.size - this.headerSize;
  }

  /**
   * The message compressed, once for all codecs of equal parameters. Undefined: it is not ready, and `ready` is called when it is. Where zlib
   * fails it is the frame as it was, which may always be sent (RFC 7692 §6: messages of one connection may be compressed or not, one by one).
   */
  compressedBy(codec: SharedCompressor, ready: () => void): SharedFrame | undefined {
    const all = (this.#compressed ??= new Map());
    const found = all.get(codec.parameters);
    if (found !== undefined) {
      if (found.frame === undefined) found.waiting.push(ready);
      return found.frame;
    }
    const begun: Compressed = { frame: undefined, waiting: [ready] };
    all.set(codec.parameters, begun);
    const first = this.bytes[0] as number;
    codec.compressAlone(this.bytes.subarray(this.headerSize), (problem, result) => {
      begun.frame = problem === 0 ? new SharedFrame(first | RSV1, result) : this;
      const { waiting } = begun;
      begun.waiting = [];
      for (const each of waiting) each();
    });
    return undefined;
  }
}

/**
 * A message encoded once, to be sent to any number of clients: `WebSocketHandler.writePrepared`. Bytes are copied: they may be changed as
 * soon as this returns. It is compressed for those clients that have agreed on that, once for all with equal parameters.
 */
export function prepareMessage(message: string | Uint8Array): PreparedFrame {
  return new PreparedFrame(FIN | (typeof message === "string" ? TEXT : BINARY), message);
}
