/**
 * The settings of an application: those of its rooms, and those an application adds for its own handlers. Types only; settings-check.ts
 * checks them.
 */
import type { OwnSettings } from "../handler/app-types.ts";
import type { CompressionSettings } from "../answer/compression.ts";
import type { HandlerClass } from "../handler/host.ts";
import type { RequestHandler } from "../handler/request-handler.ts";
import type { HandlerSettings } from "../handler/settings.ts";
import type { WebSocketSettings } from "../live/websocket-handler.ts";
import type { StaticFileOptions, StaticSettings } from "../static/options.ts";
import type { StaticFileHandler } from "../static/static-file-handler.ts";

/** The settings that this package reads. */
export interface KnownSettings extends HandlerSettings, CompressionSettings, StaticSettings, WebSocketSettings {
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
  /** Default: StaticFileHandler. */
  staticHandlerClass?: typeof StaticFileHandler;
  staticHandlerArgs?: Partial<StaticFileOptions>;
}

/**
 * The settings of an application. Whatever else it wants its handlers to find may stand among them under any name, unless a setting of this
 * package is probably meant by it: `xsrf_cookies`, `cookiesecret`, `xsrfCookie`. `AppTypes` tells the compiler which there are.
 */
export interface Settings extends KnownSettings, OwnSettings {}
