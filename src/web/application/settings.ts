/** The settings of an application: ours, and those an application adds for its own handlers. Types only; settings-check.ts checks them. */
import type { SetCookieOptions } from "../../http/message/set-cookie.ts";
import type { BaseLoader, WhitespaceMode } from "../../template/index.ts";
import type { WebSocketOptions } from "../../websocket/options.ts";
import type { HandlerClass } from "./application.ts";
import type { OwnSettings } from "../handler/app-types.ts";
import type { CompressionOptions } from "../answer/compression.ts";
import type { RequestHandler } from "../handler/request-handler.ts";
import type { CookieSecret } from "../security/signed-value.ts";
import type { StaticFileOptions } from "../static/options.ts";
import type { StaticFileHandler } from "../static/static-file-handler.ts";
import type { UIMethods, UIModules } from "../handler/ui-module.ts";

/** The settings that this package reads. */
export interface KnownSettings {
  /** One line per request on the access logger. Default true. */
  accessLog?: boolean;
  /** Called in place of that line when an answer is complete. */
  logFunction?: (handler: RequestHandler) => void;
  /** Entity tags on answers to GET that are sent whole. Default true. */
  etags?: boolean;
  /**
   * A request for a host that no `addHandlers` names, and no other route answers, is answered as one for this host. Not behind a proxy that
   * says `X-Real-Ip`. It lets pages of other names reach this server (DNS rebinding): not for one that trusts whoever can reach it.
   */
  defaultHost?: string;
  /** Answers what no route matches; default: a 404 page. */
  defaultHandlerClass?: HandlerClass;
  defaultHandlerArgs?: object;
  /** Sets `serveTraceback`, where that is not set. Default false. */
  debug?: boolean;
  /** Error pages show the exception, its source lines and the request. Never in production. Default: `debug`. */
  serveTraceback?: boolean;
  /** Answers are compressed where client and content allow it. Default false. */
  compressResponse?: boolean | CompressionOptions;
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
  /** Where `authenticated` sends those who have to log in. */
  loginUrl?: string;
  /** A folder of files, served below `staticUrlPrefix`; `/favicon.ico` and `/robots.txt` are looked for in it. */
  staticPath?: string;
  /** Default `/static/`. */
  staticUrlPrefix?: string;
  /** Default: StaticFileHandler. */
  staticHandlerClass?: typeof StaticFileHandler;
  staticHandlerArgs?: Partial<StaticFileOptions>;
  /** False: versions in static URLs are made anew each time. Default true, in debug false. */
  staticHashCache?: boolean;
  /** Limits and times of WebSockets. */
  websocket?: WebSocketOptions;
}

/**
 * The settings of an application. Whatever else it wants its handlers to find may stand among them under any name, unless a setting of this
 * package is probably meant by it: `xsrf_cookies`, `cookiesecret`, `xsrfCookie`. `AppTypes` tells the compiler which there are.
 */
export interface Settings extends KnownSettings, OwnSettings {}
