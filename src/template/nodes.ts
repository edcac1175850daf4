/** What a template is made of, once it has been read. */

interface At {
  /** Line of the tag, from 1. */
  readonly line: number;
}
interface Text extends At {
  readonly kind: "text";
  readonly value: string;
}
/** `{{ … }}`, `{% raw … %}` and `{% module … %}`. */
interface Expression extends At {
  readonly kind: "expression";
  readonly code: string;
  readonly escaped: boolean;
}
interface SetStatement extends At {
  readonly kind: "set";
  readonly code: string;
}
interface Import extends At {
  readonly kind: "import";
  /** What is asked for, by the name it gets here. `*`: all of it. */
  readonly names: readonly { readonly imported: string; readonly local: string }[];
  readonly from: string;
}
export interface If extends At {
  readonly kind: "if";
  readonly branches: readonly { readonly code: string; readonly body: readonly Node[]; readonly line: number }[];
  readonly otherwise: readonly Node[] | undefined;
}
export interface Loop extends At {
  readonly kind: "for" | "while";
  readonly code: string;
  readonly body: readonly Node[];
  /** Runs unless the loop was left by `break`. */
  readonly otherwise: readonly Node[] | undefined;
}
export interface Try extends At {
  readonly kind: "try";
  readonly body: readonly Node[];
  readonly handlers: readonly { readonly code: string; readonly body: readonly Node[]; readonly line: number }[];
  readonly otherwise: readonly Node[] | undefined;
  readonly last: readonly Node[] | undefined;
}
interface Jump extends At {
  readonly kind: "break" | "continue";
}
interface Apply extends At {
  readonly kind: "apply";
  readonly code: string;
  readonly body: readonly Node[];
}
export interface Block extends At {
  readonly kind: "block";
  readonly name: string;
  readonly body: readonly Node[];
}
interface Include extends At {
  readonly kind: "include";
  readonly name: string;
}

export type Node = Text | Expression | SetStatement | Import | If | Loop | Try | Jump | Apply | Block | Include;

/** One template, read. */
export interface TemplateFile {
  readonly name: string;
  readonly body: readonly Node[];
  /** The template it extends, and where it says so. */
  readonly parent: { readonly name: string; readonly line: number } | undefined;
  /** Name of the function that escapes; null for none; undefined where the template does not say. */
  readonly autoescape: string | null | undefined;
}
