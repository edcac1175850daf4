/**
 * Types that read path patterns: what `"/users/:id"` captures, by place and by name. Types only: they know no value and no request, and
 * path-pattern.ts must agree with them.
 */

/** A path pattern (`/users/:id`, `/files/*`, `/files/*path`), or a RegExp for the whole path. */
export type Pattern = string | RegExp;

/** `id` of `:id`, `path` of `*path`, `*` of an asterisk without a name. */
type NameOf<Segment extends string> = Segment extends `:${infer Name}`
  ? Name
  : Segment extends "*"
    ? "*"
    : Segment extends `*${infer Name}`
      ? Name
      : never;

/** The names in a pattern; any string where the pattern is not known at compile time. */
export type ParameterNames<P extends Pattern> = P extends string
  ? string extends P
    ? string
    : P extends `${infer Segment}/${infer Rest}`
      ? NameOf<Segment> | ParameterNames<Rest>
      : NameOf<P>
  : string;

/** Groups of a RegExp may take no part in the match. */
type ParameterValue<P extends Pattern> = P extends string
  ? string extends P
    ? string | undefined
    : string
  : string | undefined;

/**
 * What a pattern captures, by name: `PathParameters<"/users/:id">` is `{ readonly id: string }`. Of a pattern that is not known at
 * compile time every name may be there.
 */
export type PathParameters<P extends Pattern = string> = { readonly [Name in ParameterNames<P>]: ParameterValue<P> };

/** One element for every captured part. */
type Places<
  P extends string,
  Element,
  Found extends readonly Element[] = [],
> = P extends `${infer Segment}/${infer Rest}`
  ? Places<Rest, Element, [NameOf<Segment>] extends [never] ? Found : [...Found, Element]>
  : [NameOf<P>] extends [never]
    ? Found
    : [...Found, Element];

/** What a pattern captures, by place: `[string]` for `"/users/:id"`. */
export type PathArguments<P extends Pattern> = P extends string
  ? string extends P
    ? string[]
    : Places<P, string>
  : (string | undefined)[];

/** What stands for a captured part when a path is made: text, sent as UTF-8, a whole number, or bytes. */
export type PathValue = string | number | bigint | Uint8Array;

/** What makes a path of a pattern: its values in order, or one object of them by name. */
export type ReverseArguments<P extends Pattern> = P extends string
  ? string extends P
    ? PathValue[] | [values: { readonly [name: string]: PathValue }]
    : [ParameterNames<P>] extends [never]
      ? []
      : Places<P, PathValue> | [values: { readonly [Name in ParameterNames<P>]: PathValue }]
  : PathValue[] | [values: { readonly [name: string]: PathValue }];
