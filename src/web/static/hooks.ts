/** The hooks of a static handler class that say what is served, as the files below the class see them. */
import type { StaticContent } from "./content-hash.ts";

/** A text that stands for a content; undefined where there is none. */
export type Version = string | undefined;

export interface StaticHooks {
  getAbsolutePath(root: string, path: string): string;
  getContent(absolutePath: string, start?: number, end?: number): StaticContent | Promise<StaticContent>;
  getContentVersion(absolutePath: string): Version | Promise<Version>;
  /** Compared with those of another class, never called. */
  readonly prototype: {
    readonly parseUrlPath: unknown;
    readonly validateAbsolutePath: unknown;
    readonly getContentSize: unknown;
    readonly getModifiedTime: unknown;
  };
}
