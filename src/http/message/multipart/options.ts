/**
 * How much of a multipart/form-data content is taken: the limits, their defaults, and what a program may set for all of its forms
 * (Tornado's `set_parse_body_config`). `docs/limits.md` says what each one stops. Sizes in bytes.
 */
import { checkOptions, flag, group, object, resolveOptions, whole } from "../../../options-check.ts";
import type { OptionTable } from "../../../options-check.ts";
import { SCRATCH_SIZE } from "../../../parser/abi.ts";
import type { HttpParser } from "../../../parser/types.ts";

export interface MultipartOptions {
  /** Parts of a content. Default 1,000. Over it: 400. */
  maxParts?: number;
  /** Field lines of one part with the empty line, also what stands before the first part. Default 10,240; at most 65,535. Over it: 400. */
  maxPartHeaderSize?: number;
  /** `name` and `filename` of a part, each, as UTF-8. Default 1,024. Over it: 400. */
  maxNameSize?: number;
  /** Content of one part that is no file; also what `bytes()` and `text()` of a streamed part collect. Default 10,485,760. Over it: 413. */
  maxFieldSize?: number;
  /** Content of all parts that are no files, together. Default 104,857,600. Over it: 413. */
  maxTotalFieldSize?: number;
  /** Content of one file. Default: no limit but `maxBodySize`. Over it: 413. */
  maxFileSize?: number;
  /** Keep the directories of file names. Default false: what is left is the last part of the path. */
  preservePath?: boolean;
  /** Whose scan finds the boundaries. Default: the parser of this thread. */
  parser?: HttpParser;
}

/** For all forms that are read as a whole (`request.files`, `parseBodyArguments`). */
export interface ParseBodyConfig {
  /** `enabled: false` answers every multipart form with 400. */
  multipart?: MultipartOptions & { enabled?: boolean };
}

export interface MultipartLimits {
  readonly maxParts: number;
  readonly maxPartHeaderSize: number;
  readonly maxNameSize: number;
  readonly maxFieldSize: number;
  readonly maxTotalFieldSize: number;
  readonly maxFileSize: number;
  readonly preservePath: boolean;
}

const DEFAULTS: MultipartLimits = {
  maxParts: 1000,
  maxPartHeaderSize: 10_240,
  maxNameSize: 1024,
  maxFieldSize: 10_485_760,
  maxTotalFieldSize: 104_857_600,
  maxFileSize: Infinity,
  preservePath: false,
};

/** Field lines of a part. Three are ever sent; each one costs two strings. Over it: 400. */
export const MAX_PART_FIELDS = 32;

const MULTIPART_OPTIONS: OptionTable<MultipartOptions> = {
  maxParts: whole(),
  // One byte more than the limit has to fit into the parser's memory, to see that it is crossed.
  maxPartHeaderSize: whole(0, SCRATCH_SIZE - 1),
  maxNameSize: whole(),
  maxFieldSize: whole(),
  maxTotalFieldSize: whole(),
  maxFileSize: whole(),
  preservePath: flag,
  parser: object,
};
const BODY_CONFIG: OptionTable<ParseBodyConfig> = {
  multipart: group<MultipartOptions & { enabled?: boolean }>({ ...MULTIPART_OPTIONS, enabled: flag }),
};

/** The limits with their defaults. @throws UsageError on an option that is unknown, of another type, or out of range. */
export function resolveMultipartLimits(options: MultipartOptions | undefined): MultipartLimits {
  if (options === undefined) return DEFAULTS;
  const { parser: _parser, ...limits } = resolveOptions<MultipartOptions, MultipartOptions & MultipartLimits>(
    "multipart",
    options,
    MULTIPART_OPTIONS,
    DEFAULTS,
  );
  return limits;
}

let bodyConfig: ParseBodyConfig = {};

/**
 * Sets how forms are read from now on by the whole program, where nothing else is said.
 *
 * @example setParseBodyConfig({ multipart: { maxParts: 20, maxFileSize: 5_000_000 } });
 */
export function setParseBodyConfig(config: ParseBodyConfig): void {
  checkOptions("setParseBodyConfig", config, BODY_CONFIG);
  bodyConfig = config;
}

export const getParseBodyConfig = (): ParseBodyConfig => bodyConfig;
