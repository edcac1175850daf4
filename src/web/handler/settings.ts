/** The settings that handlers read. `Settings` of an application extends them. */
import type { SetCookieOptions } from "../../http/message/set-cookie.ts";
import type { BaseLoader, WhitespaceMode } from "../../template/index.ts";
import type { CookieSecret } from "../security/signed-value.ts";
import type { UIMethods, UIModules } from "./ui-module.ts";

/** Of pages out of templates: rendering.ts. */
interface TemplateSettings {
  /** Directory of the templates. */
  templatePath?: string;
  /** Where templates come from, in place of that directory. */
  templateLoader?: BaseLoader;
  /** Name of the function that escapes what templates write, null for none. Default `xhtml_escape`. */
  autoescape?: string | null;
  /** White space in templates. Default: `single` in .html and .js, else `all`. */
  templateWhitespace?: WhitespaceMode;
  /** What `{% import %}` finds in templates, by name. */
  templateImports?: { readonly [name: string]: unknown };
  /** False: templates are read anew for each request. Default true, false in debug. */
  compiledTemplateCache?: boolean;
  /** UI modules by name, or several such. */
  uiModules?: UIModules | readonly UIModules[];
  /** Functions that templates can call, by name; they get the handler first. */
  uiMethods?: UIMethods | readonly UIMethods[];
}

/** Of signed cookies and XSRF tokens: security.ts. */
interface SecuritySettings {
  /** Signs cookies: one secret, or several by key version. Make it with `crypto.randomBytes(32)`, and keep it. */
  cookieSecret?: CookieSecret;
  /** Which of several secrets signs. */
  keyVersion?: number;
  /** Requests that change something must bring the XSRF token of their cookie. Default false. */
  xsrfCookies?: boolean;
  /** Format of the token, 1 or 2, the default. */
  xsrfCookieVersion?: number;
  /** Default `_xsrf`. */
  xsrfCookieName?: string;
  xsrfCookieOptions?: SetCookieOptions;
  /**
   * With `xsrfCookies`: what the browser says of where a request comes from (`Sec-Fetch-Site`, `Origin`) is checked, and where it
   * vouches for this site no token is needed. Default false.
   */
  xsrfFetchMetadata?: boolean;
  /** With `xsrfFetchMetadata`: origins of other sites whose pages may send requests, `https://admin.example.org`. Default none. */
  xsrfTrustedOrigins?: readonly string[];
}

export interface HandlerSettings extends TemplateSettings, SecuritySettings {
  /** Sets `serveTraceback`, where that is not set. Default false. */
  debug?: boolean;
  /** Error pages show the exception, its source lines and the request. Never in production. Default: `debug`. */
  serveTraceback?: boolean;
  /** Where `authenticated` sends those who have to log in. */
  loginUrl?: string;
}
