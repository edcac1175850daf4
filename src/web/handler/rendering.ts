/**
 * Pages out of templates: what a template finds, where templates are, and what the UI modules on a page add to its head and body. The
 * functions behind `RequestHandler.render`.
 */
import { UsageError } from "../../errors.ts";
import { interpolate } from "../../locale/index.ts";
import type { Locale, PlaceholderValues } from "../../locale/index.ts";
import { Loader } from "../../template/index.ts";
import type { BaseLoader, LoaderOptions } from "../../template/index.ts";
import type { HandlerHost } from "./host.ts";
import { stateOf } from "./state.ts";
import type { RequestHandler } from "./class-types.ts";
import { notPromise } from "../../user-code.ts";
import { BUILT_IN_MODULES } from "./ui-module.ts";
import type { UIMethods, UIModule, UIModuleClass, UIModules } from "./ui-module.ts";

/** Values by name, for a template. */
export interface TemplateValues {
  readonly [name: string]: unknown;
}

/** What of an application's settings concerns templates, looked through once. */
interface Furnishing {
  readonly modules: UIModules;
  readonly methods: UIMethods;
  /** By template path. */
  readonly loaders: Map<string, BaseLoader>;
}
const furnishings = new WeakMap<HandlerHost, Furnishing>();

function furnishingOf(application: HandlerHost): Furnishing {
  let furnishing = furnishings.get(application);
  if (furnishing === undefined) {
    const { uiModules, uiMethods } = application.settings;
    const listed = <T>(given: T | readonly T[] | undefined): readonly T[] =>
      given === undefined ? [] : Array.isArray(given) ? (given as readonly T[]) : [given as T];
    furnishing = {
      modules: Object.assign(Object.create(null), BUILT_IN_MODULES, ...listed(uiModules)) as UIModules,
      methods: Object.assign(Object.create(null), ...listed(uiMethods)) as UIMethods,
      loaders: new Map(),
    };
    furnishings.set(application, furnishing);
  }
  return furnishing;
}

export function loaderFor(handler: RequestHandler): BaseLoader {
  const { settings, application } = handler;
  const path = notPromise(handler.getTemplatePath(), "getTemplatePath") ?? undefined;
  const { loaders } = furnishingOf(application);
  let loader = settings.templateLoader ?? loaders.get(path ?? "");
  if (loader === undefined) {
    loader = notPromise(handler.createTemplateLoader(path), "createTemplateLoader");
    loaders.set(path ?? "", loader);
  }
  const state = stateOf(handler);
  // Once for each request is enough.
  if (settings.compiledTemplateCache === false && !state.rare.templatesRefreshed) {
    state.rare.templatesRefreshed = true;
    loader.reset();
  }
  return loader;
}

/** The loader of a directory, with the settings `autoescape` and `templateWhitespace`. */
export function makeLoader(handler: RequestHandler, path: string | undefined): BaseLoader {
  if (path === undefined) {
    throw new UsageError(
      "ERR_LANDSPOUT_SETTING",
      "You must define the 'templatePath' setting in your application to use templates",
    );
  }
  const { autoescape, templateWhitespace, templateImports } = handler.settings;
  const options: LoaderOptions = {
    ...(autoescape === undefined ? {} : { autoescape }),
    ...(templateWhitespace === undefined ? {} : { whitespace: templateWhitespace }),
    ...(templateImports === undefined ? {} : { imports: templateImports }),
  };
  return new Loader(path, options);
}

/**
 * A translation whose last argument may be an object with values for its placeholders: `_("Hello %(name)s", { name })`. Python has its
 * `%` for that.
 */
function filled<A extends readonly unknown[]>(translate: (...args: A) => string): (...args: unknown[]) => string {
  return (...args) => {
    const last = args.at(-1);
    if (typeof last !== "object" || last === null) return translate(...(args as unknown as A));
    return interpolate(translate(...(args.slice(0, -1) as unknown as A)), last as PlaceholderValues);
  };
}

