/**
 * Content types by file name, from the `mime` package. Its tables are loaded with the first file that is served: a program that
 * serves none does not wait for them when it starts.
 */

/** What the tables lack, and what browsers could not use by the type they give. */
const OWN: { readonly [extension: string]: string } = {
  gz: "application/gzip",
  tgz: "application/gzip",
  // Compressed as a file, without the header field that would tell the client so.
  svgz: "application/gzip",
  zst: "application/zstd",
};

const UNKNOWN = "application/octet-stream";

/** Kinds of text whose type says nothing of their encoding, and that are not UTF-8 by definition as JSON is. */
const TEXT = /^(?:text\/|application\/(?:javascript|ecmascript)$)/;

let types: { getType(path: string): string | null } | undefined;
let loading: Promise<void> | undefined;

/** Resolves when `contentTypeOf` knows its types; undefined when it does already. */
export function contentTypesReady(): Promise<void> | undefined {
  if (types !== undefined) return undefined;
  loading ??= import("mime").then((module) => {
    types = module.default;
  });
  return loading;
}

/** The type of a file by its extension, with `charset=UTF-8` for text; `application/octet-stream` where it is not known. */
export function contentTypeOf(path: string): string {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const type = extension === "" ? UNKNOWN : (OWN[extension] ?? types?.getType(`x.${extension}`) ?? UNKNOWN);
  return TEXT.test(type) ? `${type}; charset=UTF-8` : type;
}
