/**
 * UI modules (Tornado's `UIModule`): pieces of pages that bring their own scripts and styles, which a page gets once however often the
 * piece is on it.
 */
import { linkify } from "../../escape/index.ts";
import type { LinkifyOptions } from "../../escape/index.ts";
import type { Locale } from "../../locale/index.ts";
import { UsageError } from "../../errors.ts";
import type { HTTPServerRequest } from "../../http/request.ts";
import type { CurrentUser } from "./app-types.ts";
import type { RequestHandler } from "./class-types.ts";

/** One or more files, or nothing. */
export type ResourceFiles = string | readonly string[] | undefined;

export abstract class UIModule {
  readonly handler: RequestHandler;
  readonly request: HTTPServerRequest;

  /** One instance for all uses of a module in one request. */
  constructor(handler: RequestHandler) {
    this.handler = handler;
    this.request = handler.request;
  }
  get currentUser(): CurrentUser {
    return this.handler.currentUser;
  }

  get locale(): Locale {
    return this.handler.locale;
  }

  /** The piece of page, as HTML: it is not escaped any more. The arguments are those of `{% module Name(…) %}`. */
  abstract render(...args: never[]): string;

  /** A script to stand in the page. */
  embeddedJavascript(): string | undefined {
    return undefined;
  }
  /** Scripts to be linked: addresses, or paths below the static files. */
  javascriptFiles(): ResourceFiles {
    return undefined;
  }
  /** Styles to stand in the page. */
  embeddedCss(): string | undefined {
    return undefined;
  }
  /** Style sheets to be linked: addresses, or paths below the static files. */
  cssFiles(): ResourceFiles {
    return undefined;
  }
  /** HTML to stand at the end of the head. */
  htmlHead(): string | undefined {
    return undefined;
  }
  /** HTML to stand at the end of the body. */
  htmlBody(): string | undefined {
    return undefined;
  }

  /** A template of the module's own. */
  renderString(name: string, values: { readonly [name: string]: unknown } = {}): string {
    return this.handler.renderString(name, values);
  }
}

export type UIModuleClass = new (handler: RequestHandler) => UIModule;
/** Modules by the names templates call them. */
export interface UIModules {
  readonly [name: string]: UIModuleClass;
}
/** Functions that templates can call; they get the handler first. */
export interface UIMethods {
  readonly [name: string]: (handler: RequestHandler, ...args: never[]) => unknown;
}

class LinkifyModule extends UIModule {
  override render(text: string, options?: LinkifyOptions): string {
    return linkify(text, options);
  }
}
class XsrfFormHtmlModule extends UIModule {
  override render(): string {
    return this.handler.xsrfFormHtml();
  }
}

/** What a template used as a module brings, said in it by `{{ setResources({ cssFiles: "…" }) }}`. */
export interface TemplateResources {
  readonly embeddedJavascript?: string;
  readonly javascriptFiles?: string | readonly string[];
  readonly embeddedCss?: string;
  readonly cssFiles?: string | readonly string[];
  readonly htmlHead?: string;
  readonly htmlBody?: string;
}

/** `{% module Template("file.html", { … }) %}`: a template with a namespace of its own, and resources. */
class TemplateModule extends UIModule {
  readonly #resources = new Map<string, TemplateResources>();

  override render(path: string, values: { readonly [name: string]: unknown } = {}): string {
    const setResources = (resources: TemplateResources): string => {
      const before = this.#resources.get(path);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(resources)) {
        throw new UsageError(
          "ERR_LANDSPOUT_UI_MODULE",
          `setResources called with different resources for the same template ${path}`,
        );
      }
      this.#resources.set(path, resources);
      return "";
    };
    return this.renderString(path, { ...values, setResources, set_resources: setResources });
  }
  #all<K extends keyof TemplateResources>(key: K): NonNullable<TemplateResources[K]>[] {
    return [...this.#resources.values()].flatMap((one) => one[key] ?? []) as NonNullable<TemplateResources[K]>[];
  }
  #joined(key: "embeddedJavascript" | "embeddedCss" | "htmlHead" | "htmlBody"): string | undefined {
    const all = this.#all(key);
    return all.length === 0 ? undefined : all.join("\n");
  }
  override embeddedJavascript(): string | undefined {
    return this.#joined("embeddedJavascript");
  }
  override javascriptFiles(): ResourceFiles {
    return this.#all("javascriptFiles").flat();
  }
  override embeddedCss(): string | undefined {
    return this.#joined("embeddedCss");
  }
  override cssFiles(): ResourceFiles {
    return this.#all("cssFiles").flat();
  }
  override htmlHead(): string | undefined {
    return this.#joined("htmlHead");
  }
  override htmlBody(): string | undefined {
    return this.#joined("htmlBody");
  }
}

/** Modules every application has. */
export const BUILT_IN_MODULES: UIModules = {
  Template: TemplateModule,
  linkify: LinkifyModule,
  xsrf_form_html: XsrfFormHtmlModule,
  xsrfFormHtml: XsrfFormHtmlModule,
};