/** What every template of a handler finds, in Tornado's spelling and in ours. */
export function usualValues(handler: RequestHandler): TemplateValues {
  const { methods } = furnishingOf(handler.application);
  const { currentUser, locale } = handler;
  const values: { [name: string]: unknown } = {
    handler,
    request: handler.request,
    currentUser,
    current_user: currentUser,
    locale,
    _: filled((...args: Parameters<Locale["translate"]>) => locale.translate(...args)),
    pgettext: filled((...args: Parameters<Locale["pgettext"]>) => locale.pgettext(...args)),
    staticUrl: (...args: Parameters<RequestHandler["staticUrl"]>) => handler.staticUrl(...args),
    reverseUrl: handler.reverseUrl.bind(handler),
    xsrfFormHtml: () => handler.xsrfFormHtml(),
  };
  values["static_url"] = values["staticUrl"];
  values["reverse_url"] = values["reverseUrl"];
  values["xsrf_form_html"] = values["xsrfFormHtml"];
  for (const name of Object.keys(methods)) {
    const method = methods[name] as (handler: RequestHandler, ...args: unknown[]) => unknown;
    values[name] = (...args: unknown[]): unknown => notPromise(method(handler, ...args), `UI method ${name}`);
  }
  values["_tt_modules"] = values["modules"] = moduleCalls(handler);
  return values;
}

/** `modules.Name(…)`, and what `{% module Name(…) %}` calls. */
function moduleCalls(handler: RequestHandler): object {
  const { modules } = furnishingOf(handler.application);
  return new Proxy(modules, {
    get(_target, name): unknown {
      const moduleClass = typeof name === "string" ? modules[name] : undefined;
      if (moduleClass === undefined) {
        throw new UsageError(
          "ERR_LANDSPOUT_UI_MODULE",
          `there is no UI module ${String(name)}: see the setting 'uiModules'`,
        );
      }
      return (...args: never[]): string =>
        notPromise(
          moduleFor(handler, name as string, moduleClass).render(...args),
          `render of UI module ${String(name)}`,
        );
    },
  });
}

function moduleFor(handler: RequestHandler, name: string, moduleClass: UIModuleClass): UIModule {
  const modules = (stateOf(handler).rare.modules ??= new Map());
  let module = modules.get(name);
  if (module === undefined) modules.set(name, (module = new moduleClass(handler)));
  return module;
}

/** Text of a page with what its UI modules bring. @throws UsageError where it lacks the tag that belongs in front of. */
export function withResources(handler: RequestHandler, page: string): string {
  const modules = [...(stateOf(handler).rare.modules?.values() ?? [])];
  if (modules.length === 0) return page;
  const gather = (of: (module: UIModule) => string | readonly string[] | undefined): string[] => [
    ...new Set(
      modules.flatMap((module) => notPromise(of(module), "a UI module's resource") ?? []).filter((one) => one !== ""),
    ),
  ];
  const scripts = gather((module) => module.javascriptFiles());
  const script = gather((module) => trimmed(module.embeddedJavascript()));
  const sheets = gather((module) => module.cssFiles());
  const style = gather((module) => trimmed(module.embeddedCss()));
  const heads = gather((module) => module.htmlHead());
  const bodies = gather((module) => module.htmlBody());
  let text = page;
  if (scripts.length > 0)
    text = before(text, "</body>", notPromise(handler.renderLinkedJs(scripts), "renderLinkedJs"), true);
  if (script.length > 0)
    text = before(text, "</body>", notPromise(handler.renderEmbedJs(script), "renderEmbedJs"), true);
  if (sheets.length > 0)
    text = before(text, "</head>", notPromise(handler.renderLinkedCss(sheets), "renderLinkedCss"), false);
  if (style.length > 0)
    text = before(text, "</head>", notPromise(handler.renderEmbedCss(style), "renderEmbedCss"), false);
  if (heads.length > 0) text = before(text, "</head>", heads.join(""), false);
  if (bodies.length > 0) text = before(text, "</body>", bodies.join(""), true);
  return text;
}

const trimmed = (text: string | undefined): string | undefined => notPromise(text, "a UI module's resource")?.trim();

function before(page: string, tag: string, text: string, last: boolean): string {
  const at = last ? page.lastIndexOf(tag) : page.indexOf(tag);
  if (at < 0) throw new UsageError("ERR_LANDSPOUT_UI_MODULE", `the UI modules of this page need a ${tag} in it`);
  return `${page.slice(0, at)}${text}\n${page.slice(at)}`;
}

/** Whether a resource is an address by itself; else it is a path below the static files. */
export const isAddress = (path: string): boolean => /^(?:https?:\/)?\//.test(path);
