/**
 * The shape of a parser case. Cases are values written by hand, never the output of a parser; `_run.ts` decides in how many
 * ways each is fed. Input is latin1 text: one character, one byte. Offsets count from the input's first byte.
 */
export type Element = "request" | "response" | "trailers" | "chunk";

export interface Refused {
  /** An E_ code of abi.ts. */
  readonly error: number;
  readonly at: number;
}

interface Unfinished {
  /** T_STAGE: 0 in the start line, 1 in the fields. */
  readonly unfinished: 0 | 1;
}

/** What a complete element must say; what is left out is not compared, save that a flag not named must not be set. */
export interface Accepted {
  /** Bytes consumed; without it the whole input. */
  readonly consumed?: number;
  readonly method?: number;
  readonly methodText?: string;
  readonly form?: number;
  readonly target?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly minor?: number;
  /** The exact flags of a head, without those of the Host line that nearly every case has: see `host`. */
  readonly flags?: number;
  readonly contentLength?: number;
  /** The value of the first Host line. Where it is given, F_HOST_PRESENT is expected among the flags. */
  readonly host?: string;
  readonly status?: number;
  readonly reason?: string;
  /** Name and value of every field line. */
  readonly fields?: readonly (readonly [string, string])[];
  /** The well-known id of every field line. */
  readonly ids?: readonly number[];
  /** Size of a chunk. */
  readonly size?: number;
}

export type Expectation = Accepted | Refused | Unfinished;

export interface Case {
  /** A sentence in the present tense that begins with the section of the RFC. */
  readonly title: string;
  readonly rfc: string;
  /** Without it, a request head. */
  readonly element?: Element;
  readonly input: string;
  /** Without it, 100. */
  readonly maxFields?: number;
  readonly expect: Expectation;
  /** A parser that cannot run the case, and why. */
  readonly skip?: { readonly [kind: string]: string };
}

/** One position of the grammar tried with every byte from 0x00 to 0xFF: accepted, or refused at that very byte. */
export interface ByteTable {
  readonly title: string;
  readonly rfc: string;
  readonly element?: Element;
  readonly before: string;
  readonly after: string;
  /** The bytes after which the element is complete. */
  readonly accepts: string;
  /** The code for all others. */
  readonly error: number;
  /** Its offset, where it is not that of the byte. */
  readonly errorAt?: number;
  /** Bytes with an answer of their own. */
  readonly except?: { readonly [byte: string]: Expectation };
}
